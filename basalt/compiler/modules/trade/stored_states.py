"""The columns in which a trade pass keeps its states for a later pass, which merges them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from basalt.compiler.columns import MergeRule, MergeState
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import TradeRows
from basalt.compiler.sql import Identifier, Sql

_ORDERED = ("first", "last")


@dataclass(frozen=True)
class StoredStates:
    """The stored states of a pass over some rows; ``parameters`` are what values are computed from besides states."""

    rows: TradeRows
    parameters: Mapping[str, Sql]

    def rule(self, request: Request) -> MergeRule:
        """Return how a later pass computes a column for a coarser group from its states."""
        metric = request.metric
        columns = {name: _column(request, name) for name in metric.states}
        states = {
            name: MergeState(
                state.aggregate,
                columns[name],
                (*self._order_names(columns[name]), "ListingId") if state.aggregate in _ORDERED else (),
            )
            for name, state in metric.states.items()
        }
        return MergeRule(metric, states, self.parameters)

    def _order_names(self, column: str) -> tuple[str, ...]:
        parts = self.rows.order.parts(Identifier("event_order"), Identifier("bucket"))
        return tuple(f"{column}__{part}" for part in parts)

    def hidden(self, requests: Iterable[Request]) -> dict[str, tuple[Sql, str | None]]:
        """Return each hidden column's expression over the states, and the order column it needs."""
        found: dict[str, tuple[Sql, str | None]] = {}
        for request in requests:
            if request.metric.mergeable:
                found |= self._hidden_of(request)
        return found

    def _hidden_of(self, request: Request) -> dict[str, tuple[Sql, str | None]]:
        found: dict[str, tuple[Sql, str | None]] = {}
        for name, state in request.metric.states.items():
            column, stored = request.state_column(name), _column(request, name)
            if request.metric.only_state is None:
                found[stored] = (Identifier(column), None)
            if state.aggregate in _ORDERED:
                order = f"{column}_order"
                parts = self.rows.order.parts(Identifier(order), self.rows.bucket_start())
                found |= {f"{stored}__{part}": (value, order) for part, value in parts.items()}
        return found


def _column(request: Request, state: str) -> str:
    """Return the output column that holds a state: the metric's own where its value is its state, else a hidden one."""
    return request.column if request.metric.only_state else f"{request.column}__{state}"
