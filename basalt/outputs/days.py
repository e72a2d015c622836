"""Ranges of UTC days, and the day a row belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

_DAY = timedelta(days=1)
_DAY_NS = 86_400_000_000_000
_EPOCH = date(1970, 1, 1)
_UNITS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


@dataclass(frozen=True)
class Days:
    """The days ``first``..``last``, both included; None is an open end."""

    first: date | None
    last: date | None

    @property
    def text(self) -> str:
        """The range as it stands in names of files: ``2025-03-03_2025-03-07``, open ends ``first`` and ``last``."""
        return f"{self.first or 'first'}_{self.last or 'last'}"

    @classmethod
    def named(cls, text: str) -> Days | None:
        """Return the range that ``text`` names; None where it names none."""
        first, _, last = text.partition("_")
        try:
            found = cls(
                None if first == "first" else date.fromisoformat(first),
                None if last == "last" else date.fromisoformat(last),
            )
        except ValueError:
            return None
        return found if found.text == text else None

    def __str__(self) -> str:
        return f"{self.first or 'the first day'} to {self.last or 'the last day'}"

    @property
    def bounds(self) -> tuple[date, date]:
        """The first and the last day, open ends as far away as a date can be."""
        return self.first or date.min, self.last or date.max

    def has(self, day: date) -> bool:
        """Tell whether a day is one of them."""
        return self.bounds[0] <= day <= self.bounds[1]

    def contains(self, other: Days) -> bool:
        """Tell whether all of the other days are among them."""
        return self.bounds[0] <= other.bounds[0] and other.bounds[1] <= self.bounds[1]

    def overlaps(self, other: Days) -> bool:
        """Tell whether a day is in both."""
        return self.bounds[0] <= other.bounds[1] and other.bounds[0] <= self.bounds[1]

    def without(self, other: Days) -> list[Days]:
        """Return what is left when other days are taken out: up to two ranges."""
        if not self.overlaps(other):
            return [self]
        before = Days(self.first, other.first - _DAY) if other.first and self.bounds[0] < other.first else None
        after = Days(other.last + _DAY, self.last) if other.last and other.last < self.bounds[1] else None
        return [each for each in (before, after) if each is not None]

    def are_covered_by(self, ranges: Iterable[Days]) -> bool:
        """Tell whether each day is in one of the ranges."""
        left = [self]
        for each in ranges:
            left = [rest for one in left for rest in one.without(each)]
        return not left

    def label_bounds(self, label_offset: int) -> tuple[int | None, int | None]:
        """Return the labels of rows of these days in nanoseconds: from the first one on, up to before the second."""
        begins = None if self.first is None else midnight(self.first) + label_offset
        ends = None if self.last is None else midnight(self.last) + _DAY_NS + label_offset
        return begins, ends


def midnight(day: date) -> int:
    """Return the start of a UTC day in nanoseconds."""
    return (day - _EPOCH).days * _DAY_NS


def row_days(labels: pa.ChunkedArray | pa.Array, label_offset: int) -> npt.NDArray[Any]:
    """Return the UTC day of each row from its ``TimeBucket``, as ``datetime64[D]``."""
    unit = _UNITS[labels.type.unit]
    counts = np.asarray(labels.cast(pa.int64()).to_numpy(zero_copy_only=False))
    shift = -(-label_offset // unit)
    return ((counts - shift) // (_DAY_NS // unit)).astype("datetime64[D]")
