"""A pass as a table of a database; each run is one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from basalt.configuration.days import Days
from basalt.configuration.outputs import TableMode
from basalt.outputs.databases.changes import Changes
from basalt.outputs.databases.session import Database, Session, TableName
from basalt.outputs.databases.storage import Stored, conformed
from basalt.outputs.days import row_days
from basalt.outputs.failures import writing_to
from basalt.outputs.partitions import check_days
from basalt.outputs.shape import PassShape
from basalt.outputs.spool import Spool
from basalt.outputs.state import State
from basalt.outputs.written import Origin, Written

RUNS = "basalt_runs"
"""The table of records beside the tables of passes."""


@dataclass(frozen=True)
class TableOutput:
    """An output that is a table."""

    database: Database
    table: TableName
    mode: TableMode
    shape: PassShape
    types: Mapping[str, Stored]

    path = None
    sort_by = ()
    can_be_read = False

    @classmethod
    def of(cls, database: Database, table: str, mode: TableMode, shape: PassShape) -> TableOutput:
        """Return the output of a pass. Raises BindingError where the pass does not fit a table."""
        types = {}
        for name, type_ in shape.types.items():
            stored = database.stored(type_)
            if stored is None:
                message = f"column {name} is of type {type_}, which a table of {database.place} cannot hold"
                raise shape.refuse(message, "write the pass to Parquet")
            types[name] = stored
        if mode == "append" and shape.label_offset is None:
            message = "mode append needs rows with a TimeBucket: the dates of others cannot be told apart"
            raise shape.refuse(message, "use overwrite")
        if mode == "upsert" and not shape.keys:
            message = "mode upsert needs keys, and the rows of the pass have none"
            raise shape.refuse(message, "use replace")
        return cls(database, TableName.of(table), mode, shape, types)

    @property
    def place(self) -> str:
        """The database and the table."""
        return f"{self.database.place}: {self.table}"

    @property
    def holds_many(self) -> bool:
        """Whether ranges of days stand side by side."""
        return self.shape.label_offset is not None and self.mode != "overwrite"

    def relation(self, first: date | None, last: date | None) -> None:
        """Return None: other databases are not read through DuckDB."""

    def records(self) -> list[Written]:
        """Return the records of rows in the table."""
        runs = self.table.beside(RUNS)
        with self.database.reading() as session:
            if session is None or session.columns(self.table) is None or session.columns(runs) is None:
                return []
            return State(_Records(session, runs, self.table.name)).records()

    @contextmanager
    def held(self) -> Iterator[HeldTable]:
        """Hold the table for this run."""
        with self.database.locked(self.table):
            yield HeldTable(self)


@dataclass(frozen=True)
class HeldTable:
    """A table that this run alone writes."""

    output: TableOutput

    @contextmanager
    def writing(self, first: date | None, last: date | None) -> Iterator[TableRows]:
        """Yield what takes the rows of these days; see ``HeldOutput``."""
        days = Days(first, last)
        rows = TableRows(self.output, days)
        try:
            yield rows
            self._land(rows, days)
        finally:
            rows.spool.discard()

    def _land(self, rows: TableRows, days: Days) -> None:
        output = self.output
        with output.database.session() as session, rows.spool.reader() as reader:
            state = _state(session, output.table)
            recorded = state.days()
            state.forget(days if output.holds_many else Days(None, None))
            Changes(output.database, session, output.table, output.shape, output.types).make(
                output.mode, days, recorded, reader
            )
            if rows.origin is not None:
                state.add(rows.origin.written(output.shape.name, days, rows.spool.count))
            session.commit()


class TableRows:
    """Rows under way to a table, gathered in a temporary file so that the transaction is short."""

    def __init__(self, output: TableOutput, days: Days) -> None:
        self.spool = Spool(output.shape.name)
        self.origin: Origin | None = None
        self._output, self._days = output, days

    def append(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows."""
        output = self._output
        stored = pa.schema([(name, output.types[name].arrow) for name in schema.names])
        with writing_to(output.place):
            self.spool.begin(stored)
        for batch in batches:
            if output.shape.label_offset is not None:
                found = row_days(batch.column("TimeBucket"), output.shape.label_offset)
                check_days(found, self._days, output.shape.name)
            with writing_to(output.place):
                self.spool.append(conformed(batch, output.types, output.place))

    def record(self, fingerprint: Mapping[str, str], inputs: Mapping[str, str], run: str) -> None:
        """Say where the rows come from."""
        self.origin = Origin(fingerprint, inputs, run)


@dataclass(frozen=True)
class _Records:
    """The records of a table, as small files in a table of them; they change with its rows."""

    session: Session
    runs: TableName
    target: str

    def names(self) -> list[str]:
        """Return the names of all records."""
        statement = f"SELECT name FROM {self.runs.sql} WHERE target = {{}}"
        return [str(row[0]) for row in self.session.execute(statement, [self.target])]

    def read(self, name: str) -> bytes | None:
        """Return a record; None where there is none."""
        statement = f"SELECT content FROM {self.runs.sql} WHERE target = {{}} AND name = {{}}"
        found = self.session.execute(statement, [self.target, name])
        return str(found[0][0]).encode() if found else None

    def write(self, name: str, content: bytes) -> None:
        """Write a record, or replace it."""
        self.remove(name)
        statement = f"INSERT INTO {self.runs.sql} (target, name, content) VALUES ({{}}, {{}}, {{}})"
        self.session.execute(statement, [self.target, name, content.decode()])

    def remove(self, name: str) -> None:
        """Remove a record."""
        statement = f"DELETE FROM {self.runs.sql} WHERE target = {{}} AND name = {{}}"
        self.session.execute(statement, [self.target, name])


def _state(session: Session, table: TableName) -> State:
    runs = table.beside(RUNS)
    if session.columns(runs) is None:
        if table.schema is not None:
            session.execute(f"CREATE SCHEMA IF NOT EXISTS {TableName(None, table.schema).sql}")
        session.execute(f"CREATE TABLE {runs.sql} (target TEXT, name TEXT, content TEXT)")
    return State(_Records(session, runs, table.name))
