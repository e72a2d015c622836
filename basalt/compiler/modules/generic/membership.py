"""Joins the groups that rows belong to: one row may belong to several, each with a weight, and for a time."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.layout import SelectItem, names, select_list
from basalt.compiler.modules.generic.dated import as_date, overlapping, repeated
from basalt.compiler.modules.generic.working_columns import WorkingColumns
from basalt.compiler.plan import Check, Relations, Step, in_message
from basalt.compiler.select import select
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.compiler.templates import render

MEMBERS = "member_bars"
_ROWS = "membership_rows"
_PERIODS = "membership_periods"


@dataclass(frozen=True)
class MembershipJoin:
    """Adds ``groups`` and ``values`` of a membership table, and its weight, to rows that ``on`` finds in it.

    A row comes out once for each group it belongs to, and not at all where it belongs to none. A table with TimeBucket
    has members by bucket (``contract``), one with Date by day, one with ValidFrom (and ValidTo) by period, up to and
    including ValidTo or until the next row of the same member and group; one with neither for good.
    """

    table: SourceTable
    on: tuple[str, ...]
    groups: tuple[str, ...]
    values: tuple[str, ...]
    weight: str | None
    contract: BucketContract | None
    working: WorkingColumns

    @property
    def is_by_bucket(self) -> bool:
        """Whether members are given by bucket."""
        return "TimeBucket" in self.table

    @property
    def matched_by(self) -> tuple[str, ...]:
        """The columns of the table that tell which of its rows hold for a bar."""
        return tuple(dict.fromkeys([*self.on, *self._dates, *(["TimeBucket"] if self.is_by_bucket else [])]))

    @property
    def is_dated(self) -> bool:
        """Whether the join needs the bar's date."""
        return self._by_day or self._by_period

    @property
    def _by_day(self) -> bool:
        return "Date" in self.table and not self.is_by_bucket

    @property
    def _by_period(self) -> bool:
        return "ValidFrom" in self.table and not self.is_by_bucket and not self._by_day

    @property
    def _member(self) -> tuple[str, ...]:
        """What makes a member of a group at a time."""
        return (*self.on, *self.groups)

    @property
    def _added(self) -> tuple[str, ...]:
        """The columns that rows get."""
        return (*self.groups, *self.values, *((self.working.member_weight,) if self.weight else ()))

    def steps(self, bars: str, relations: Relations) -> list[Step]:
        """Return the steps that add the columns to the rows of the step ``bars``."""
        return [*self._members(relations), self._joined(bars)]

    def _members(self, relations: Relations) -> list[Step]:
        rows = Step(_ROWS, self._rows(relations), f"who belongs to what, by {self.table.name}")
        return [rows, self._periods()] if self._by_period else [rows]

    def _rows(self, relations: Relations) -> Fragment:
        weight = self.table.number(self.weight, "membership") if self.weight else None
        items = [SelectItem(self.table.columns[name], name) for name in (*self._member, *self.values)]
        items += [SelectItem(as_date(self.table, name), name) for name in self._dates]
        if self.is_by_bucket:
            items.append(SelectItem(self._bucket_start(), self.working.bar_start))
        if weight is not None:
            items.append(SelectItem(weight, self.working.member_weight))
        given = [compose("{} IS NOT NULL", self.table.columns[name]) for name in self.on]
        weighted = None if self.weight is None else self.table.is_given(self.weight, "membership")
        where = [self.table.filter, *given, weighted]
        return select(items, relations[self.table.name], where=where, distinct=True)

    @property
    def _dates(self) -> tuple[str, ...]:
        if self._by_day:
            return ("Date",)
        if not self._by_period:
            return ()
        return ("ValidFrom", "ValidTo") if "ValidTo" in self.table else ("ValidFrom",)

    def _bucket_start(self) -> Fragment:
        label = compose("epoch_ns({})", self.table.columns["TimeBucket"])
        return compose("{} - {}", label, self.contract.width) if self.contract and self.contract.label_shift else label

    def _periods(self) -> Step:
        """Return each member with its last day: a row without one holds until the next of the same member and group."""
        following = compose("lead(ValidFrom) OVER (PARTITION BY {} ORDER BY ValidFrom) - 1", names(self._member))
        end = compose("coalesce(ValidTo, {})", following) if "ValidTo" in self._dates else following
        items = [SelectItem.column(name) for name in (*self.on, *self._added, "ValidFrom")]
        body = select([*items, SelectItem(end, self.working.last_day)], Identifier(_ROWS))
        return Step(_PERIODS, body, "each member with its last day, null where it has none")

    def _joined(self, bars: str) -> Step:
        left, right = Identifier(bars), Identifier(_PERIODS if self._by_period else _ROWS)
        items = [SelectItem(compose("{}.{}", right, Identifier(name)), name) for name in self._added]
        body = render(
            "shapes/join",
            columns=compose("{}.*,\n    {}", left, select_list(items)),
            left=left,
            kind=Fragment("INNER"),
            right=right,
            on=self._condition(left, right),
        )
        return Step(MEMBERS, body, "each bar once for each group that it belongs to")

    def _condition(self, left: Sql, right: Sql) -> Fragment:
        terms = [compose("{}.{} = {}.{}", left, Identifier(name), right, Identifier(name)) for name in self.on]
        date, start = Identifier(self.working.bar_date), Identifier(self.working.bar_start)
        if self.is_by_bucket:
            terms.append(compose("{}.{} = {}.{}", left, start, right, start))
        if self._by_day:
            terms.append(compose("{}.{} = {}.Date", left, date, right))
        if self._by_period:
            terms.append(compose("{}.{} >= {}.ValidFrom", left, date, right))
            last = compose("{}.{}", right, Identifier(self.working.last_day))
            terms.append(compose("({}.{} <= {} OR {} IS NULL)", left, date, last, last))
        return join(terms, "\n AND ")

    def refusals(self, relations: Relations) -> list[Check]:
        """Return the checks that no member is in a group twice at once, which would count its rows twice."""
        rows, what = self._rows(relations), in_message(f"{self.table.name} has {', '.join(self.on)}")
        moment = (*(["ValidFrom"] if self._by_period else self._dates),)
        start = (self.working.bar_start,) if self.is_by_bucket else ()
        twice = f"{what} in one group with several weights: {{count}}, such as {{samples}}"
        checks = [Check(repeated(rows, (*self._member, *moment, *start)), twice)]
        if "ValidTo" in self._dates:
            overlaps = f"{what} in one group for periods that overlap: {{count}}, such as {{samples}}"
            checks.append(Check(overlapping(rows, self._member), f"{overlaps}; ValidTo is the last day of a period"))
        return checks
