"""Aggregates trades into states, in the cheapest form.

``FilteredStates`` takes every state from the trades in one GROUP BY, with FILTER for a side. ``SlicedStates`` groups
the trades once more finely, by side, and merges the few resulting rows: the same numbers for less work, where every
state merges.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from basalt.catalog.metrics import State
from basalt.compiler.aggregates import ORDERED, build, merge, order_of
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.trade.derived import derived_values
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import AGGRESSOR, TradeRows
from basalt.compiler.plan import Step
from basalt.compiler.select import select
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, conjunction
from basalt.compiler.templates import render_text

STATES = "trade_states"
_KEYS = ("ListingId", "bucket")
_ORDER = Identifier("event_order")


@dataclass(frozen=True)
class StateColumn:
    """One state for one side: its column, what it aggregates, and which trades it reads."""

    name: str
    slice_name: str
    state: State
    of: Sql
    where: Sql | None
    side: str
    only_counted: bool

    @property
    def order_name(self) -> str:
        """The column that holds the order by which a first or last was taken."""
        return f"{self.name}_order"

    @property
    def slice_order_name(self) -> str:
        """The same in the finer grouping."""
        return f"{self.slice_name}_order"

    @property
    def is_ordered(self) -> bool:
        """Whether the state is a first or a last."""
        return self.state.aggregate in ORDERED

    @property
    def priced(self) -> Sql:
        """The condition that a trade can be the first or last: it has the value."""
        return compose("{} IS NOT NULL", self.of)

    def selection(self, marks_counted: bool) -> Fragment | None:  # noqa: FBT001 - a fact about the rows
        """Return the condition that a trade belongs to this state's side and is counted; None when all do."""
        side = None if self.side == "Total" else compose("aggressor = {}", AGGRESSOR[self.side])
        counted = Identifier("counted") if marks_counted and self.only_counted else None
        return conjunction([side, counted])


def state_columns(requests: Iterable[Request]) -> tuple[StateColumn, ...]:
    """Return every state the requested columns are made of, each once."""
    found: dict[str, StateColumn] = {}
    for request in requests:
        values = derived_values(request)
        for name, state in request.metric.states.items():
            column = request.state_column(name)
            found.setdefault(
                column,
                StateColumn(
                    name=column,
                    slice_name=name,
                    state=state,
                    of=render_text(state.of, **values),
                    where=None if state.where is None else render_text(state.where, **values),
                    side=request.side,
                    only_counted=request.metric.rows == "counted",
                ),
            )
    return tuple(found.values())


@dataclass(frozen=True)
class FilteredStates:
    """All states from the trades in one GROUP BY."""

    rows: TradeRows
    columns: tuple[StateColumn, ...]

    def steps(self, orders: frozenset[str]) -> list[Step]:
        """Return the step with one row per listing and bucket; ``orders`` names the order columns wanted."""
        items = [*map(SelectItem.column, _KEYS), *carried_items(self.rows)]
        for column in self.columns:
            where = conjunction([column.selection(self.rows.every_row), column.where])
            order = _ORDER if column.is_ordered else None
            items.append(SelectItem(build(column.state.aggregate, column.of, order, where), column.name))
            if column.order_name in orders:
                wanted = conjunction([where, column.priced])
                items.append(SelectItem(order_of(column.state.aggregate, _ORDER, wanted), column.order_name))
        return [
            _grouped(
                STATES, items, self.rows.name, _KEYS, "one row per listing and bucket: all that metrics are made of"
            )
        ]


@dataclass(frozen=True)
class SlicedStates:
    """States by side first, then merged into one row per listing and bucket."""

    rows: TradeRows
    columns: tuple[StateColumn, ...]

    def steps(self, orders: frozenset[str]) -> list[Step]:
        """Return the two steps; ``orders`` names the order columns wanted."""
        return [self._slices(), self._merged(orders)]

    def _slices(self) -> Step:
        by = [*_KEYS, "aggressor", *(["counted"] if self.rows.every_row else [])]
        items = [*map(SelectItem.column, by), *carried_items(self.rows)]
        if "MarketState" in self.rows.carried:
            items.append(SelectItem(order_of("last", _ORDER, _HAS_STATE), "MarketState_order"))
        for column in {column.slice_name: column for column in self.columns}.values():
            order = _ORDER if column.is_ordered else None
            items.append(SelectItem(build(column.state.aggregate, column.of, order, column.where), column.slice_name))
            if column.is_ordered:
                wanted = conjunction([column.where, column.priced])
                items.append(SelectItem(order_of(column.state.aggregate, _ORDER, wanted), column.slice_order_name))
        comment = "one row per listing, bucket and side (aggressor 1 took the ask, 2 the bid)"
        return _grouped("trades_by_side", items, self.rows.name, by, comment)

    def _merged(self, orders: frozenset[str]) -> Step:
        items = [*map(SelectItem.column, _KEYS), *carried_items(self.rows, Identifier("MarketState_order"))]
        for column in self.columns:
            where = column.selection(self.rows.every_row)
            order = Identifier(column.slice_order_name) if column.is_ordered else None
            of = Identifier(column.slice_name)
            items.append(SelectItem(merge(column.state.aggregate, of, order, where), column.name))
            if order is not None and column.order_name in orders:
                items.append(SelectItem(order_of(column.state.aggregate, order, where), column.order_name))
        comment = "one row per listing and bucket: the sides merged, all that metrics are made of"
        return _grouped(STATES, items, "trades_by_side", _KEYS, comment)


_HAS_STATE = Fragment("MarketState IS NOT NULL")


def carried_items(rows: TradeRows, order: Sql = _ORDER) -> list[SelectItem]:
    """Return the carried columns: a listing's own MIC and Ticker, and the last MarketState."""
    own = "min" if "ListingId" in rows.source.mapped else "any_value"
    items = []
    for name in rows.carried:
        column = Identifier(name)
        carried = build("last", column, order) if name == "MarketState" else compose(own + "({})", column)
        items.append(SelectItem(carried, name))
    return items


def _grouped(name: str, items: Sequence[SelectItem], source: str, by: Sequence[str], comment: str) -> Step:
    return Step(name, select(items, Identifier(source), group_by=by), comment)
