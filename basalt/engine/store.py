"""The views and tables of a run: each pass by its own name and as ``dataset.pass``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow as pa

from basalt.compiler.model import CompiledPass
from basalt.compiler.sql import Identifier, Literal
from basalt.engine.parts import PartsFolder
from basalt.errors import RunError

_ROWS = "basalt_rows"


class Store:
    """Registers passes on a connection, and keeps the rows of those that have been computed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, dataset: str) -> None:
        self.connection = connection
        catalog, self._current = connection.execute("SELECT current_catalog(), current_schema()").fetchall()[0]
        self._catalog, self._dataset = str(catalog), dataset
        self._parts = PartsFolder()
        self._execute(f"CREATE SCHEMA IF NOT EXISTS {Identifier(self._catalog, dataset)}")

    def view(self, compiled: CompiledPass) -> None:
        """Register a pass as views that compute it when they are read."""
        self._register(compiled, compiled.states_sql or compiled.sql, compiled.plain_columns)

    def keep(self, compiled: CompiledPass) -> None:
        """Compute a pass once, without its indicators, and keep its rows."""
        self._keep(compiled, compiled.states_sql or compiled.sql, compiled.plain_columns)

    def keep_parts(self, compiled: CompiledPass, queries: Iterable[str]) -> None:
        """Compute a pass part by part, as temporary files, and keep their rows together."""
        paths = []
        for number, query in enumerate(queries):
            path = self._parts.new(f"{number}.parquet")
            self._execute(f"COPY (\n{query}\n) TO {Literal(str(path))} (FORMAT parquet, COMPRESSION uncompressed)")
            paths.append(str(Literal(str(path))))
        self._register(compiled, f"SELECT * FROM read_parquet([{', '.join(paths)}])", compiled.plain_columns)

    def keep_rows(self, compiled: CompiledPass, rows: pa.Table) -> None:
        """Keep rows that were computed outside DuckDB as the rows of a pass."""
        self.connection.register(_ROWS, rows)
        try:
            self._keep(compiled, f"SELECT * FROM {_ROWS}", _all_columns(compiled))
        finally:
            self.connection.unregister(_ROWS)

    def view_file(self, compiled: CompiledPass, path: Path) -> None:
        """Register a pass that has been written as a view of its file."""
        self._register(compiled, f"SELECT * FROM read_parquet({Literal(str(path.resolve()))})", _all_columns(compiled))

    def discard_parts(self) -> None:
        """Remove temporary files; passes kept in them cannot be read afterwards."""
        self._parts.remove()

    def name(self, pass_name: str) -> Identifier:
        """Return the full name of a pass's view."""
        return Identifier(self._catalog, self._dataset, pass_name)

    def _keep(self, compiled: CompiledPass, query: str, columns: tuple[str, ...]) -> None:
        table = self.name(f"{compiled.name}__rows")
        self._execute(f"CREATE OR REPLACE TABLE {table} AS\n{query}")
        self._register(compiled, f"SELECT * FROM {table}", columns)

    def _register(self, compiled: CompiledPass, query: str, columns: tuple[str, ...]) -> None:
        """Point the pass's views at a query that yields its columns and its hidden ones."""
        if compiled.hidden:
            self._define(compiled.states_name, query)
            query = f"SELECT * FROM {self.name(compiled.states_name)}"
        self._define(compiled.name, f"SELECT {', '.join(str(Identifier(name)) for name in columns)} FROM (\n{query}\n)")

    def _define(self, name: str, query: str) -> None:
        self._execute(f"CREATE OR REPLACE VIEW {self.name(name)} AS\n{query}")
        own = Identifier(self._catalog, self._current, name)
        if own != self.name(name):
            self._execute(f"CREATE OR REPLACE VIEW {own} AS SELECT * FROM {self.name(name)}")

    def _execute(self, statement: str) -> None:
        try:
            self.connection.execute(statement)
        except duckdb.Error as error:
            raise RunError(str(error).splitlines()[0]) from error


def _all_columns(compiled: CompiledPass) -> tuple[str, ...]:
    return tuple(column.name for column in compiled.columns)
