"""The metrics asked of a pass over raw events, as its output columns, and the states that later passes merge."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from basalt.catalog.metrics import ORDERED_STATES
from basalt.compiler.columns import BoundColumn, MergeRule, MergeState
from basalt.compiler.modules.events.grid import Grid
from basalt.compiler.modules.events.request import MetricRequest
from basalt.compiler.ordering import EventOrder
from basalt.compiler.sql import Fragment, Identifier, Sql
from basalt.compiler.templates import render_text

Request = TypeVar("Request", bound=MetricRequest)


@dataclass(frozen=True)
class HiddenColumn:
    """A column that only later passes read: its value over the states, and the column of an order it is made from."""

    value: Sql
    order: str | None = None


@dataclass(frozen=True)
class Measured(Generic[Request]):
    """The metrics of a pass, in the order configured.

    ``order_column`` says which column of the states holds the order by which a first or last was taken.
    """

    asked: Sequence[Request]
    order: EventOrder
    grid: Grid
    order_column: Callable[[Request, str], str]

    @property
    def parameters(self) -> dict[str, Sql]:
        """What a metric's value is given besides its states."""
        return {"bucket_seconds": Fragment(self.grid.contract.seconds)}

    def column(self, request: Request, title: str, formula: str) -> BoundColumn:
        """Return the output column of a request."""
        metric = request.metric
        return BoundColumn(
            name=request.column,
            kind=metric.kind,
            unit=metric.unit,
            title=title,
            formula=formula,
            known_at=metric.known_at,
            null_rule=metric.null_rule,
            requires=request.requires,
            source=metric.source,
            metric=metric,
            rule=self._merge_rule(request) if metric.mergeable else None,
            refusal=metric.refusal,
        )

    def _merge_rule(self, request: Request) -> MergeRule:
        states: dict[str, MergeState] = {}
        for name, state in request.metric.states.items():
            column = stored_column(request, name)
            is_ordered = state.aggregate in ORDERED_STATES
            states[name] = MergeState(state.aggregate, column, self._order_names(column) if is_ordered else ())
        return MergeRule(request.metric, states, self.parameters)

    def _order_names(self, column: str) -> tuple[str, ...]:
        parts = self.order.parts(Identifier("event_order"), Identifier("bucket"))
        return (*(f"{column}__{part}" for part in parts), "ListingId")

    @cached_property
    def hidden(self) -> Mapping[str, HiddenColumn]:
        """The columns that a later pass may read besides the output columns."""
        mergeable = (request for request in self.asked if request.metric.mergeable)
        return {name: column for request in mergeable for name, column in self._hidden_of(request)}

    def _hidden_of(self, request: Request) -> Iterator[tuple[str, HiddenColumn]]:
        for name, state in request.metric.states.items():
            stored = stored_column(request, name)
            if request.metric.only_state is None:
                yield stored, HiddenColumn(Identifier(request.state_column(name)))
            if state.aggregate in ORDERED_STATES:
                order = self.order_column(request, name)
                for part, value in self.order.parts(Identifier(order), self.grid.start()).items():
                    yield f"{stored}__{part}", HiddenColumn(value, order)

    def value(self, request: Request) -> Fragment:
        """Return a metric's value over its states."""
        states = {name: Identifier(request.state_column(name)) for name in request.metric.states}
        return render_text(request.metric.value, **{**request.values, **states, **self.parameters})


def stored_column(request: MetricRequest, state: str) -> str:
    """Return the output column that holds a state: the metric's own where its value is its state, else a hidden one."""
    return request.column if request.metric.only_state else f"{request.column}__{state}"
