"""Which bucket of a calendar or a session a bar goes into, by Python's own time zones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from oracles.buckets import SECOND

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(day: date, at: time, zone: ZoneInfo) -> int:
    """The first moment of that local time, in nanoseconds; where clocks jump over it, the moment they do."""
    return round((datetime.combine(day, at, zone) - EPOCH) / timedelta(seconds=1)) * SECOND


def local(moment: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=moment // 1_000)).astimezone(zone)


def first_day(day: date, period: str) -> date:
    if period == "week":
        return day - timedelta(days=day.weekday())
    month = {"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}
    return day if period == "day" else date(day.year, month[period], 1)


def next_day(day: date, period: str) -> date:
    """The first day of the period after the one that begins on a day."""
    longest = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}
    return first_day(day + timedelta(days=longest[period]), period)


def calendar_bucket(start: int, period: str, zone: ZoneInfo) -> tuple[int, int]:
    """Where the period begins and ends in which a bar starts."""
    first = first_day(local(start, zone).date(), period)
    return instant(first, time(), zone), instant(next_day(first, period), time(), zone)


@dataclass(frozen=True)
class Session:
    """From one local time of day to another, on the same day or the next."""

    opens: time
    closes: time
    zone: ZoneInfo

    def edges(self, day: date) -> tuple[int, int]:
        """When the session that opens on a day opens and closes."""
        overnight = timedelta(days=int(self.closes <= self.opens))
        return instant(day, self.opens, self.zone), instant(day + overnight, self.closes, self.zone)

    def bucket(self, start: int, end: int, width: int | None) -> tuple[int, int] | None:
        """The bucket of a bar within its session; None for a bar that is in none."""
        today = local(start, self.zone).date()
        for day in (today - timedelta(days=1), today):
            opened, closed = self.edges(day)
            if opened <= start and end <= closed:
                first = opened if width is None else opened + (start - opened) // width * width
                return first, closed if width is None else min(first + width, closed)
        return None
