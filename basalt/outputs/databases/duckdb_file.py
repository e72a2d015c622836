"""Tables of a DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from basalt.errors import OutputBusyError, OutputError
from basalt.outputs.databases.session import Session, TableName, moment_text
from basalt.outputs.databases.storage import Stored, standard
from basalt.outputs.failures import room_hint, writing_to
from basalt.outputs.work_area import area_of_table

_ROWS = "basalt_rows"


@dataclass(frozen=True)
class DuckDBFile:
    """A DuckDB file that is opened for as long as a transaction takes."""

    path: Path

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    def stored(self, type_: str) -> Stored:
        """Return the type itself: it is the same database."""
        found = standard(type_)
        is_exact = found is not None and not type_.startswith(("TIMESTAMP_", "U", "HUGE", "TINY"))
        return found if found is not None and is_exact else Stored(type_, _ARROW.get(type_, pa.string()))

    def moment(self, nanoseconds: int, type_: str) -> str:
        """Return a time as a literal."""
        return f"{type_} '{moment_text(nanoseconds, 9 if type_ == 'TIMESTAMP_NS' else 6)}'"

    @contextmanager
    def locked(self, table: TableName) -> Iterator[None]:
        """Hold a table for a run."""
        with area_of_table(self.path, table).held():
            yield

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open the file, and begin a transaction."""
        with writing_to(self.place):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        with _failing(self.place), duckdb.connect(str(self.path)) as connection:
            connection.execute("BEGIN")
            yield _DuckDBSession(connection)

    @contextmanager
    def reading(self) -> Iterator[Session | None]:
        """Open the file to read it. DuckDB refuses that while another program has it open to write."""
        if not self.path.exists():
            yield None
            return
        with _failing(self.place), duckdb.connect(str(self.path), read_only=True) as connection:
            yield _DuckDBSession(connection)


@dataclass(frozen=True)
class _DuckDBSession:
    connection: duckdb.DuckDBPyConnection

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement."""
        return self.connection.execute(statement.replace("{}", "?"), list(values)).fetchall()

    def columns(self, table: TableName) -> list[str] | None:
        """Return the names of a table's columns."""
        query = """
            SELECT column_name FROM duckdb_columns()
            WHERE database_name = current_database() AND schema_name = ? AND table_name = ? ORDER BY column_index
        """
        found = self.connection.execute(query, [table.schema or "main", table.name]).fetchall()
        return [str(row[0]) for row in found] or None

    def insert(self, table: TableName, rows: pa.RecordBatchReader) -> None:
        """Add rows."""
        self.connection.register(_ROWS, rows)
        try:
            self.connection.execute(f"INSERT INTO {table.sql} BY NAME SELECT * FROM {_ROWS}")
        finally:
            self.connection.unregister(_ROWS)

    def commit(self) -> None:
        """Make what was done visible."""
        self.connection.execute("COMMIT")


_ARROW = {
    "TINYINT": pa.int8(),
    "UTINYINT": pa.uint8(),
    "USMALLINT": pa.uint16(),
    "UINTEGER": pa.uint32(),
    "UBIGINT": pa.uint64(),
    "HUGEINT": pa.decimal128(38, 0),
    "TIMESTAMP_S": pa.timestamp("s"),
    "TIMESTAMP_MS": pa.timestamp("ms"),
    "TIMESTAMP_NS": pa.timestamp("ns"),
}


@contextmanager
def _failing(place: str) -> Iterator[None]:
    """Raise what DuckDB refuses as an OutputError."""
    try:
        yield
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        if "Could not set lock" in reason:
            message = f"another program has {place} open: {reason}"
            raise OutputBusyError(message, place=place, suggestion="close it there") from None
        message = f"cannot use {place}: {reason}"
        raise OutputError(message, place=place, suggestion=room_hint(reason)) from None
