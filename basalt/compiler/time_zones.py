"""What the compiler has to know of a time zone: by how much its midnights are apart from UTC's."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from basalt.errors import BindingError, nearest

_FIRST, _LAST = date(1970, 1, 1), date(2040, 1, 1)
_WEEK = 7


@dataclass(frozen=True)
class TimeZone:
    """A zone of the time zone database.

    ``offsets`` are what it has been ahead of UTC at its midnights since 1970, in seconds. ``repeats_midnight`` tells
    whether a clock has been put back to midnight, so that a day began twice.
    """

    name: str
    offsets: frozenset[int]
    repeats_midnight: bool


def time_zone(name: str, place: str) -> TimeZone:
    """Return a zone by its name.

    Raises BindingError with the nearest name when there is none.
    """
    if name not in available_timezones():
        message = f"there is no time zone {name!r}"
        hint = nearest(name, available_timezones()) or "take a name such as America/New_York"
        raise BindingError(message, place=place, suggestion=hint)
    return _known(name)


@functools.cache
def _known(name: str) -> TimeZone:
    midnights = list(_midnights(ZoneInfo(name)))
    return TimeZone(
        name=name,
        offsets=frozenset(_seconds(each) for each in midnights),
        repeats_midnight=any(_seconds(each) > _seconds(each.replace(fold=1)) for each in midnights),
    )


def _midnights(zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the midnights that begin weeks, and all of the weeks in which the clock was changed."""
    for week in range(0, (_LAST - _FIRST).days, _WEEK):
        days = [_midnight(zone, week + number) for number in (0, _WEEK)]
        changed = _seconds(days[0]) != _seconds(days[1])
        yield from (_midnight(zone, week + number) for number in range(_WEEK + 1)) if changed else days


def _midnight(zone: ZoneInfo, day: int) -> datetime:
    return datetime.combine(_FIRST + timedelta(days=day), datetime.min.time(), zone)


def _seconds(moment: datetime) -> int:
    return int((moment.utcoffset() or timedelta()).total_seconds())
