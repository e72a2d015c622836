"""The series of a sorted table, and the stretches of them that an indicator is computed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from basalt.compiler.indicators import Indicator
from basalt.errors import RunError

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

Key = tuple[object, ...]
"""The values of the key columns of a series."""

_DAY = 86_400_000_000_000
_NANOSECONDS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


@dataclass(frozen=True)
class SortedRows:
    """Rows of a pass sorted by their series and ``TimeBucket``."""

    table: pa.Table
    keys: tuple[str, ...]

    @cached_property
    def starts(self) -> Places:
        """The first row of each series."""
        if self.table.num_rows == 0:
            return np.empty(0, np.int64)
        changes = np.zeros(self.table.num_rows - 1, dtype=bool)
        for key in self.keys:
            changes |= _changes(self.table.column(key))
        return np.concatenate(([0], np.flatnonzero(changes) + 1))

    @cached_property
    def stops(self) -> Places:
        """The row after the last one of each series."""
        return np.append(self.starts[1:], self.table.num_rows)

    def check_order(self, place: str) -> None:
        """Raise RunError where rows are not sorted: slices would mix series."""
        times = self.table.column("TimeBucket").cast(pa.int64()).to_numpy()
        is_backwards = np.diff(times) < 0
        is_backwards[self.starts[1:] - 1] = False
        firsts = self.table.select(self.keys).take(self.starts)
        distinct = firsts.group_by(list(self.keys)).aggregate([]).num_rows if self.keys else min(1, len(self.starts))
        if is_backwards.any() or distinct != len(self.starts):
            message = f"{place}: rows came out of order before indicators"
            raise RunError(message)

    def days(self, offset: int) -> Places:
        """Return the UTC day on which the bucket of each row starts, ``offset`` nanoseconds before its label."""
        labels = self.table.column("TimeBucket")
        unit = _NANOSECONDS[labels.type.unit]
        moments: Places = labels.cast(pa.int64()).to_numpy() * unit
        return (moments - offset) // _DAY

    def stretches(self, indicator: Indicator) -> Stretches:
        """Return what an indicator is computed on."""
        columns = {name: _numbers(self.table.column(name)) for name in indicator.inputs}
        begins = np.zeros(self.table.num_rows, dtype=bool)
        begins[self.starts] = True
        if indicator.day_offset is not None:
            begins[1:] |= np.diff(self.days(indicator.day_offset)) != 0
        return Stretches.of(columns, begins, indicator)

    def series_of(self, row: int) -> int:
        """Return the number of the series that a row belongs to."""
        return int(np.searchsorted(self.starts, row, side="right")) - 1

    def series_keys(self) -> list[Key]:
        """Return the key of each series."""
        if not self.keys:
            return [()] * len(self.starts)
        rows = self.table.select(self.keys).take(self.starts).to_pylist()
        return [tuple(row.values()) for row in rows]

    def name(self, row: int) -> str:
        """Return the series of a row, for a message."""
        told = (f"{key}={self.table.column(key)[row].as_py()}" for key in self.keys)
        return ", ".join(told) or "the whole pass"


@dataclass(frozen=True)
class Stretches:
    """What an indicator is computed on: its series without the rows left out, each from ``starts`` to ``stops``.

    ``given`` marks the rows of the table that are there, None where all are; starts and stops count only those.
    """

    inputs: tuple[Floats, ...]
    given: Flags | None
    starts: Places
    stops: Places

    @classmethod
    def of(cls, columns: Mapping[str, Floats], begins: Flags, indicator: Indicator) -> Stretches:
        """Return what an indicator is computed on: its input columns, and where its series begin.

        A stretch ends where the next begins, and as its null policy says.
        """
        missing = ~np.logical_and.reduce([np.isfinite(values) for values in columns.values()])
        inputs = tuple(columns[name] for name in indicator.inputs)
        if not missing.any():
            return cls(inputs, None, *_edges(begins))
        given, begins = _POLICIES[indicator.nulls](missing, begins, indicator)
        kept = tuple(np.ascontiguousarray(values[given]) for values in inputs)
        return cls(kept, given, *_edges(_carried(begins, given)))

    def __iter__(self) -> Iterator[slice]:
        return map(slice, self.starts.tolist(), self.stops.tolist())

    def row(self, place: int) -> int:
        """Return the row of the table at a place of the series."""
        return place if self.given is None else int(np.flatnonzero(self.given)[place])

    def spread(self, values: Floats) -> Floats:
        """Return outputs where their inputs stood: one per row of the table, NaN where none was."""
        if self.given is None:
            return values
        found = np.full(len(self.given), np.nan)
        found[self.given] = values
        return found


def _changes(column: pa.ChunkedArray) -> Flags:
    """Tell of each row but the first whether its value is another than the one before; null is a value."""
    values = column.combine_chunks()
    before, after = values[:-1], values[1:]
    differ = pc.fill_null(pc.not_equal(before, after), False)  # noqa: FBT003 - Arrow's way to say it
    one_is_null = pc.xor(pc.is_null(before), pc.is_null(after))
    return np.asarray(pc.or_(differ, one_is_null).to_numpy(zero_copy_only=False), dtype=bool)


def _numbers(column: pa.ChunkedArray) -> Floats:
    """Return a column as one contiguous array; nulls are NaN."""
    values = column.cast(pa.float64()).combine_chunks()
    return np.ascontiguousarray(values.to_numpy(zero_copy_only=False))


def _edges(begins: Flags) -> tuple[Places, Places]:
    starts = np.flatnonzero(begins)
    return starts, np.append(starts[1:], len(begins)) if len(starts) else starts


def _carried(begins: Flags, given: Flags) -> Flags:
    """Return where stretches begin among the rows that are there: where their first one is left out, the next."""
    stretch: Places = np.cumsum(begins, dtype=np.int64)[given]
    before: Places = np.concatenate(([0], stretch[:-1]))[: len(stretch)]
    differs: Flags = stretch != before
    return differs


def _skipped(missing: Flags, begins: Flags, _: Indicator) -> tuple[Flags, Flags]:
    return ~missing, begins


def _restarted(missing: Flags, begins: Flags, _: Indicator) -> tuple[Flags, Flags]:
    begins = begins.copy()
    begins[1:] |= missing[:-1]
    return ~missing, begins


def _propagated(missing: Flags, begins: Flags, indicator: Indicator) -> tuple[Flags, Flags]:
    """Leave out what depends on a null: for a window, what comes before the next full one; else all that follows.

    Nulls before the first value are not in the series: a warm-up that is read has not begun.
    """
    if indicator.memory == "window":
        return _restarted(missing, begins, indicator)
    stretch = np.cumsum(begins) - 1
    firsts = np.flatnonzero(begins)
    values_before: Places = np.cumsum(~missing) - ~missing
    has_begun: Flags = values_before > values_before[firsts][stretch]
    nulls = np.cumsum(missing & has_begun)
    nulls_before = np.concatenate(([0], nulls))[firsts]
    return ~missing & (nulls == nulls_before[stretch]), begins


_POLICIES = {"skip": _skipped, "reset": _restarted, "propagate": _propagated}
