"""Rows cut by the values of columns, and folders named for them as Hive does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import quote

import numpy as np
import pyarrow as pa

from basalt.configuration.days import Days
from basalt.configuration.outputs import DAY_COLUMN
from basalt.errors import OutputRangeError
from basalt.outputs.days import row_days
from basalt.outputs.shape import PassShape
from basalt.outputs.written import Written

_NULL = "__HIVE_DEFAULT_PARTITION__"
_WHOLE_NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_TYPES = frozenset(["BOOLEAN", "DATE", "VARCHAR", *_WHOLE_NUMBERS, *(f"U{name}" for name in _WHOLE_NUMBERS)])


@dataclass(frozen=True)
class Partitioning:
    """The columns by which the rows of a pass are cut; ``adds_day`` when the day of a row is one of them."""

    shape: PassShape
    columns: tuple[str, ...]

    @classmethod
    def of(cls, shape: PassShape, columns: tuple[str, ...]) -> Partitioning:
        """Return the partitioning of a pass. Raises BindingError for columns it cannot be cut by."""
        found = cls(shape, columns)
        own = [name for name in columns if not (found.adds_day and name == DAY_COLUMN)]
        if DAY_COLUMN in own and DAY_COLUMN not in shape.types:
            message = "partition_by names Date, but the rows have no TimeBucket that would have a day"
            raise shape.refuse(message, "leave Date out")
        if DAY_COLUMN in columns and found.adds_day and DAY_COLUMN in shape.types:
            message = "partition_by names Date, the day of a row, but the pass has a column of that name"
            raise shape.refuse(message, "give the column another name")
        shape.check_columns(own, "partition_by")
        for name in own:
            if shape.types[name] not in _TYPES:
                message = f"partition_by names {name}, of type {shape.types[name]}, which makes no name of a folder"
                raise shape.refuse(message, "use Date, or a column of text, whole numbers or days")
        if not set(shape.types) - set(own):
            message = "partition_by names all columns, and leaves none for the files"
            raise shape.refuse(message)
        return found

    @property
    def adds_day(self) -> bool:
        """Whether Date is the day of a row, and not a column of the pass."""
        return DAY_COLUMN in self.columns and self.shape.label_offset is not None

    @property
    def types(self) -> dict[str, str]:
        """The DuckDB type of each column that folders are named for."""
        return {name: self.shape.types.get(name, "DATE") for name in self.columns}

    def with_days(self, batch: pa.RecordBatch, days: Days) -> pa.Table:
        """Return rows with their day as a column, where folders are named for it.

        Raises OutputRangeError when a row belongs to another day than ``days``.
        """
        rows = pa.Table.from_batches([batch])
        if self.shape.label_offset is None:
            return rows
        found = row_days(batch.column("TimeBucket"), self.shape.label_offset)
        check_days(found, days, self.shape.name)
        return rows.append_column(DAY_COLUMN, pa.array(found)) if self.adds_day else rows

    def cut(self, rows: pa.Table) -> Iterator[tuple[PurePosixPath, pa.Table]]:
        """Yield the rows of each folder, without the columns that it is named for, in the order they came."""
        if not rows.num_rows:
            return
        keys = rows.select(self.columns)
        numbered = keys.append_column("basalt_row", pa.array(np.arange(rows.num_rows)))
        groups = numbered.group_by(list(self.columns), use_threads=False).aggregate([("basalt_row", "list")])
        content = rows.drop_columns(list(self.columns))
        for values in groups.to_pylist():
            folder = PurePosixPath(*(f"{quote(name, safe='')}={_text(values[name])}" for name in self.columns))
            yield folder, content.take(pa.array(values["basalt_row_list"]))

    def days_of(self, file: PurePosixPath) -> Days | None:
        """Return the days of a file: that of its folder, else those it is named for; None for somebody else's."""
        if not self.adds_day:
            return Days.named(file.name.partition(".")[0])
        prefix = f"{DAY_COLUMN}="
        named = [part.removeprefix(prefix) for part in file.parts[:-1] if part.startswith(prefix)]
        return Days.named(f"{named[0]}_{named[0]}") if named else None

    def with_own_files(self, written: Written) -> Written:
        """Return a record with the files of its days alone, where others were written anew since."""
        if not self.adds_day:
            return written
        days = {name: self.days_of(PurePosixPath(name)) for name in written.files}
        own = [name for name, each in days.items() if each is not None and written.days.contains(each)]
        return replace(written, files=tuple(own))


def check_days(found: np.ndarray, days: Days, pass_name: str) -> None:
    """Raise OutputRangeError when a row belongs to another day than those that are written."""
    if not len(found):
        return
    for day in (found.min().item(), found.max().item()):
        if not days.has(day):
            message = f"a row belongs to {day}, but the days {days} are written"
            hint = "begin and end the range of dates where buckets begin and end"
            raise OutputRangeError(message, place=f"pass {pass_name}", suggestion=hint)


def _text(value: object) -> str:
    if value is None:
        return _NULL
    if isinstance(value, bool):
        return str(value).lower()
    return quote(str(value), safe="") if value != "" else _NULL
