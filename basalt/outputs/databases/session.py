"""What a table output asks of a database."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from basalt.outputs.databases.storage import Stored


@dataclass(frozen=True)
class TableName:
    """A table, in a schema or in the one that is the database's own choice."""

    schema: str | None
    name: str

    @classmethod
    def of(cls, text: str) -> TableName:
        """Return the table that ``schema.table`` or ``table`` names."""
        schema, _, name = text.rpartition(".")
        return cls(schema or None, name)

    def beside(self, name: str) -> TableName:
        """Return another table in the same schema."""
        return TableName(self.schema, name)

    @property
    def sql(self) -> str:
        """The name, quoted."""
        return f"{quoted(self.schema)}.{quoted(self.name)}" if self.schema else quoted(self.name)

    def __str__(self) -> str:
        return f"{self.schema}.{self.name}" if self.schema else self.name


class Session(Protocol):
    """A connection with a transaction under way."""

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement whose values are ``{}``, and return its rows."""

    def columns(self, table: TableName) -> list[str] | None:
        """Return the names of a table's columns; None where there is no such table."""

    def insert(self, table: TableName, rows: pa.RecordBatchReader) -> None:
        """Add rows to a table, column by column of the same name."""

    def commit(self) -> None:
        """Make what was done visible, at once."""


class Database(Protocol):
    """A database that may be connected to."""

    @property
    def place(self) -> str:
        """The database as a person reads it, without secrets."""

    def stored(self, type_: str) -> Stored | None:
        """Return how a DuckDB type is stored; None where it cannot be."""

    def moment(self, nanoseconds: int, type_: str) -> str:
        """Return a time as a literal to compare a column of a DuckDB type with, rounded up to a step of the type."""

    def reading(self) -> AbstractContextManager[Session | None]:
        """Connect to read, making nothing; None where there is no database yet. Raises OutputError."""

    def locked(self, table: TableName) -> AbstractContextManager[None]:
        """Hold a table for a run. Raises OutputBusyError when another run holds it."""

    def session(self) -> AbstractContextManager[Session]:
        """Connect, and begin a transaction; what is not committed is undone. Raises OutputError."""


def quoted(name: str) -> str:
    """Return a name as standard SQL quotes it, so that nothing in it is read as SQL."""
    return '"' + name.replace('"', '""') + '"'


def moment_text(nanoseconds: int, digits: int) -> str:
    """Return a time as ``2025-03-03 08:00:00.000000``, rounded up to so many digits of a second."""
    unit = 10 ** (9 - digits)
    seconds, rest = divmod(-(-nanoseconds // unit), 10**digits)
    whole = pa.scalar(seconds, pa.timestamp("s")).as_py()
    return f"{whole:%Y-%m-%d %H:%M:%S}.{rest:0{digits}d}"
