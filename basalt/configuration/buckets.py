"""How a user writes time: bucket widths, origins and resampling rules, exact to the nanosecond."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Literal

NANOSECONDS = 1_000_000_000
_LIMIT = 2**63
"""Widths and times are 64-bit nanoseconds: 292 years on either side of 1970."""

Anchor = Literal["end", "start"]
Closed = Literal["right", "left"]

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "ms": 1_000_000,
    "s": NANOSECONDS,
    "sec": NANOSECONDS,
    "m": 60 * NANOSECONDS,
    "min": 60 * NANOSECONDS,
    "h": 3_600 * NANOSECONDS,
    "d": 86_400 * NANOSECONDS,
}
_RULE = re.compile(r"(?P<number>\d+)?(?P<unit>[a-zA-Z]+)")
_FRACTION = re.compile(r"(?P<whole>.*:\d\d)\.(?P<digits>\d{1,9})(?P<zone>Z|\+00:00)?")


def seconds_to_nanoseconds(seconds: float | str | Decimal) -> int:
    """Return a positive number of seconds as whole nanoseconds.

    The decimal digits the user wrote count, not the binary float: ``0.1`` is 100,000,000 ns.

    Raises ValueError when the width is not positive, not finite, or finer than a nanosecond.
    """
    try:
        exact = Decimal(str(seconds)) * NANOSECONDS
    except InvalidOperation:
        message = f"{seconds!r} is not a number of seconds"
        raise ValueError(message) from None
    if not exact.is_finite() or exact <= 0:
        message = f"a width must be a positive number of seconds, not {seconds}"
        raise ValueError(message)
    if exact != exact.to_integral_value():
        message = f"a width must be a whole number of nanoseconds, {seconds} s is not"
        raise ValueError(message)
    return _within_limit(int(exact), f"a width of {seconds} s")


def parse_rule(rule: str) -> int:
    """Return a resampling rule such as ``15m``, ``15min``, ``1h``, ``30s``, ``500ms`` or ``1d`` in nanoseconds.

    ``m`` is minutes. Raises ValueError for anything else.
    """
    match = _RULE.fullmatch(rule.strip())
    unit = _UNITS.get(match["unit"].lower() if match and match["unit"] != "M" else "") if match else None
    if match is None or unit is None:
        message = f"{rule!r} is not a resampling rule; write a number and one of {', '.join(_UNITS)}, such as 15m"
        raise ValueError(message)
    number = int(match["number"] or 1)
    if number == 0:
        message = f"{rule!r} is not a resampling rule: its width is zero"
        raise ValueError(message)
    return _within_limit(number * unit, f"a width of {rule}")


def parse_origin(origin: str | datetime | date | time) -> int:
    """Return a bucket origin as nanoseconds from the Unix epoch, UTC.

    A time of day (``13:30``) counts from the epoch's midnight, a timestamp is taken as UTC. Text may carry up to
    nine digits of a second. Raises ValueError for text that is neither.
    """
    nanoseconds = 0
    if isinstance(origin, str):
        text = origin.strip()
        if match := _FRACTION.fullmatch(text):
            nanoseconds = int(match["digits"].ljust(9, "0"))
            text = match["whole"] + (match["zone"] or "")
        origin = _parse_moment(text)
    moment = _as_moment(origin)
    since_epoch = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
    whole_seconds = since_epoch.days * 86_400 + since_epoch.seconds
    exact = whole_seconds * NANOSECONDS + since_epoch.microseconds * 1_000 + nanoseconds
    return _within_limit(exact, f"an origin of {origin}")


def parse_end_of_interval(time_of_day: str | time) -> int:
    """Return the time of day at which an interval ends in nanoseconds; ``24:00`` is the end of the day.

    Raises ValueError for text that is no time of day.
    """
    return 86_400 * NANOSECONDS if time_of_day in {"24:00", "24:00:00"} else parse_origin(time_of_day)


def _as_moment(origin: object) -> datetime:
    if isinstance(origin, datetime):
        return origin
    if isinstance(origin, time):
        return datetime.combine(date(1970, 1, 1), origin)
    if isinstance(origin, date):
        return datetime.combine(origin, time())
    message = f"{origin!r} is neither a time of day (13:30) nor a timestamp (2025-03-03T13:30:00)"
    raise ValueError(message)


def _within_limit(nanoseconds: int, what: str) -> int:
    if abs(nanoseconds) >= _LIMIT:
        message = f"{what} is more than 64 bits of nanoseconds, about 292 years"
        raise ValueError(message)
    return nanoseconds


def _parse_moment(text: str) -> datetime | time:
    for parse in (time.fromisoformat, datetime.fromisoformat):
        try:
            return parse(text)
        except ValueError:
            continue
    message = f"{text!r} is neither a time of day (13:30) nor a timestamp (2025-03-03T13:30:00)"
    raise ValueError(message)
