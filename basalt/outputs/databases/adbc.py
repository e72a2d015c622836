"""Tables of Postgres and SQLite, written column by column through ADBC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa

from basalt.errors import OutputBusyError, OutputError
from basalt.outputs.databases.postgres_lock import introduce, literal, lock
from basalt.outputs.databases.secrets import SecretUrl
from basalt.outputs.databases.session import Session, TableName, moment_text
from basalt.outputs.databases.storage import Stored, sqlite, standard
from basalt.outputs.failures import room_hint, writing_to
from basalt.outputs.required import required
from basalt.outputs.work_area import area_of_table

_PATIENCE_MS = 60_000
"""How long SQLite waits for another program to be done with the file."""


@dataclass(frozen=True)
class SQLiteFile:
    """An SQLite file."""

    path: Path

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    def stored(self, type_: str) -> Stored | None:
        """Return how a DuckDB type is stored."""
        return sqlite(type_)

    def moment(self, nanoseconds: int, type_: str) -> str:
        """Return a time as text; the digits are those that a column of the type has."""
        return f"'{moment_text(nanoseconds, 9 if type_ == 'TIMESTAMP_NS' else 6)}'"

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
        with self._opened(str(self.path)) as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session | None]:
        """Open the file to read it. SQLite itself then undoes what a killed program left half done."""
        if not self.path.exists():
            yield None
            return
        with self._opened(f"file:{quote(str(self.path))}?mode=rw") as session:
            yield session

    @contextmanager
    def _opened(self, name: str) -> Iterator[Session]:
        driver = required("adbc_driver_sqlite.dbapi", "sqlite", self.place)
        with _failing(SecretUrl(self.place), driver), closing(driver.connect(name)) as connection:
            session = _AdbcSession(connection, "?")
            session.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            yield session


@dataclass(frozen=True)
class Postgres:
    """A Postgres database."""

    url: SecretUrl

    @property
    def place(self) -> str:
        """The URL, with its references."""
        return self.url.text

    def stored(self, type_: str) -> Stored | None:
        """Return how a DuckDB type is stored."""
        return standard(type_)

    def moment(self, nanoseconds: int, type_: str) -> str:  # noqa: ARG002 - all are stored as microseconds
        """Return a time as a literal."""
        return f"TIMESTAMP '{moment_text(nanoseconds, 6)}'"

    @contextmanager
    def locked(self, table: TableName) -> Iterator[None]:
        """Hold a table for a run, by a lock of the server's that goes with the connection."""
        with self._connected() as session:
            lock(session, table, f"{self.place}: {table}")
            yield

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Connect, and begin a transaction."""
        with self._connected() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Connect to read."""
        with self._connected() as session:
            yield session

    @contextmanager
    def _connected(self) -> Iterator[_AdbcSession]:
        driver = required("adbc_driver_postgresql.dbapi", "postgres", self.place)
        with ExitStack() as stack:
            stack.enter_context(_failing(self.url, driver))
            connection = stack.enter_context(closing(driver.connect(self.url.filled_in())))
            session = _AdbcSession(connection, "${}")
            introduce(session)
            yield session


@dataclass(frozen=True)
class _AdbcSession:
    connection: Any
    mark: str

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement."""
        for number in range(len(values)):
            statement = statement.replace("{}", self.mark.format(number + 1), 1)
        with self.connection.cursor() as cursor:
            cursor.execute(statement, tuple(values) or None)
            return list(cursor.fetchall()) if cursor.description else []

    def columns(self, table: TableName) -> list[str] | None:
        """Return the names of a table's columns."""
        if self.mark == "?":
            query = f"SELECT name FROM pragma_table_info({literal(table.name)}, {literal(table.schema or 'main')})"
        else:
            schema = literal(table.schema) if table.schema else "current_schema()"
            query = f"""
                SELECT column_name::text FROM information_schema.columns
                WHERE table_schema = {schema} AND table_name = {literal(table.name)} ORDER BY ordinal_position
            """
        return [str(row[0]) for row in self.execute(query)] or None

    def insert(self, table: TableName, rows: pa.RecordBatchReader) -> None:
        """Add rows."""
        where = {"db_schema_name": table.schema} if table.schema else {}
        with self.connection.cursor() as cursor:
            cursor.adbc_ingest(table.name, rows, mode="append", **where)

    def commit(self) -> None:
        """Make what was done visible."""
        self.connection.commit()


@contextmanager
def _failing(url: SecretUrl, driver: Any) -> Iterator[None]:  # noqa: ANN401 - a module of an optional package
    """Raise what a driver refuses as an OutputError, without a secret in it."""
    try:
        yield
    except driver.Error as error:
        reason = url.without_secrets(str(error).splitlines()[0])
        message = f"cannot use {url}: {reason}"
        if "locked" in reason:
            raise OutputBusyError(message, place=str(url)) from None
        raise OutputError(message, place=str(url), suggestion=room_hint(reason)) from None
