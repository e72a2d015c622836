"""Aggregates trades into states, in the cheapest form.

``FilteredStates`` takes every state from the trades in one GROUP BY, with FILTER for a side. ``SlicedStates`` groups
the trades once more finely, by side, and merges the few resulting rows: the same numbers for less work, where every
state merges. ``SplitStates`` takes states that do not merge, or that look at the trade before or after, from a query
of their own, so that only the columns they need are sorted and kept.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from basalt.catalog.metrics import State
from basalt.compiler.aggregates import ORDERED, build, merge, order_of
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.carried import carried_items
from basalt.compiler.modules.events.filters import row_name
from basalt.compiler.modules.trade.derived import DerivedColumn, derived_values
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import AGGRESSOR, TradeRows
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, conjunction, join
from basalt.compiler.templates import render, render_text

STATES = "trade_states"
_MERGED, _VALUED, _LINKED, _APART = "trade_sums", "valued_trades", "linked_trades", "trade_distributions"
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
    looks_around: bool
    requires: tuple[str, ...]
    read: tuple[str, ...]
    argument: Sql | None = None
    """The other variable of a covariance or slope, the fractions of quantiles."""

    @property
    def ordered_by(self) -> tuple[str, ...]:
        """The columns that tell the values apart of which the first or last is taken."""
        return self.read if self.is_ordered else ()

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

    def describe(self) -> str:
        """Return the state as a reader of the catalogue sees it."""
        where = f" where {self.where}" if self.where is not None else ""
        argument = f", {self.argument}" if self.argument is not None else ""
        return f"{self.state.aggregate}({self.of}{argument}){where}"

    def selection(self, marks_counted: bool) -> Fragment | None:  # noqa: FBT001 - a fact about the rows
        """Return the condition that a trade belongs to this state's side and is counted; None when all do."""
        of_all = self.side == "Total" or self.looks_around
        side = None if of_all else compose("aggressor = {}", AGGRESSOR[self.side])
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
                    looks_around=request.metric.looks_around,
                    requires=tuple(column for column in request.requires if column != "AggressorSide"),
                    read=request.metric.requires,
                    argument=_argument(state, values),
                ),
            )
    return tuple(found.values())


def _argument(state: State, values: Mapping[str, Sql]) -> Sql | None:
    if state.at:
        return compose("[{}]", join(Literal(fraction) for fraction in state.at))
    return None if state.against is None else render_text(state.against, **values)


def computed_apart(columns: Sequence[StateColumn]) -> tuple[StateColumn, ...]:
    """Return the states that are best computed in a query of their own.

    One query computes all where no state looks at another trade and none is of one side.
    """
    if all(column.side == "Total" and not column.looks_around for column in columns):
        return ()
    return tuple(column for column in columns if column.looks_around or not column.state.mergeable)


@dataclass(frozen=True)
class FilteredStates:
    """All states from the trades in one GROUP BY."""

    rows: TradeRows
    columns: tuple[StateColumn, ...]

    def steps(self, orders: frozenset[str]) -> list[Step]:
        """Return the step with one row per listing and bucket; ``orders`` names the order columns wanted."""
        items = [*map(SelectItem.column, _KEYS), *carried_items(self.rows.carried, self.rows.source)]
        for column in self.columns:
            items.append(_built(column, column.selection(self.rows.every_row)))
            if column.order_name in orders:
                items.append(_built_order(column, column.selection(self.rows.every_row)))
        comment = "one row per listing and bucket: all that metrics are made of"
        return [_grouped(STATES, items, self.rows.name, _KEYS, comment)]


def _built(column: StateColumn, selection: Sql | None) -> SelectItem:
    order = _ORDER if column.is_ordered else None
    where = conjunction([selection, column.where])
    return SelectItem(build(column.state.aggregate, column.of, order, where, column.argument), column.name)


def _built_order(column: StateColumn, selection: Sql | None) -> SelectItem:
    where = conjunction([selection, column.where, column.priced])
    return SelectItem(order_of(column.state.aggregate, _ORDER, where), column.order_name)


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
        return _grouped("trades_by_side", items, self.rows.name, by, comment)

    def _merged(self, orders: frozenset[str]) -> Step:
        items = [
            *map(SelectItem.column, _KEYS),
            *carried_items(self.rows.carried, self.rows.source, Identifier("MarketState_order")),
        ]
        for column in self.columns:
            where = column.selection(self.rows.every_row)
            order = Identifier(column.slice_order_name) if column.is_ordered else None
            of = Identifier(column.slice_name)
            items.append(SelectItem(merge(column.state.aggregate, of, order, where), column.name))
            if order is not None and column.order_name in orders:
                items.append(SelectItem(order_of(column.state.aggregate, order, where), column.order_name))
        comment = "one row per listing and bucket: the sides merged, all that metrics are made of"
        return _grouped(STATES, items, "trades_by_side", _KEYS, comment)


@dataclass(frozen=True)
class SplitStates:
    """States that merge from one GROUP BY, and those that do not from another over no more columns than they need."""

    merging: FilteredStates | SlicedStates
    columns: tuple[StateColumn, ...]
    derived: tuple[DerivedColumn, ...]
    window: Window

    @property
    def rows(self) -> TradeRows:
        """The trades that both aggregate."""
        return self.merging.rows

    def steps(self, orders: frozenset[str]) -> list[Step]:
        """Return the steps to one row per listing and bucket; ``orders`` names the order columns wanted."""
        *earlier, last = self.merging.steps(orders)
        derived = self._derived_steps()
        *_, read = [self.rows.name, *(step.name for step in derived)]
        apart = [*derived, self._distributions(orders, read), self._joined(orders)]
        return [*earlier, replace(last, name=_MERGED), *apart]

    @property
    def _marks_counted(self) -> bool:
        """Whether the rows are told apart by being counted; otherwise only those that are counted are read."""
        return self.rows.every_row and not all(column.only_counted for column in self.columns)

    def _counted(self) -> Sql | None:
        return Identifier("counted") if self.rows.every_row and not self._marks_counted else None

    def _derived_steps(self) -> list[Step]:
        """Return the steps that add columns to trades, each step's from those of the step before."""
        steps: list[Step] = []
        for number, columns in itertools.groupby(self.derived, lambda column: column.step):
            items = [SelectItem(column.expression, column.name) for column in columns]
            steps.append(self._linked(steps[-1], items, number) if steps else self._valued(items))
        return steps

    def _valued(self, items: Sequence[SelectItem]) -> Step:
        read = dict.fromkeys(name for column in self.columns for name in column.requires)
        kept = [*_KEYS, *(["aggressor"] if self.rows.by_side else []), *(["counted"] if self._marks_counted else [])]
        plain = [SelectItem.column(name) for name in (*kept, "event_order", *map(row_name, read))]
        body = select([*plain, *items], Identifier(self.rows.name), where=[self._counted()])
        return Step(_VALUED, body, "each trade with the values that are compared from trade to trade")

    def _linked(self, earlier: Step, items: Sequence[SelectItem], number: int) -> Step:
        name = _LINKED if earlier.name == _VALUED else f"{_LINKED}_{number - 1}"
        return Step(
            name, add_columns(earlier.name, items, self.window), "each trade with what depends on the trades next to it"
        )

    def _distributions(self, orders: frozenset[str], read: str) -> Step:
        items = [SelectItem.column(name) for name in _KEYS]
        items += [_built(column, column.selection(self._marks_counted)) for column in self.columns]
        items += [
            _built_order(column, column.selection(self._marks_counted))
            for column in self.columns
            if column.order_name in orders
        ]
        comment = "one row per listing and bucket: what needs all its trades at once"
        where = [] if self.derived else [self._counted()]
        return Step(_APART, select(items, Identifier(read), where=where, group_by=_KEYS), comment)

    def _joined(self, orders: frozenset[str]) -> Step:
        ordered = [column.order_name for column in self.columns if column.order_name in orders]
        added = [Identifier(_APART, name) for name in [*(column.name for column in self.columns), *ordered]]
        matches = [compose("{} IS NOT DISTINCT FROM {}", Identifier(_MERGED, _KEYS[0]), Identifier(_APART, _KEYS[0]))]
        matches.append(compose("{} = {}", Identifier(_MERGED, _KEYS[1]), Identifier(_APART, _KEYS[1])))
        body = render(
            "shapes/join",
            columns=join([compose("{}.*", Identifier(_MERGED)), *added], ",\n    "),
            left=Identifier(_MERGED),
            kind=Fragment("LEFT"),
            right=Identifier(_APART),
            on=join(matches, "\n AND "),
        )
        return Step(STATES, body, "one row per listing and bucket: all that metrics are made of")


_HAS_STATE = Fragment("MarketState IS NOT NULL")


def _grouped(name: str, items: Sequence[SelectItem], source: str, by: Sequence[str], comment: str) -> Step:
    return Step(name, select(items, Identifier(source), group_by=by), comment)
