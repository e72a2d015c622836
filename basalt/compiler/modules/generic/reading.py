"""From the rows of a generic pass's source to rows that know their bucket and their groups."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.generic.bars import Bars
from basalt.compiler.modules.generic.grids import BUCKETED, Grid
from basalt.compiler.modules.generic.membership import MembershipJoin
from basalt.compiler.modules.generic.reference import ReferenceJoin
from basalt.compiler.modules.generic.working_columns import WorkingColumns
from basalt.compiler.plan import Inputs, Relations, Step
from basalt.compiler.select import add_columns, select
from basalt.compiler.sql import Fragment, Identifier, compose

_TIME = "TimeBucket"


@dataclass(frozen=True)
class Regridded:
    """The buckets that bars are put into, and what they are in words."""

    grid: Grid
    description: str


@dataclass(frozen=True)
class Reading:
    """What is read of the bars, and what is joined to them; ``regridded`` is None where bars keep their buckets."""

    bars: Bars
    inputs: Inputs
    working: WorkingColumns
    regridded: Regridded | None
    members: MembershipJoin | None
    reference: ReferenceJoin | None

    @property
    def needs(self) -> frozenset[str]:
        """The columns of the bars that the joins need."""
        by_members = self.members.on if self.members else ()
        return frozenset((*by_members, *(("ListingId",) if self.reference else ())))

    @property
    def needs_in_order(self) -> tuple[str, ...]:
        """The columns that the joins need, in the order of the bars."""
        return tuple(name for name in self.bars.columns if name in self.needs)

    @property
    def _is_dated(self) -> bool:
        return any(each is not None and each.is_dated for each in (self.members, self.reference))

    @property
    def _uses_start(self) -> bool:
        """Whether something is computed from where a bar starts: its new bucket, its date, its members."""
        by_bucket = self.members is not None and self.members.is_by_bucket
        return self.regridded is not None or self._is_dated or by_bucket

    def steps(self, columns: Iterable[str], relations: Relations) -> list[Step]:
        """Return the steps that read ``columns`` of the bars, and add the bucket and the columns that are joined."""
        steps = [self._bars(columns, relations)]
        dates = [self._date()] if self._is_dated else []
        if self.regridded is not None:
            comment = f"each bar in the bucket that contains it: {self.regridded.description}"
            steps += self.regridded.grid.steps("source_bars", dates, comment)
        elif dates:
            steps.append(Step(BUCKETED, add_columns("source_bars", dates), "each bar with its date"))
        for join in (self.members, self.reference):
            if join is not None:
                steps += join.steps(steps[-1].name, relations)
        return steps

    def _bars(self, columns: Iterable[str], relations: Relations) -> Step:
        items = [SelectItem(self.bars.expression(name), name) for name in columns]
        if self._uses_start and isinstance(self.bars.contract, BucketContract):
            items.append(SelectItem(self._bar_start(self.bars.contract), self.working.bar_start))
        body = select(items, relations[self.bars.name], where=self.bars.conditions(self.inputs, relations))
        return Step("source_bars", body, f"the rows of {self.bars.name}")

    def _bar_start(self, source: BucketContract) -> Fragment:
        label = compose("epoch_ns({})", self.bars.expression(_TIME))
        return compose("{} - {}", label, source.width) if source.label_shift else label

    def _date(self) -> SelectItem:
        start = Identifier(self.working.bar_start)
        return SelectItem(compose("CAST(make_timestamp_ns({}) AS DATE)", start), self.working.bar_date)
