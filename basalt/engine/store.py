"""The views and tables of a run: each pass by its own name and as ``dataset.pass``."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from basalt.compiler.model import CompiledPass
from basalt.compiler.sql import Identifier, Literal
from basalt.errors import RunError
from basalt.outputs.temporary import TemporaryFolder

_ROWS = "basalt_rows"


class Store:
    """Registers passes on a connection, and keeps the rows of those that have been computed."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, dataset: str) -> None:
        self.connection = connection
        catalog, self._current = connection.execute("SELECT current_catalog(), current_schema()").fetchall()[0]
        self._catalog, self._dataset = str(catalog), dataset
        self._folder = TemporaryFolder()
        self._parts: dict[str, list[Path]] = {}
        self._execute(f"CREATE SCHEMA IF NOT EXISTS {Identifier(self._catalog, dataset)}")

    def view(self, compiled: CompiledPass) -> None:
        """Register a pass as views that compute it when they are read."""
        self._register(compiled, compiled.full_sql, compiled.plain_columns)

    def keep(self, compiled: CompiledPass) -> None:
        """Compute a pass once, without its indicators, and keep its rows."""
        self._keep(compiled, compiled.full_sql, compiled.plain_columns)

    def add_part(self, compiled: CompiledPass, query: str) -> None:
        """Keep more rows of a pass, in a temporary file."""
        path = self._folder.new(f"{compiled.name}.parquet")
        self._execute(f"COPY (\n{query}\n) TO {Literal(str(path))} (FORMAT parquet, COMPRESSION uncompressed)")
        self._parts.setdefault(compiled.name, []).append(path)

    def forget_parts(self, compiled: CompiledPass) -> None:
        """Forget the rows of a pass that is computed anew."""
        self._parts.pop(compiled.name, None)

    def view_parts(self, compiled: CompiledPass) -> None:
        """Register a pass as its parts together."""
        paths = ", ".join(str(Literal(str(path))) for path in self._parts[compiled.name])
        self._register(compiled, f"SELECT * FROM read_parquet([{paths}])", compiled.plain_columns)

    def set_slice(self, compiled: CompiledPass, query: str) -> None:
        """Compute the rows of a slice, which for now are all that the pass's views show."""
        self._execute(f"DROP TABLE IF EXISTS {self._rows_table(compiled)}")  # before, so that there is never a second
        self._keep(compiled, query, compiled.plain_columns)

    def drop_slice(self, compiled: CompiledPass) -> None:
        """Forget the rows of the last slice; the views are those that compute the pass when they are read."""
        self.view(compiled)
        self._execute(f"DROP TABLE {self._rows_table(compiled)}")

    def keep_standing(self, compiled: CompiledPass) -> None:
        """Keep what a slice leaves standing, for the next one, in the place of what the one before left."""
        if compiled.standing_sql is not None:
            name, left = Identifier(compiled.standing_name), Identifier(f"{compiled.standing_name}__left")
            self._execute(f"CREATE OR REPLACE TEMP TABLE {left} AS\n{compiled.standing_sql}")
            self._execute(f"CREATE OR REPLACE TEMP TABLE {name} AS\nSELECT * FROM {left}")
            self._execute(f"DROP TABLE {left}")

    def drop_standing(self, compiled: CompiledPass) -> None:
        """Forget what the last slice left standing."""
        self._execute(f"DROP TABLE IF EXISTS temp.{Identifier(compiled.standing_name)}")

    def keep_rows(self, compiled: CompiledPass, rows: pa.Table) -> None:
        """Keep rows that were computed outside DuckDB as the rows of a pass."""
        self.connection.register(_ROWS, rows)
        try:
            self._keep(compiled, f"SELECT * FROM {_ROWS}", _all_columns(compiled))
        finally:
            self.connection.unregister(_ROWS)

    def view_landed(self, compiled: CompiledPass, relation: str) -> None:
        """Register a pass that has been written as a view of where it landed, given as what stands after FROM.

        Its states are computed when they are read.
        """
        if compiled.states_sql is not None:
            self._define(compiled.states_name, compiled.full_sql)
        columns = ", ".join(str(Identifier(name)) for name in _all_columns(compiled))
        self._define(compiled.name, f"SELECT {columns} FROM {relation}")

    def discard_parts(self) -> None:
        """Remove temporary files; passes kept in them cannot be read afterwards."""
        self._folder.remove()

    def name(self, pass_name: str) -> Identifier:
        """Return the full name of a pass's view."""
        return Identifier(self._catalog, self._dataset, pass_name)

    def whole(self, compiled: CompiledPass) -> Identifier:
        """Return the full name of the relation of all rows of a pass, with its hidden columns."""
        return self.name(compiled.name if compiled.states_sql is None else compiled.states_name)

    def _keep(self, compiled: CompiledPass, query: str, columns: tuple[str, ...]) -> None:
        table = self._rows_table(compiled)
        self._execute(f"CREATE OR REPLACE TABLE {table} AS\n{query}")
        self._register(compiled, f"SELECT * FROM {table}", columns)

    def _rows_table(self, compiled: CompiledPass) -> Identifier:
        return self.name(f"{compiled.name}__rows")

    def _register(self, compiled: CompiledPass, query: str, columns: tuple[str, ...]) -> None:
        """Point the pass's views at a query that yields its columns and its hidden ones."""
        if compiled.states_sql is not None:
            self._define(compiled.states_name, query)
            query = compiled.only_shown(str(self.name(compiled.states_name)))
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
