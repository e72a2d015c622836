"""An ``l2tw`` pass, planned."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from basalt.compiler.events import Margin
from basalt.compiler.labels import time_bucket
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn
from basalt.compiler.modules.events.filters import row_name
from basalt.compiler.modules.l2.planned import L2Pass
from basalt.compiler.modules.l2.states import STATES, price_states
from basalt.compiler.modules.l2tw.expansion import analytics_of
from basalt.compiler.modules.l2tw.times import TIMES, BookTimes
from basalt.compiler.modules.l2tw.volatility import READ, VolatilityGrid, VolatilityRequest, volatility_grids
from basalt.compiler.plan import Relations, Step
from basalt.compiler.select import select
from basalt.compiler.sql import Identifier, join
from basalt.configuration import L2TWAnalyticsConfig


@dataclass(frozen=True)
class L2TWPass(L2Pass):
    """An ``l2tw`` pass, planned."""

    @property
    def analytics(self) -> L2TWAnalyticsConfig:
        """What the pass was asked for."""
        return analytics_of(self.config)

    @cached_property
    def times(self) -> BookTimes:
        """The time that states stood."""
        states = tuple(price_states(each for each in self.asked if not isinstance(each, VolatilityRequest)).values())
        return BookTimes(self.rows, states, self._kept, self.is_dense)

    @cached_property
    def volatility(self) -> tuple[VolatilityGrid, ...]:
        """The grids of times on which volatilities are taken."""
        return volatility_grids(self.asked, self.rows.grid)

    @property
    def _ordered_by(self) -> tuple[str, ...]:
        """What tells updates apart of which the last market state is carried along."""
        return tuple({"MarketState"} & set(self.source.columns))

    @property
    def _kept(self) -> tuple[str, ...]:
        """The columns of an update that are read where the time of its state is added up."""
        filters = [row_name(name) for request in self.asked for name in request.filter_columns]
        order = ("event_order",) if "MarketState" in self.rows.carried else ()
        read = READ if self.volatility else ()
        return tuple(dict.fromkeys([*self.rows.carried, *filters, *self.rows.prices, *order, *read]))

    @property
    def is_timed(self) -> bool:
        """Whether it counts until when each update stands."""
        return True

    @property
    def carried_in(self) -> int:
        """Nothing of the days before: what stands is carried in by its time."""
        return 0

    @property
    def margin(self) -> Margin:
        """How far before the dates updates are read: those whose state may still stand, with what they carry."""
        age = self.max_age
        if age is None:
            return Margin(before=None)
        return Margin(before=2 * age if self.source.carries else age)

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:  # noqa: ARG002 - there are none
        """Return the steps from the updates to the metrics."""
        items = [SelectItem.column("ListingId"), SelectItem(time_bucket(self.contract), "TimeBucket")]
        items += [SelectItem(Identifier(source), name) for source, name in self.carried.items()]
        items += [SelectItem(self.measured.value(request), request.column) for request in self.asked]
        grids = [step for grid in self.volatility for step in grid.steps(TIMES)]
        return [*self.times.steps(relations), *grids, self._result(items)]

    def _result(self, items: list[SelectItem]) -> Step:
        source = join([Identifier(STATES), *(grid.join() for grid in self.volatility)], "\n")
        if self.is_dense:
            return Step("result", select(items, source), "the metrics of buckets in which the book stood")
        body = select(items, source, where=[Identifier("is_updated")] if self.times.tells_updated else [])
        return Step("result", body, "the metrics of buckets in which the book was updated")

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        found = super().computed(column)
        for request in self.asked:
            if isinstance(request, VolatilityRequest) and request.column == column:
                derived = {item.name: item.expression.text for item in request.derived(self.contract)}
                return replace(found, derived={**found.derived, **derived})
        return found
