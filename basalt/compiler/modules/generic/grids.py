"""Into which new bucket each bar goes, and what it is called: of fixed width, of a calendar, of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from basalt.compiler.buckets import BucketContract
from basalt.compiler.calendars import CalendarBuckets, SessionBuckets
from basalt.compiler.labels import time_bucket
from basalt.compiler.layout import SelectItem, select_list
from basalt.compiler.modules.generic.working_columns import WorkingColumns
from basalt.compiler.plan import Step
from basalt.compiler.select import add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose
from basalt.compiler.templates import render

BUCKETED = "bucketed_bars"


class Grid(Protocol):
    """New buckets: the steps that give each bar its bucket, and the label of one.

    ``keys`` are the columns that make a bucket, the last of which is its number where there are several in a row.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a bucket, besides what rows are grouped by."""

    def steps(self, bars: str, added: list[SelectItem], comment: str) -> list[Step]:
        """Return the steps from rows with ``bar_start`` to rows with the keys and ``added`` columns besides."""

    def label(self) -> Sql:
        """Return TimeBucket from the keys."""


@dataclass(frozen=True)
class FixedGrid:
    """Buckets of one width; ``bucket`` is their number."""

    contract: BucketContract
    working: WorkingColumns

    @property
    def keys(self) -> tuple[str, ...]:
        """The bucket."""
        return (self.working.bucket,)

    def steps(self, bars: str, added: list[SelectItem], comment: str) -> list[Step]:
        """Return the step that numbers the buckets of the bars."""
        start, origin = Identifier(self.working.bar_start), self.contract.origin
        moment = compose("({} - {})", start, Literal(origin)) if origin else start
        bucket = render("expressions/bucket_left", moment=moment, width=self.contract.width)
        return [Step(BUCKETED, add_columns(bars, [SelectItem(bucket, self.working.bucket), *added]), comment)]

    def label(self) -> Sql:
        """Return the bucket's start or end."""
        return time_bucket(self.contract, self.working.bucket)


@dataclass(frozen=True)
class CalendarGrid:
    """Periods of a calendar; ``bucket`` is the local date on which they begin."""

    buckets: CalendarBuckets
    working: WorkingColumns

    @property
    def keys(self) -> tuple[str, ...]:
        """The bucket."""
        return (self.working.bucket,)

    def steps(self, bars: str, added: list[SelectItem], comment: str) -> list[Step]:
        """Return the step that finds the first day of each bar's period."""
        local = local_time(self.buckets.zone.name, Identifier(self.working.bar_start))
        first = compose("CAST(date_trunc({}, {}) AS DATE)", Literal(self.buckets.period), local)
        return [Step(BUCKETED, add_columns(bars, [SelectItem(first, self.working.bucket), *added]), comment)]

    def label(self) -> Sql:
        """Return the first instant of the period, or of the next one."""
        zone, day = self.buckets.zone, Identifier(self.working.bucket)
        first: Sql = compose("CAST({} AS TIMESTAMP)", day)
        if self.buckets.anchor == "end":
            first = compose("{} + INTERVAL 1 {}", day, Fragment(self.buckets.period.upper()))
        if zone.repeats_midnight:
            return render("expressions/first_midnight", midnight=first, zone=Literal(zone.name))
        return compose("timezone('UTC', timezone({}, {}))", Literal(zone.name), first)


@dataclass(frozen=True)
class SessionGrid:
    """Buckets within sessions, of bars of ``bar_width`` ns that lie within one; ``bucket`` is their number there."""

    buckets: SessionBuckets
    bar_width: int
    working: WorkingColumns

    @property
    def keys(self) -> tuple[str, ...]:
        """The edges of the session, and the number of the bucket unless it is the whole of it."""
        edges = (self.working.session_open, self.working.session_close)
        return edges if self.buckets.width is None else (*edges, self.working.bucket)

    def steps(self, bars: str, added: list[SelectItem], comment: str) -> list[Step]:
        """Return the steps that find each bar's session and its bucket there, without the bars of no session."""
        zone, start = self.buckets.zone.name, Identifier(self.working.bar_start)
        day = compose("CAST({} - {} AS DATE)", local_time(zone, start), _seconds(self.buckets.opens))
        days = add_columns(bars, [SelectItem(day, self.working.session_day)])
        edges = ((self.buckets.opens, self.working.session_open), (self.buckets.closes, self.working.session_close))
        sessions = add_columns("local_bars", [SelectItem(self._edge(seconds), name) for seconds, name in edges])
        opened, closed = Identifier(self.working.session_open), Identifier(self.working.session_close)
        within = [
            compose("{} >= {}", start, opened),
            compose("{} + {} <= {}", start, self.bar_width, closed),
        ]
        items = [*self._number(), *added]
        columns = compose("*,\n    {}", select_list(items)) if items else compose("*")
        return [
            Step("local_bars", days, "each bar with the local day on which the session that is on opened"),
            Step("session_bars", sessions, "each bar with the edges of that session"),
            Step(BUCKETED, select(columns, Identifier("session_bars"), where=within), comment),
        ]

    def _edge(self, seconds: int) -> Fragment:
        day = Identifier(self.working.session_day)
        return compose("epoch_ns(timezone({}, {} + {}))", Literal(self.buckets.zone.name), day, _seconds(seconds))

    def _number(self) -> list[SelectItem]:
        if self.buckets.width is None:
            return []
        start, opened = Identifier(self.working.bar_start), Identifier(self.working.session_open)
        return [SelectItem(compose("({} - {}) // {}", start, opened, self.buckets.width), self.working.bucket)]

    def label(self) -> Sql:
        """Return the start of the bucket, or its end, which is the close for the last one."""
        return compose("make_timestamp({} // 1000)", self._edge_of_bucket())

    def _edge_of_bucket(self) -> Sql:
        opened, closed = Identifier(self.working.session_open), Identifier(self.working.session_close)
        number, width, at_end = Identifier(self.working.bucket), self.buckets.width, self.buckets.anchor == "end"
        if width is None:
            return closed if at_end else opened
        if at_end:
            return compose("least({} + ({} + 1) * {}, {})", opened, number, width, closed)
        return compose("({} + {} * {})", opened, number, width)


def _seconds(seconds: int) -> Fragment:
    return compose("INTERVAL {} SECOND", seconds)


def local_time(zone: str, nanoseconds: Sql) -> Fragment:
    """Return a moment in nanoseconds as the local time of a zone."""
    moment = compose("make_timestamp({} // 1000)", nanoseconds)
    return moment if zone == "UTC" else compose("timezone({}, timezone('UTC', {}))", Literal(zone), moment)
