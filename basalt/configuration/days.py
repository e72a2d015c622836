"""Ranges of UTC days."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from basalt.configuration.buckets import NANOSECONDS

if TYPE_CHECKING:
    from basalt.configuration.analytics import AnalyticsConfig

_DAY = timedelta(days=1)
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Days:
    """The UTC days ``first``..``last``, both included; None is an open end."""

    first: date | None
    last: date | None

    @classmethod
    def of(cls, config: AnalyticsConfig) -> Days:
        """Return the days a pipeline asks for."""
        return cls(config.START_DATE, config.END_DATE)

    def asked_of(self, config: AnalyticsConfig) -> AnalyticsConfig:
        """Return a pipeline that asks for these days."""
        return config.model_copy(update={"START_DATE": self.first, "END_DATE": self.last})

    @property
    def following(self) -> date | None:
        """The day after the last; None where there is none."""
        return None if self.last in (None, date.max) else self.last + _DAY

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
        if self.first == self.last is not None:
            return str(self.first)
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
        ends = None if self.following is None else midnight(self.following) + label_offset
        return begins, ends


def midnight(day: date) -> int:
    """Return the start of a UTC day in nanoseconds."""
    return (day - _EPOCH).days * 86_400 * NANOSECONDS
