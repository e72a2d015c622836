"""Aggregates trades into states that merge, in the cheapest form.

``FilteredStates`` takes every state from the trades in one GROUP BY, with a condition for a side. ``SlicedStates``
groups the trades once more finely, by side, and merges the few resulting rows: the same numbers for less work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from basalt.compiler.aggregates import build, merge, order_of
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.carried import carried_items
from basalt.compiler.modules.trade.rows import TradeRows
from basalt.compiler.modules.trade.state_columns import StateColumn
from basalt.compiler.plan import Step
from basalt.compiler.select import select
from basalt.compiler.sql import Fragment, Identifier, Sql, conjunction

STATES = "trade_states"
GROUPED_BY = ("ListingId", "bucket")
_ORDER = Identifier("event_order")


@dataclass(frozen=True)
class FilteredStates:
    """All states from the trades in one GROUP BY."""

    rows: TradeRows
    source: str
    columns: tuple[StateColumn, ...]

    def steps(self, orders: frozenset[str]) -> list[Step]:
        """Return the step with one row per listing and bucket; ``orders`` names the order columns wanted."""
        items = [*map(SelectItem.column, GROUPED_BY), *carried_items(self.rows.carried, self.rows.source)]
        for column in self.columns:
            items.append(built(column, column.selection(self.rows.every_row)))
            if column.order_name in orders:
                items.append(built_order(column, column.selection(self.rows.every_row)))
        comment = "one row per listing and bucket: all that metrics are made of"
        return [_grouped(STATES, items, self.source, GROUPED_BY, comment)]


def built(column: StateColumn, selection: Sql | None) -> SelectItem:
    """Return a state aggregated from the trades of a selection."""
    order = _ORDER if column.is_ordered else None
    where = conjunction([selection, column.where])
    return SelectItem(build(column.state.aggregate, column.of, order, where, column.argument), column.name)


def built_order(column: StateColumn, selection: Sql | None) -> SelectItem:
    """Return the order by which a first or last of the trades of a selection is taken."""
    where = conjunction([selection, column.where, column.priced])
    return SelectItem(order_of(column.state.aggregate, _ORDER, where), column.order_name)


@dataclass(frozen=True)
class SlicedStates:
    """States by side first, then merged into one row per listing and bucket."""

    rows: TradeRows
    source: str
    columns: tuple[StateColumn, ...]

    def steps(self, orders: frozenset[str]) -> list[Step]:
        """Return the two steps; ``orders`` names the order columns wanted."""
        return [self._slices(), self._merged(orders)]

    def _slices(self) -> Step:
        by = [*GROUPED_BY, "aggressor", *(["counted"] if self.rows.every_row else [])]
        items = [*map(SelectItem.column, by), *carried_items(self.rows.carried, self.rows.source)]
        if "MarketState" in self.rows.carried:
            items.append(SelectItem(order_of("last", _ORDER, _HAS_STATE), "MarketState_order"))
        for column in {column.slice_name: column for column in self.columns}.values():
            order = _ORDER if column.is_ordered else None
            items.append(SelectItem(build(column.state.aggregate, column.of, order, column.where), column.slice_name))
            if column.is_ordered:
                wanted = conjunction([column.where, column.priced])
                items.append(SelectItem(order_of(column.state.aggregate, _ORDER, wanted), column.slice_order_name))
        comment = "one row per listing, bucket and side (aggressor 1 took the ask, 2 the bid)"
        return _grouped("trades_by_side", items, self.source, by, comment)

    def _merged(self, orders: frozenset[str]) -> Step:
        by_state = Identifier("MarketState_order")
        items = [*map(SelectItem.column, GROUPED_BY), *carried_items(self.rows.carried, self.rows.source, by_state)]
        for column in self.columns:
            where = column.selection(self.rows.every_row)
            order = Identifier(column.slice_order_name) if column.is_ordered else None
            of = Identifier(column.slice_name)
            items.append(SelectItem(merge(column.state.aggregate, of, order, where), column.name))
            if order is not None and column.order_name in orders:
                items.append(SelectItem(order_of(column.state.aggregate, order, where), column.order_name))
        comment = "one row per listing and bucket: the sides merged, all that metrics are made of"
        return _grouped(STATES, items, "trades_by_side", GROUPED_BY, comment)


_HAS_STATE = Fragment("MarketState IS NOT NULL")


def _grouped(name: str, items: Sequence[SelectItem], source: str, by: Sequence[str], comment: str) -> Step:
    return Step(name, select(items, Identifier(source), group_by=by), comment)
