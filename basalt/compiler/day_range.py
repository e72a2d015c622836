"""The days a pipeline is compiled for: dates that are known, or parameters that whoever runs the SQL gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose
from basalt.compiler.templates import render
from basalt.configuration import AnalyticsConfig
from basalt.configuration.buckets import NANOSECONDS

DAY = 86_400 * NANOSECONDS
_MICROSECOND = 1_000
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


@dataclass(frozen=True)
class DayParameter:
    """A day that is known when the SQL runs: a parameter of a macro, null where the range is open."""

    name: str
    default: date | None = None
    days_later: int = 0
    """How many days after the one that is given the day is."""

    def day(self, days_later: int = 0) -> Fragment:
        """Return the day, or one some days later, as a DATE; callers may give it as text."""
        days = self.days_later + days_later
        given = compose("{}::DATE", Identifier(self.name))
        return compose("({} {} {})", given, Fragment("-" if days < 0 else "+"), abs(days)) if days else given

    @property
    def is_open(self) -> Fragment:
        """The condition that no day is given."""
        return compose("{} IS NULL", Identifier(self.name))

    def limits(self, condition: Sql) -> Fragment:
        """Return a condition that the day makes, which holds where none is given."""
        return compose("({} OR {})", self.is_open, condition)


Day = date | DayParameter
"""A UTC day."""


def later(day: Day, days: int) -> Day:
    """Return a day moved by days, a date not beyond the first and the last day there are."""
    if isinstance(day, DayParameter):
        return replace(day, days_later=day.days_later + days)
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def known(day: Day | None) -> date | None:
    """Return a day that is known when the SQL is compiled, None for others and for an open end."""
    return None if isinstance(day, DayParameter) else day


@dataclass(frozen=True)
class DayRange:
    """The range of days, both ends included; None is an open end."""

    first: Day | None
    last: Day | None

    @classmethod
    def of(cls, config: AnalyticsConfig) -> DayRange:
        """Return the days of a pipeline."""
        return cls(config.START_DATE, config.END_DATE)

    @classmethod
    def given_later(cls, config: AnalyticsConfig) -> DayRange:
        """Return days that are parameters, those of the pipeline their defaults."""
        return cls(DayParameter("start_date", config.START_DATE), DayParameter("end_date", config.END_DATE))

    @property
    def following(self) -> Day | None:
        """The day after the last; None where there is none."""
        return None if self.last in (None, date.max) else later(self.last, 1)

    @property
    def parameters(self) -> tuple[DayParameter, ...]:
        """Those of the days that are parameters."""
        return tuple(each for each in (self.first, self.last) if isinstance(each, DayParameter))

    def from_the_beginning(self) -> DayRange:
        """Return the days up to the same last one."""
        return replace(self, first=None)


@dataclass(frozen=True)
class MovingMoment:
    """A moment that depends on a parameter, as SQL.

    It is the first edge, at the midnight after ``days_later`` days or after it, of buckets of ``width`` ns from
    ``origin``; then moved by ``offset`` ns.
    """

    parameter: DayParameter
    days_later: int = 0
    width: int = DAY
    origin: int = 0
    offset: int = 0

    def __add__(self, nanoseconds: int) -> MovingMoment:
        return replace(self, offset=self.offset + nanoseconds)

    def __sub__(self, nanoseconds: int) -> MovingMoment:
        return self + -nanoseconds

    def nanoseconds(self) -> Fragment:
        """Return it as BIGINT nanoseconds since the epoch."""
        edge = self._edge()
        if not self.offset:
            return edge
        return compose("{} {} {}", edge, Fragment("-" if self.offset < 0 else "+"), abs(self.offset))

    def timestamp_ns(self) -> Fragment:
        """Return it as TIMESTAMP_NS."""
        return self._midnight() if self._is_midnight else compose("make_timestamp_ns({})", self.nanoseconds())

    def timestamp(self, *, is_rounded_up: bool) -> Fragment:
        """Return it as TIMESTAMP, rounded to whole microseconds."""
        if self._is_midnight:
            return compose("{}::TIMESTAMP", self._day())
        return compose("make_timestamp({})", self._microseconds(is_rounded_up=is_rounded_up))

    def _microseconds(self, *, is_rounded_up: bool) -> Fragment:
        moment = self.nanoseconds()
        if all(each % _MICROSECOND == 0 for each in (self.width, self.origin, self.offset)):
            return compose("({}) // {}", moment, _MICROSECOND)
        rounded = "expressions/rounded_up" if is_rounded_up else "expressions/bucket_left"
        return render(rounded, moment=compose("({})", moment), width=_MICROSECOND)

    @property
    def _is_midnight(self) -> bool:
        return self._begins_days and self.offset == 0

    @property
    def _begins_days(self) -> bool:
        """Whether each midnight is an edge."""
        return DAY % self.width == 0 and self.origin % self.width == 0

    def _day(self) -> Fragment:
        return self.parameter.day(self.days_later)

    def _midnight(self) -> Fragment:
        return compose("{}::TIMESTAMP_NS", self._day())

    def _edge(self) -> Fragment:
        midnight = compose("epoch_ns({})", self._midnight())
        if self._begins_days:
            return midnight
        since = compose("({} - {})", midnight, Literal(self.origin)) if self.origin else midnight
        edge = compose("({}) * {}", render("expressions/rounded_up", moment=since, width=self.width), self.width)
        return compose("{} + {}", edge, Literal(self.origin)) if self.origin else edge


Moment = int | MovingMoment
"""A moment in nanoseconds since the Unix epoch."""


def midnight(day: Day, days_later: int = 0) -> Moment:
    """Return the start of a UTC day, or of one some days later."""
    if isinstance(day, DayParameter):
        return MovingMoment(day, days_later)
    return (day.toordinal() - _EPOCH_ORDINAL + days_later) * DAY


def first_edge(moment: Moment, width: int, origin: int) -> Moment:
    """Return the first edge of buckets, of ``width`` ns from ``origin``, that is not before a midnight."""
    if isinstance(moment, MovingMoment):
        return replace(moment, width=width, origin=origin)
    return origin + -((origin - moment) // width) * width
