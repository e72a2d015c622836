"""Tables of any database that SQLAlchemy has a dialect for."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pyarrow as pa

from basalt.errors import MissingPackageError, OutputBusyError, OutputError
from basalt.outputs.databases.postgres_lock import introduce, lock
from basalt.outputs.databases.secrets import SecretUrl
from basalt.outputs.databases.session import Session, TableName, moment_text
from basalt.outputs.databases.sqlalchemy_types import column_type, on_dialect
from basalt.outputs.databases.storage import Stored, sqlite, standard
from basalt.outputs.failures import room_hint, writing_to
from basalt.outputs.lock import exclusive
from basalt.outputs.required import required
from basalt.outputs.work_area import area_of_table

_WITHOUT_NAN = ("sqlite", "mysql", "mariadb")
_ROWS_AT_A_TIME = 10_000


@dataclass(frozen=True)
class SQLAlchemyDatabase:
    """A database behind a URL of SQLAlchemy's, such as ``postgresql+psycopg://me:${PGPASSWORD}@host/db``."""

    url: SecretUrl

    @property
    def place(self) -> str:
        """The URL, with its references."""
        return self.url.text

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite's, which lacks types and schemas."""
        return self._scheme.partition("+")[0] == "sqlite"

    def stored(self, type_: str) -> Stored | None:
        """Return how a DuckDB type is stored, in the dialect of the database."""
        found = sqlite(type_) if self.is_sqlite else standard(type_)
        if found is None:
            return None
        with self._failing() as alchemy:
            dialect = alchemy.make_url(f"{self._scheme}://").get_dialect()()
        has_nan = dialect.name not in _WITHOUT_NAN
        return Stored(on_dialect(column_type(found.arrow, alchemy), dialect), found.arrow, has_nan=has_nan)

    def moment(self, nanoseconds: int, type_: str) -> str:
        """Return a time as a literal; SQLite's are text, with the digits that a column of the type has."""
        if self.is_sqlite:
            return f"'{moment_text(nanoseconds, 9 if type_ == 'TIMESTAMP_NS' else 6)}'"
        return f"TIMESTAMP '{moment_text(nanoseconds, 6)}'"

    @contextmanager
    def locked(self, table: TableName) -> Iterator[None]:
        """Hold a table for a run: on the server where that is Postgres, and else among the runs of this machine."""
        place = f"{self.place}: {table}"
        with ExitStack() as stack:
            if self._scheme.partition("+")[0] == "postgresql":
                lock(stack.enter_context(self.session()), table, place)
            elif self.is_sqlite:
                stack.enter_context(area_of_table(self._file, table).held())
            else:
                name = hashlib.sha256(place.encode()).hexdigest()
                with writing_to(place):
                    stack.enter_context(exclusive(Path(tempfile.gettempdir()) / f"basalt_{name}.lock", place))
            yield

    @contextmanager
    def reading(self) -> Iterator[Session | None]:
        """Connect to read; None where the file of SQLite's is not there yet."""
        if self.is_sqlite and not self._file.exists():
            yield None
            return
        with self.session() as session:
            yield session

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Connect, and begin a transaction."""
        if self.is_sqlite:
            with writing_to(self.place):
                self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._failing() as alchemy, closing(self._engine(alchemy).connect()) as connection:
            session = _AlchemySession(connection, alchemy)
            self._begin(session)
            yield session

    def _engine(self, alchemy: ModuleType) -> Any:  # noqa: ANN401 - of an optional package
        """Return what connects, and keeps no connection."""
        pool = required("sqlalchemy.pool", "sqlalchemy", self.place).NullPool
        try:
            return alchemy.create_engine(self.url.filled_in(), poolclass=pool, hide_parameters=True)
        except ModuleNotFoundError as error:
            message = f"writing {self.place} needs {error.name}, which is not installed"
            raise MissingPackageError(message, suggestion=f"pip install {error.name}") from None
        except ValueError:  # a port that is no number
            message = f"SQLAlchemy cannot read the URL {self.place}"
            raise OutputError(message, place=self.place) from None

    def _begin(self, session: _AlchemySession) -> None:
        """Have the connection do what standard SQL says, where its database or driver does not by itself."""
        match session.connection.dialect.name:
            case "sqlite":  # the driver would end the transaction before it makes a table
                session.connection.connection.driver_connection.isolation_level = None
                session.execute("BEGIN")
            case "mysql" | "mariadb":  # quotes names otherwise
                session.execute("SET SESSION sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES')")
            case "postgresql":
                introduce(session)

    @property
    def _scheme(self) -> str:
        return self.url.text.partition("://")[0]

    @property
    def _file(self) -> Path:
        return Path(self.url.filled_in().partition("://")[2].removeprefix("/"))

    @contextmanager
    def _failing(self) -> Iterator[ModuleType]:
        """Yield the package; raise what it or a driver refuses as an OutputError, without a secret in it."""
        alchemy = required("sqlalchemy", "sqlalchemy", self.place)
        try:
            yield alchemy
        except alchemy.exc.NoSuchModuleError:
            message = f"SQLAlchemy has no dialect for {self._scheme}://"
            raise OutputError(message, place=self.place, suggestion="install the package that adds it") from None
        except alchemy.exc.SQLAlchemyError as error:
            raise self._refused(getattr(error, "orig", None) or error) from None

    def _refused(self, error: BaseException) -> OutputError:
        reason = self.url.without_secrets(str(error).splitlines()[0])
        kind = OutputBusyError if "locked" in reason else OutputError
        return kind(f"cannot use {self.place}: {reason}", place=self.place, suggestion=room_hint(reason))


@dataclass(frozen=True)
class _AlchemySession:
    connection: Any
    alchemy: ModuleType

    def execute(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run a statement."""
        statement = statement.replace(":", r"\:")
        for number in range(len(values)):
            statement = statement.replace("{}", f":value_{number}", 1)
        named = {f"value_{number}": value for number, value in enumerate(values)}
        found = self.connection.execute(self.alchemy.text(statement), named)
        return [tuple(row) for row in found] if found.returns_rows else []

    def columns(self, table: TableName) -> list[str] | None:
        """Return the names of a table's columns."""
        inspector = self.alchemy.inspect(self.connection)
        if not inspector.has_table(table.name, schema=table.schema):
            return None
        return [str(each["name"]) for each in inspector.get_columns(table.name, schema=table.schema)]

    def insert(self, table: TableName, rows: pa.RecordBatchReader) -> None:
        """Add rows, some thousands at a time."""
        alchemy = self.alchemy
        columns = [
            alchemy.Column(field.name, column_type(field.type, alchemy), key=f"c{number}")
            for number, field in enumerate(rows.schema)
        ]
        into = alchemy.Table(table.name, alchemy.MetaData(), *columns, schema=table.schema).insert()
        keys = [column.key for column in columns]
        for batch in rows:
            for start in range(0, batch.num_rows, _ROWS_AT_A_TIME):
                part = batch.slice(start, _ROWS_AT_A_TIME).rename_columns(keys)
                self.connection.execute(into, part.to_pylist())

    def commit(self) -> None:
        """Make what was done visible."""
        self.connection.commit()
