"""What a transaction does to the table of a pass, by the mode of its target."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from basalt.configuration.days import Days
from basalt.configuration.outputs import TableMode
from basalt.errors import OutputError, OutputRangeError, listing
from basalt.outputs.databases.session import Database, Session, TableName, quoted
from basalt.outputs.databases.storage import Stored
from basalt.outputs.shape import PassShape


@dataclass(frozen=True)
class Changes:
    """The table of a pass, in a transaction."""

    database: Database
    session: Session
    table: TableName
    shape: PassShape
    types: Mapping[str, Stored]

    def make(self, mode: TableMode, days: Days, recorded: Sequence[Days], rows: pa.RecordBatchReader) -> None:
        """Have the rows of some days take their place. Raises OutputError, OutputRangeError where they cannot."""
        self._prepare(mode)
        match mode:
            case "replace":
                self._delete(days)
            case "overwrite":
                self.session.execute(f"DELETE FROM {self.table.sql}")
            case "append":
                self._delete_recorded(days, recorded)
            case "fail":
                self._refuse_rows(days)
            case "upsert":
                self._upsert(rows)
                return
        self.session.insert(self.table, rows)

    @property
    def _place(self) -> str:
        return f"{self.database.place}: {self.table}"

    def _prepare(self, mode: TableMode) -> None:
        """Have a table with the columns of the pass."""
        found = self.session.columns(self.table)
        if found is not None and set(found) != set(self.types):
            if mode != "overwrite":
                message = f"{self._place} has the columns {listing(found)}, and the pass {listing(self.types)}"
                hint = "write to another table, or use mode: overwrite"
                raise OutputError(message, place=self._place, suggestion=hint)
            self.session.execute(f"DROP TABLE {self.table.sql}")
            found = None
        if found is None:
            self._create(self.table)

    def _create(self, table: TableName) -> None:
        columns = ", ".join(f"{quoted(name)} {stored.sql}" for name, stored in self.types.items())
        self.session.execute(f"CREATE TABLE {table.sql} ({columns})")

    def _condition(self, days: Days) -> str:
        """Return the condition for rows of some days; all rows where they have no time."""
        if self.shape.label_offset is None:
            return "1 = 1"
        type_ = self.shape.types["TimeBucket"]
        begins, ends = days.label_bounds(self.shape.label_offset)
        parts = [] if begins is None else [f"{quoted('TimeBucket')} >= {self.database.moment(begins, type_)}"]
        parts += [] if ends is None else [f"{quoted('TimeBucket')} < {self.database.moment(ends, type_)}"]
        return " AND ".join(parts) or "1 = 1"

    def _delete(self, days: Days) -> None:
        self.session.execute(f"DELETE FROM {self.table.sql} WHERE {self._condition(days)}")

    def _delete_recorded(self, days: Days, recorded: Iterable[Days]) -> None:
        """Delete the rows that were appended for these days before; those of others stay."""
        for each in recorded:
            if not days.overlaps(each):
                continue
            if not days.contains(each):
                message = f"the days {days} are some of {each}, which were appended together to {self._place}"
                raise OutputRangeError(message, place=self._place, suggestion="write the whole range, or use replace")
            self._delete(each)

    def _refuse_rows(self, days: Days) -> None:
        statement = f"SELECT count(*) FROM {self.table.sql} WHERE {self._condition(days)}"
        if count := self.session.execute(statement)[0][0]:
            message = f"{self._place} has {count} rows of the days {days} already"
            raise OutputRangeError(message, place=self._place, suggestion="mode: replace replaces them")

    def _upsert(self, rows: pa.RecordBatchReader) -> None:
        aside = self.table.beside(f"basalt_{self.table.name}")
        self.session.execute(f"DROP TABLE IF EXISTS {aside.sql}")
        self._create(aside)
        self.session.insert(aside, rows)
        nulls = " OR ".join(f"{quoted(key)} IS NULL" for key in self.shape.keys)
        if self.session.execute(f"SELECT count(*) FROM {aside.sql} WHERE {nulls}")[0][0]:
            message = f"rows without {' or '.join(self.shape.keys)} cannot be told from others in {self._place}"
            raise OutputError(message, place=self._place, suggestion="use mode: replace")
        same = " AND ".join(f"new.{quoted(key)} = {self.table.sql}.{quoted(key)}" for key in self.shape.keys)
        self.session.execute(f"DELETE FROM {self.table.sql} WHERE EXISTS (SELECT 1 FROM {aside.sql} new WHERE {same})")
        names = ", ".join(quoted(name) for name in self.types)
        self.session.execute(f"INSERT INTO {self.table.sql} ({names}) SELECT {names} FROM {aside.sql}")
        self.session.execute(f"DROP TABLE {aside.sql}")
