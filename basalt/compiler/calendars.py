"""Buckets of a calendar: days, weeks and months in a time zone, and the sessions of a market."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract, interval
from basalt.compiler.day_range import Day, Moment, midnight
from basalt.compiler.time_zones import TimeZone
from basalt.configuration.buckets import NANOSECONDS, Anchor, Closed
from basalt.configuration.calendars import Period

_DAY = 86_400


@dataclass(frozen=True)
class _Labelled:
    """Buckets labelled by an end of theirs; what is told of the labels holds where buckets are within days."""

    anchor: Anchor
    closed: Closed

    @property
    def label_offset(self) -> int:
        """How many nanoseconds before its label a bucket has its last moment, or its first."""
        return 1 if self.anchor == "end" else 0

    def first_label(self, day: Day) -> Moment:
        """Return the label, in nanoseconds, from which on buckets are of a day or later."""
        return midnight(day) + self.label_offset


@dataclass(frozen=True, kw_only=True)
class CalendarBuckets(_Labelled):
    """Buckets from the first instant of a local day, week (from Monday), month, quarter or year to that of the next."""

    period: Period
    zone: TimeZone

    @property
    def is_within_days(self) -> bool:
        """Whether no bucket reaches over the end of a UTC day."""
        return self.period == "day" and self.zone.offsets == {0}

    def describe(self) -> str:
        """Return the buckets in words, as they stand in compiled SQL."""
        return f"{self.period}s in {self.zone.name} {interval(self.closed)}, labelled by their {self.anchor}"


@dataclass(frozen=True, kw_only=True)
class SessionBuckets(_Labelled):
    """Buckets of ``width`` ns from the open of each session, the last one cut at its close; whole sessions without.

    ``opens`` and ``closes`` are seconds after the local midnight before the open.
    """

    zone: TimeZone
    opens: int
    closes: int
    width: int | None

    @property
    def is_within_days(self) -> bool:
        """Whether no session reaches over the end of a UTC day."""
        return all(self.opens - each >= 0 and self.closes - each <= _DAY for each in self.zone.offsets)

    def describe(self) -> str:
        """Return the buckets in words, as they stand in compiled SQL."""
        times = f"sessions {_clock(self.opens)} to {_clock(self.closes)} in {self.zone.name}"
        what = times if self.width is None else f"{_in_seconds(self.width)} s buckets of {times}"
        return f"{what} {interval(self.closed)}, labelled by their {self.anchor}"


Buckets = BucketContract | CalendarBuckets | SessionBuckets
"""The time buckets of a pass's rows."""


def _clock(seconds: int) -> str:
    hours, rest = divmod(seconds % _DAY, 3_600)
    return f"{hours:02}:{rest // 60:02}" + (f":{rest % 60:02}" if rest % 60 else "")


def _in_seconds(width: int) -> str:
    whole, rest = divmod(width, NANOSECONDS)
    return str(whole) if not rest else f"{whole}.{rest:09d}".rstrip("0")
