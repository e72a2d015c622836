"""A trade pass, planned: from the trades to the metrics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from basalt.compiler.buckets import BucketContract
from basalt.compiler.columns import BoundColumn, key_column
from basalt.compiler.events import EventTable
from basalt.compiler.labels import time_bucket
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.modules.events.grid import bucket_contract
from basalt.compiler.modules.events.measured import Measured
from basalt.compiler.modules.events.planned import EventsPass
from basalt.compiler.modules.events.request import MetricRequest
from basalt.compiler.modules.trade.expansion import trade_analytics
from basalt.compiler.modules.trade.lineage import computed_column, row_rules, with_values
from basalt.compiler.modules.trade.linked import Bucket, LinkedValues
from basalt.compiler.modules.trade.quotes import QuoteLookup, looked_up, quotes_table
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import TradeRows
from basalt.compiler.modules.trade.signs import AggressorSigns
from basalt.compiler.modules.trade.split_states import SplitStates
from basalt.compiler.modules.trade.state_columns import StateColumn, computed_apart, state_columns
from basalt.compiler.modules.trade.states import STATES, FilteredStates, SlicedStates
from basalt.compiler.modules.trade.values import TradeValues, ValueColumn
from basalt.compiler.plan import Relations, Step
from basalt.compiler.select import select
from basalt.compiler.sql import Fragment, Identifier, Sql
from basalt.compiler.templates import render_text
from basalt.configuration import TradeAnalyticsConfig


def _order_column(request: MetricRequest, state: str) -> str:
    """Return the column of the states with the order by which a first or last was taken."""
    return f"{request.state_column(state)}_order"


@dataclass(frozen=True)
class TradePass(EventsPass):
    """A trade pass, planned."""

    asked: tuple[Request, ...]

    @property
    def events(self) -> tuple[EventTable, ...]:
        """The trades, and the quotes around them."""
        lookup = self.rows.lookup
        return (EventTable.of(self.source), *([lookup.events] if lookup else []))

    @cached_property
    def contract(self) -> BucketContract:
        """The time buckets of the rows."""
        return bucket_contract(self.config)

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""
        return (*super().tables, *(name for name in self._quotes_read if name not in self.inputs.passes))

    @property
    def source_passes(self) -> tuple[str, ...]:
        """The passes that are read: in the place of the trades, and for quotes."""
        quotes = (name for name in self._quotes_read if name in self.inputs.passes)
        return tuple(dict.fromkeys([*super().source_passes, *quotes]))

    @property
    def _quotes_read(self) -> tuple[str, ...]:
        return (self.rows.lookup.quotes.name,) if self.rows.lookup else ()

    @cached_property
    def rows(self) -> TradeRows:
        """The trades before aggregation."""
        return TradeRows(
            source=self.source,
            contract=self.contract,
            inputs=self.inputs,
            needs=self._needs,
            classifications=self._analytics.classifications,
            own=frozenset(column for request in self.asked for column in request.filter_columns),
            ordered_by=self._ordered_by,
            every_row=self._every_row,
            ordered=self._is_ordered,
            lookup=self._lookup,
            signs=self._signs,
        )

    @property
    def _analytics(self) -> TradeAnalyticsConfig:
        return trade_analytics(self.config)

    @cached_property
    def _needs(self) -> dict[str, str]:
        """Each column that is read of a trade, and what needs it."""
        place = f"pass {self.config.name}"
        needs = {column: f"{place}: {request.column}" for request in self.asked[::-1] for column in request.requires}
        return needs if self._signs is None else dict.fromkeys(self._signs.requires, self._signs.needed_by) | needs

    @cached_property
    def _signs(self) -> AggressorSigns | None:
        """The rule that tells sides, where sides are asked for."""
        rule = self._analytics.aggressor_rule
        if rule is None or not any("AggressorSide" in request.requires for request in self.asked):
            return None
        return AggressorSigns(rule, self.source, self.contract, f"pass {self.config.name}: aggressor_rule")

    @cached_property
    def _lookup(self) -> QuoteLookup | None:
        columns = looked_up(self._needs, self.source)
        if not columns:
            return None
        quotes = self.inputs.rows(quotes_table(self._analytics.quotes, self.inputs.config), "quotes")
        return QuoteLookup(self._analytics.quotes, quotes, self.source, self.contract, columns)

    @property
    def _is_ordered(self) -> bool:
        looks = any(column.is_ordered or column.looks_around for column in self._columns)
        return looks or self._signs is not None or "MarketState" in self.source

    @cached_property
    def _columns(self) -> tuple[StateColumn, ...]:
        return state_columns(self.asked, self._values)

    @cached_property
    def _values(self) -> TradeValues:
        return TradeValues(self.asked)

    @property
    def _ordered_by(self) -> tuple[str, ...]:
        """What tells trades apart whose first or last value is taken, besides the price."""
        compared = {column for each in self._columns for column in each.ordered_by}
        carried = {"MarketState"} & set(self.source.columns)
        return tuple(sorted((compared | carried) - {"LocalPrice"}))

    @cached_property
    def _every_row(self) -> bool:
        return any(request.metric.rows == "all" for request in self.asked)

    def _states(self, source: str) -> FilteredStates | SlicedStates | SplitStates:
        """Return how the trades of a step are aggregated."""
        apart = computed_apart(self._columns)
        together = tuple(column for column in self._columns if column not in apart)
        sliced = any(column.side != "Total" for column in together)
        merging = (SlicedStates if sliced else FilteredStates)(self.rows, source, together)
        if not apart:
            return merging
        marks_counted = self._every_row and not all(column.only_counted for column in apart)
        partition = Fragment("ListingId, bucket, counted" if marks_counted else "ListingId, bucket")
        names = {column.name for column in apart}
        requests = tuple(each for each in self.asked if names & set(map(each.state_column, each.metric.states)))
        return SplitStates(merging, apart, requests, self._linked(partition))

    def _linked(self, partition: Sql) -> LinkedValues:
        return LinkedValues(self._values, Bucket(partition, self.rows.grid.end()))

    def values_of(self, request: Request) -> tuple[ValueColumn, ...]:
        """Return the values of trades that a column is made of, each computed from those before it."""
        linked = self._linked(Fragment("ListingId, bucket"))
        return (*self._values.columns([request]), *linked.selected([request]), *linked.columns([request]))

    @cached_property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The output columns: keys, carried columns, metrics in the order configured."""
        keys = (key_column("ListingId", "The listing"), key_column("TimeBucket", self.contract.describe(), "UTC"))
        carried = tuple(key_column(name, f"{name} of the listing") for name in self.rows.carried)
        return (*keys, *carried, *(self._metric_column(request) for request in self.asked))

    @cached_property
    def _measured(self) -> Measured[Request]:
        return Measured(self.asked, self.rows.order, self.rows.grid, _order_column)

    def _metric_column(self, request: Request) -> BoundColumn:
        return self._measured.column(request, f"{request.metric.title} ({request.side})", self._formula(request))

    @property
    def hidden(self) -> tuple[str, ...]:
        """The state columns this pass can add for a later one."""
        return tuple(self._measured.hidden)

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps from the trades to the metrics."""
        wanted = {name: column for name, column in self._measured.hidden.items() if name in hidden}
        orders = frozenset(column.order for column in wanted.values() if column.order is not None)
        items = [SelectItem.column("ListingId"), SelectItem(time_bucket(self.contract), "TimeBucket")]
        items += [SelectItem.column(name) for name in self.rows.carried]
        items += [SelectItem(self._measured.value(request), request.column) for request in self.asked]
        items += [SelectItem(column.value, name) for name, column in wanted.items()]
        result = Step("result", select(items, Identifier(STATES)), "the metrics")
        rows = self._trades(relations)
        return [*rows, *self._states(rows[-1].name).steps(orders), result]

    def _trades(self, relations: Relations) -> list[Step]:
        """Return the steps from the trades to those with all that is aggregated.

        Where two steps aggregate them they are computed twice, unless quotes or rules make that cost more than memory.
        """
        rows = self.rows.steps(relations)
        again = bool(computed_apart(self._columns)) and self._lookup is None and self._signs is None
        return [replace(step, is_computed_again=again) for step in [*rows, *self._values.steps(rows[-1].name)]]

    def _formula(self, request: Request) -> str:
        """Return the metric's value with its states and the values of trades written out."""
        columns = {column.name: column for column in self._columns}
        states = {name: Fragment(columns[request.state_column(name)].describe()) for name in request.metric.states}
        value = render_text(request.metric.value, **states, bucket_seconds=Fragment("bucket_seconds"))
        return with_values(value.text, self.values_of(request))

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        return computed_column(self, column, self._columns, self._measured.parameters)

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""
        return row_rules(self, relations)
