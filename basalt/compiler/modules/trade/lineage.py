"""Where the columns of a trade pass come from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from basalt.compiler.layout import on_one_line
from basalt.compiler.lineage import ComputedColumn, MadeOf, Read, RowRule, StateFormula, state_formula
from basalt.compiler.modules.trade.rows import TradeRows
from basalt.compiler.modules.trade.state_columns import StateColumn
from basalt.compiler.modules.trade.values import ValueColumn
from basalt.compiler.plan import Relations
from basalt.compiler.scans import date_conditions, universe_conditions
from basalt.compiler.sql import Fragment, Identifier, Sql, join
from basalt.compiler.templates import render_text

if TYPE_CHECKING:
    from basalt.compiler.modules.trade.planned import TradePass
    from basalt.compiler.modules.trade.request import Request


def computed_column(
    planned: TradePass, name: str, states: Sequence[StateColumn], parameters: Mapping[str, Sql]
) -> ComputedColumn:
    """Return how a trade pass computes a column: a key, a carried column, or a metric."""
    request = next((each for each in planned.asked if each.column == name), None)
    if request is None:
        return _key(planned, name)
    columns = {column.name: column for column in states}
    own = {state: columns[request.state_column(state)] for state in request.metric.states}
    formulas = {state: _formula(column) for state, column in own.items()}
    named = {state: Identifier(each.name) for state, each in own.items()}
    written = {state: Fragment(each.formula) for state, each in formulas.items()}
    derived = planned.values_of(request)
    return ComputedColumn(
        asked_by=request.place,
        summary=with_values(render_text(request.metric.value, **written, **parameters).text, derived),
        value=render_text(request.metric.value, **named, **parameters).text,
        reads=tuple(_reads(planned, request, tuple(own.values()))),
        states=tuple(formulas.values()),
        derived={**_added(planned.rows, request), **{each.name: each.expression.text for each in derived}},
    )


def with_values(formula: str, columns: Sequence[ValueColumn]) -> str:
    """Return a formula with the values of trades that it names written out behind it."""
    written = [f"{column.name} = {on_one_line(column.expression.text)}" for column in columns]
    return f"{formula} with {', '.join(written)}" if written else formula


def _formula(column: StateColumn) -> StateFormula:
    conditions = [column.selection(marks_counted=False), column.where]
    return state_formula(column.name, column.state, MadeOf(column.of, column.argument), conditions)


def _key(planned: TradePass, name: str) -> ComputedColumn:
    place = f"pass {planned.config.name}"
    if name == "TimeBucket":
        return ComputedColumn(place, planned.contract.describe(), "", (_event_time(planned),))
    expression = planned.source.columns[name]
    carried = "" if name == "ListingId" else ", the last in the bucket" if name == "MarketState" else ", of the listing"
    return ComputedColumn(place, f"{name}{carried}", "", (Read(planned.source.name, name, expression),))


def _reads(planned: TradePass, request: Request, states: Sequence[StateColumn]) -> Iterator[Read]:
    rows = planned.rows
    by_rule = rows.signs if "AggressorSide" in request.requires else None
    for column in dict.fromkeys([*request.requires, *(by_rule.requires if by_rule else ())]):
        if rows.lookup is not None and column in rows.lookup.columns:
            yield from rows.lookup.reads(column)
        elif by_rule is None or column != "AggressorSide" or by_rule.reads_given:
            yield Read(planned.source.name, column, rows.column(column, request.column))
    if any(each.is_ordered or each.looks_around for each in states):
        yield _event_time(planned)
        if (order := planned.source.order()) is not None:
            yield Read(planned.source.name, "sequence", order[0])


def _added(rows: TradeRows, request: Request) -> dict[str, str]:
    """Return what is added to each trade before the metric's own values: quotes, and the side that a rule tells."""
    lookup = rows.lookup.describe(request.requires) if rows.lookup else {}
    signs = rows.signs.describe() if rows.signs and "AggressorSide" in request.requires else {}
    return {**lookup, **signs}


def _event_time(planned: TradePass) -> Read:
    expression, _ = planned.source.event_time()
    names = (name for name in planned.source.canonical.event_times if name in planned.source)
    return Read(planned.source.name, next(names), expression)


def row_rules(planned: TradePass, relations: Relations) -> Iterator[RowRule]:
    """Yield what decides which rows a trade pass has, and which trades count in them."""
    source, inputs, rows = planned.source, planned.inputs, planned.rows
    yield RowRule("key ListingId", planned.source.name, source.columns["ListingId"].text)
    time, _ = source.event_time()
    yield RowRule(f"key TimeBucket, {planned.contract.describe()}", planned.source.name, time.text)
    if source.filter is not None:
        yield RowRule(f"filter of TABLES.{source.name}", planned.source.name, source.filter.text)
    if dates := date_conditions(source, planned.contract, inputs.days):
        yield RowRule("START_DATE and END_DATE", planned.source.name, join(dates, " AND ").text)
    if universe := universe_conditions(source, inputs, relations):
        yield RowRule("UNIVERSE", planned.source.name, join(universe, " AND ").text)
    yield RowRule("trades with a size", planned.source.name, source.is_given("Size", "the trade module").text)
    if (counted := rows.is_counted()) is not None:
        but = ", but for metrics of every classification" if rows.every_row else ""
        yield RowRule(f"classifications{but}", planned.source.name, counted.text)
