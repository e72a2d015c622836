"""Plans a ``trade`` pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial

from basalt.catalog.library import load_library
from basalt.compiler.buckets import BucketContract
from basalt.compiler.columns import BoundColumn, key_column
from basalt.compiler.indicators import Indicator
from basalt.compiler.labels import time_bucket
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.modules.trade.expansion import requests
from basalt.compiler.modules.trade.lineage import computed_column, row_rules, with_values
from basalt.compiler.modules.trade.linked import Bucket, LinkedValues
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import TradeRows
from basalt.compiler.modules.trade.split_states import SplitStates
from basalt.compiler.modules.trade.state_columns import StateColumn, computed_apart, state_columns
from basalt.compiler.modules.trade.states import STATES, FilteredStates, SlicedStates
from basalt.compiler.modules.trade.stored_states import StoredStates
from basalt.compiler.modules.trade.values import TradeValues, ValueColumn
from basalt.compiler.plan import Check, Inputs, Relations, Step
from basalt.compiler.scans import uses_reference
from basalt.compiler.select import select
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Sql
from basalt.compiler.templates import render_text
from basalt.configuration import AnalyticsConfig, PassConfig, TradeAnalyticsConfig
from basalt.configuration.buckets import parse_origin, seconds_to_nanoseconds
from basalt.errors import BindingError

_DEFAULT_SECONDS = 60


class TradeModule:
    """Metrics of trades per listing and time bucket."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:  # noqa: ARG002 - the interface
        """Return the source tables the pass may read."""
        return ("trades", "reference") if uses_reference(pipeline) else ("trades",)

    def plan(self, config: PassConfig, inputs: Inputs) -> TradePass:
        """Return the plan of the pass.

        Raises UnknownMetricError, DuplicateColumnError, or BindingError listing every column a metric lacks.
        """
        trades = inputs.tables["trades"]
        planned = TradePass(
            config, inputs, trades, requests(config, load_library(inputs.config.TEMPLATE_PATHS), trades)
        )
        _check_columns(planned)
        return planned


def bucket_contract(config: PassConfig) -> BucketContract:
    """Return the contract of a pass over raw events."""
    return BucketContract(
        width=seconds_to_nanoseconds(config.time_bucket_seconds or _DEFAULT_SECONDS),
        anchor=config.time_bucket_anchor or "end",
        closed=config.time_bucket_closed or "right",
        origin=parse_origin(config.time_bucket_origin) if config.time_bucket_origin else 0,
    )


def _check_columns(planned: TradePass) -> None:
    """Raise BindingError with every column that is missing, or is not of a type it can be, and what needs it."""
    needed = [(column, f": {request.column}") for request in planned.asked for column in request.requires]
    named = {column for column, _ in needed}
    needed += [(column, "") for column in ("ListingId", "Size") if column not in named]
    reads: list[Callable[[], object]] = [
        partial(planned.rows.column, column, f"pass {planned.config.name}{by}") for column, by in needed
    ]
    errors: list[BindingError] = []
    for read in (planned.source.event_time, *reads):
        try:
            read()
        except BindingError as error:
            errors.append(error)
    if errors:
        kinds = {type(error) for error in errors}
        kind = kinds.pop() if len(kinds) == 1 else BindingError
        raise kind(dict.fromkeys(problem for error in errors for problem in error.problems))


@dataclass(frozen=True)
class TradePass:
    """A trade pass, planned."""

    config: PassConfig
    inputs: Inputs
    source: SourceTable
    asked: tuple[Request, ...]

    source_pass: str | None = None
    indicators: tuple[Indicator, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def event_column(self) -> str | None:
        """The source's own column that is the event time, when there is one."""
        return self.source.event_column()

    @cached_property
    def contract(self) -> BucketContract:
        """The time buckets of the rows."""
        return bucket_contract(self.config)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""
        return ("ListingId", "TimeBucket")

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""
        universe = self.inputs.config.UNIVERSE
        looked_up = universe is not None and any(column not in self.source for column in universe.where)
        return ("trades", "reference") if looked_up else ("trades",)

    @cached_property
    def rows(self) -> TradeRows:
        """The trades before aggregation."""
        needs = {
            column: f"pass {self.config.name}: {request.column}"
            for request in reversed(self.asked)
            for column in request.requires
        }
        return TradeRows(
            source=self.source,
            contract=self.contract,
            inputs=self.inputs,
            needs=needs,
            classifications=self._analytics_classifications(),
            own=frozenset(column for request in self.asked for column in request.filter_columns),
            ordered_by=self._ordered_by,
            every_row=self._every_row,
            ordered="MarketState" in self.source or any(each.is_ordered or each.looks_around for each in self._columns),
        )

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

    def _analytics_classifications(self) -> list[str]:
        return (self.config.trade_analytics or TradeAnalyticsConfig()).classifications

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
        return LinkedValues(self._values, Bucket(partition, self.rows.bucket_end()))

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

    def _metric_column(self, request: Request) -> BoundColumn:
        metric = request.metric
        return BoundColumn(
            name=request.column,
            kind=metric.kind,
            unit=metric.unit,
            title=f"{metric.title} ({request.side})",
            formula=self._formula(request),
            known_at=metric.known_at,
            null_rule=metric.null_rule,
            requires=request.requires,
            source=metric.source,
            metric=metric,
            rule=self._stored.rule(request) if metric.mergeable else None,
            refusal=metric.refusal,
        )

    def _parameters(self) -> dict[str, Sql]:
        return {"bucket_seconds": Fragment(self.contract.seconds)}

    @property
    def _stored(self) -> StoredStates:
        return StoredStates(self.rows, self._parameters())

    @cached_property
    def _hidden_values(self) -> dict[str, tuple[Sql, str | None]]:
        """Each hidden column's expression over the states, and the order column it needs."""
        return self._stored.hidden(self.asked)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The state columns this pass can add for a later one."""
        return tuple(self._hidden_values)

    def needs(self, hidden: frozenset[str]) -> frozenset[str]:  # noqa: ARG002 - a trade pass reads no pass
        """Return no states: a trade pass reads no other pass."""
        return frozenset()

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps from the trades to the metrics."""
        wanted = {name: value for name, value in self._hidden_values.items() if name in hidden}
        orders = frozenset(order for _, order in wanted.values() if order is not None)
        items = [SelectItem.column("ListingId"), SelectItem(time_bucket(self.contract), "TimeBucket")]
        items += [SelectItem.column(name) for name in self.rows.carried]
        items += [SelectItem(self._value(request), request.column) for request in self.asked]
        items += [SelectItem(value, name) for name, (value, _) in wanted.items()]
        result = Step("result", select(items, Identifier(STATES)), "the metrics")
        rows = self._trades(relations)
        return [*rows, *self._states(rows[-1].name).steps(orders), result]

    def _trades(self, relations: Relations) -> list[Step]:
        """Return the steps from the trades to those with all that is aggregated."""
        rows = self.rows.steps(relations)
        again = bool(computed_apart(self._columns))
        return [replace(step, is_computed_again=again) for step in [*rows, *self._values.steps(rows[-1].name)]]

    def _value(self, request: Request) -> Fragment:
        states = {name: Identifier(request.state_column(name)) for name in request.metric.states}
        return render_text(request.metric.value, **states, **self._parameters())

    def _formula(self, request: Request) -> str:
        """Return the metric's value with its states and the values of trades written out."""
        columns = {column.name: column for column in self._columns}
        states = {name: Fragment(columns[request.state_column(name)].describe()) for name in request.metric.states}
        value = render_text(request.metric.value, **states, bucket_seconds=Fragment("bucket_seconds"))
        return with_values(value.text, self.values_of(request))

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        return computed_column(self, column, self._columns, self._parameters())

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""
        return row_rules(self, relations)

    def refusals(self, relations: Relations) -> list[Check]:  # noqa: ARG002 - nothing to check
        """Return no check."""
        return []

    def cautions(self, relations: Relations) -> list[Check]:  # noqa: ARG002 - nothing to check
        """Return no check."""
        return []
