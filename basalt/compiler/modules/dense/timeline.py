"""Which buckets a dense timeline has: on each day on which a listing has a row, those of some span of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from basalt.compiler.buckets import BucketContract
from basalt.compiler.layout import SelectItem
from basalt.compiler.plan import Relations, Step
from basalt.compiler.select import select
from basalt.compiler.sessions import PHASES, MarketPhases
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose
from basalt.compiler.templates import render
from basalt.configuration.buckets import NANOSECONDS

DAY = 86_400 * NANOSECONDS
ROWS, DAYS, TIMELINE = "sparse_rows", "days", "timeline"


class Timeline(Protocol):
    """The buckets that there are."""

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""

    def steps(self, relations: Relations, where: Sequence[Sql]) -> list[Step]:
        """Return the steps from the rows for which conditions hold to ``timeline``: ListingId, day and bucket."""


@dataclass(frozen=True)
class _OfDays:
    """Buckets of the days on which a listing has a row."""

    contract: BucketContract

    @property
    def tables(self) -> tuple[str, ...]:
        """No tables besides those of the rows."""
        return ()

    @property
    def _row_start(self) -> Sql:
        """When the bucket of a row starts."""
        return start_of(self.contract, Identifier("TimeBucket"))

    def _days(self, where: Sequence[Sql], items: Sequence[SelectItem] = ()) -> Step:
        day = render("expressions/bucket_left", moment=self._row_start, width=Literal(DAY))
        columns = [SelectItem.column("ListingId"), SelectItem(day, "day"), *items]
        body = select(columns, Identifier(ROWS), where=where, group_by=("ListingId", "day"))
        return Step(DAYS, body, "the UTC days on which a listing has a row")

    def _from_origin(self, moment: Sql) -> Sql:
        origin = self.contract.origin
        return compose("({} - {})", moment, Literal(origin)) if origin else moment

    def _timeline(self, first: Sql, end: Sql) -> Step:
        buckets = compose("unnest(range({}, {}))", first, end)
        items = [*map(SelectItem.column, ("ListingId", "day")), SelectItem(buckets, "bucket")]
        return Step(TIMELINE, select(items, Identifier(DAYS)), "every bucket from the first to the last one")


def start_of(contract: BucketContract, label: Sql) -> Sql:
    """Return when the bucket of a label starts, in nanoseconds."""
    moment = compose("epoch_ns({})", label)
    return compose("({} - {})", moment, contract.label_offset) if contract.label_offset else moment


@dataclass(frozen=True)
class FirstToLast(_OfDays):
    """Every bucket from the first row of a listing on a day to its last one."""

    def steps(self, relations: Relations, where: Sequence[Sql]) -> list[Step]:  # noqa: ARG002 - as Timeline has it
        """Return the steps from the rows to the buckets."""
        bucket = compose("{} // {}", self._from_origin(self._row_start), self.contract.width)
        ends = [
            SelectItem(compose("min({})", bucket), "first_bucket"),
            SelectItem(compose("max({}) + 1", bucket), "end_bucket"),
        ]
        return [self._days(where, ends), self._timeline(Identifier("first_bucket"), Identifier("end_bucket"))]


@dataclass(frozen=True)
class DailyInterval(_OfDays):
    """Every bucket that lies between two times of day, in nanoseconds."""

    begin: int
    end: int

    def steps(self, relations: Relations, where: Sequence[Sql]) -> list[Step]:  # noqa: ARG002 - as Timeline has it
        """Return the steps from the rows to the buckets."""
        begin, end = (
            compose("(day * {} + {})", Literal(DAY), Literal(time - self.contract.origin))
            for time in (self.begin, self.end)
        )
        first = render("expressions/bucket_right", moment=begin, width=self.contract.width)
        last = render("expressions/bucket_left", moment=end, width=self.contract.width)
        return [self._days(where), self._timeline(compose("{} + 1", first), last)]


@dataclass(frozen=True)
class PhaseTimeline(_OfDays):
    """Every bucket that has time of a phase of its listing."""

    phases: MarketPhases

    @property
    def tables(self) -> tuple[str, ...]:
        """The table of market states."""
        return (self.phases.source.name,)

    def steps(self, relations: Relations, where: Sequence[Sql]) -> list[Step]:
        """Return the steps from the market states and the rows to the buckets."""
        return [*self.phases.steps(relations), self._days(where), self._of_phases()]

    def _of_phases(self) -> Step:
        columns = [SelectItem(Identifier(DAYS, "ListingId"), "ListingId"), SelectItem.column("day")]
        source = compose("{}\nJOIN {} USING (ListingId)", Identifier(DAYS), Identifier(PHASES))
        where = [Identifier("is_phase"), Fragment("(to_ns IS NULL OR from_ns < to_ns)")]
        body = select([*columns, SelectItem(self._buckets(), "bucket")], source, where=where, distinct=True)
        return Step(TIMELINE, body, "every bucket that starts on the day and has time of a phase")

    def _buckets(self) -> Sql:
        begin = self._from_origin(Identifier("from_ns"))
        return render(
            "expressions/buckets_of_phase",
            first=render("expressions/bucket_left", moment=begin, width=self.contract.width),
            last=self._last_before(Identifier("to_ns")),
            last_before_day=self._last_before(_midnight(0)),
            last_of_day=self._last_before(_midnight(1)),
        )

    def _last_before(self, moment: Sql) -> Sql:
        """Return the last bucket that starts before a moment."""
        return render("expressions/bucket_right", moment=self._from_origin(moment), width=self.contract.width)


def _midnight(days_later: int) -> Sql:
    return compose("((day + {}) * {})", days_later, Literal(DAY)) if days_later else compose("(day * {})", Literal(DAY))
