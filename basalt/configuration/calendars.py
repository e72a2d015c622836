"""How a user writes buckets of a calendar: days, weeks and months in a time zone, and trading sessions."""

from __future__ import annotations

import re
from datetime import time
from typing import Any, Literal

from pydantic import field_validator

from basalt.configuration.base import ConfigModel
from basalt.configuration.buckets import parse_rule

Period = Literal["day", "week", "month", "quarter", "year"]
SESSION = "session"
"""The resampling rule that makes one bucket of each session."""

_PERIODS: dict[str, Period] = {"d": "day", "w": "week", "mo": "month", "q": "quarter", "y": "year"}
_RULE = re.compile(r"1?(?P<unit>d|w|mo|q|y)")
_TIME_OF_DAY = re.compile(r"(?P<hours>[01]\d|2[0-3]):(?P<minutes>[0-5]\d)(:(?P<seconds>[0-5]\d))?")


class SessionConfig(ConfigModel):
    """A trading session, between times of day in a time zone; one that closes before it opens lasts overnight."""

    time_zone: str
    """The zone by its name in the time zone database: ``America/New_York``."""
    open: str
    """When it opens, ``09:30`` or ``09:30:00``."""
    close: str
    """When it closes; up to and including it where buckets are closed right."""

    @field_validator("open", "close", mode="before")
    @classmethod
    def _time_of_day(cls, value: Any) -> str:  # noqa: ANN401 - YAML gives text, a time, or a number in base 60
        text = value.isoformat() if isinstance(value, time) else value
        if not isinstance(text, str) or not _TIME_OF_DAY.fullmatch(text):
            message = f"{value!r} is not a time of day such as '09:30'; put it in quotes"
            raise ValueError(message)
        return text

    @property
    def open_seconds(self) -> int:
        """When it opens, in seconds after midnight."""
        return _seconds(self.open)

    @property
    def close_seconds(self) -> int:
        """When it closes, in seconds after the midnight before it opens; on the next day when it lasts overnight."""
        closes = _seconds(self.close)
        return closes if closes > self.open_seconds else closes + 86_400


def _seconds(text: str) -> int:
    hours, minutes, *rest = (int(part) for part in text.split(":"))
    return hours * 3_600 + minutes * 60 + sum(rest)


def parse_period(rule: str) -> Period | None:
    """Return the period of a calendar that a rule means (``1d``, ``1w``, ``1mo``, ``1q``, ``1y``), else None."""
    found = _RULE.fullmatch(rule.strip().lower())
    return _PERIODS[found["unit"]] if found else None


def check_rule(rule: str) -> None:
    """Raise ValueError for a resampling rule that is neither a width, nor a period of a calendar, nor the session."""
    if rule != SESSION and parse_period(rule) is None:
        try:
            parse_rule(rule)
        except ValueError as error:
            message = f"{error}; or 1d, 1w, 1mo, 1q, 1y or session"
            raise ValueError(message) from None
