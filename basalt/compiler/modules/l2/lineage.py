"""Where the columns of an ``l2`` pass come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from basalt.compiler.lineage import ComputedColumn, MadeOf, Read, RowRule, StateFormula, merge_formula, state_formula
from basalt.compiler.modules.l2.changes import changes
from basalt.compiler.modules.l2.request import STANDING
from basalt.compiler.plan import Relations
from basalt.compiler.scans import date_conditions, universe_conditions
from basalt.compiler.sql import Fragment, Identifier, Sql, join
from basalt.compiler.templates import render_text

if TYPE_CHECKING:
    from basalt.compiler.modules.l2.planned import L2Pass
    from basalt.compiler.modules.l2.request import BookRequest


def computed_column(planned: L2Pass, name: str) -> ComputedColumn:
    """Return how an l2 pass computes a column: a key, a carried column, or a metric."""
    request = next((each for each in planned.asked if each.column == name), None)
    if request is None:
        return _key(planned, name)
    formulas = {state: _formula(planned, request, state) for state in request.metric.states}
    written: dict[str, Sql] = {state: Fragment(each.formula) for state, each in formulas.items()}
    named: dict[str, Sql] = {state: Identifier(state) for state in formulas}
    return ComputedColumn(
        asked_by=request.place,
        summary=render_text(request.metric.value, **{**planned.measured.parameters, **request.values, **written}).text,
        value=render_text(request.metric.value, **{**planned.measured.parameters, **request.values, **named}).text,
        reads=tuple(_reads(planned, request)),
        states=tuple(formulas.values()),
        derived=_derived(request),
    )


def _formula(planned: L2Pass, request: BookRequest, state: str) -> StateFormula:
    if state == STANDING:
        made_of = MadeOf(request.standing(Identifier))
        return state_formula(STANDING, request.metric.states[STANDING], made_of, [request.filter])
    price = planned.price_states[state]
    return StateFormula(state, price.item().expression.text, merge_formula(state, price.aggregate))


def _derived(request: BookRequest) -> dict[str, str]:
    if request.price is None:
        return {name: value.text for name, value in changes([request]).items()}
    formula = render_text(request.price.value, **request.point.variables(Identifier))
    derived = {request.values["price"].text: formula.text}
    if request.metric.is_continued:
        derived[request.values["close_before"].text] = "the close of the bucket before that has one, of the same day"
    return derived


def _key(planned: L2Pass, name: str) -> ComputedColumn:
    place = f"pass {planned.config.name}"
    if name == "TimeBucket":
        return ComputedColumn(place, planned.contract.describe(), "", (_event_time(planned),))
    own = {result: source for source, result in planned.carried.items()} | {"ListingId": "ListingId"}
    source = own[name]
    carried = (
        "" if name == "ListingId" else ", the last in the bucket" if source == "MarketState" else ", of the listing"
    )
    read = Read(planned.source.name, source, planned.source.columns[source])
    return ComputedColumn(place, f"{source}{carried}", "", (read,))


def _reads(planned: L2Pass, request: BookRequest) -> Iterator[Read]:
    table = planned.source.name
    for column in request.requires:
        yield Read(table, column, planned.rows.column(column, request.column))
    yield _event_time(planned)
    if (order := planned.source.order()) is not None:
        yield Read(table, "sequence", order[0])


def _event_time(planned: L2Pass) -> Read:
    expression, _ = planned.source.event_time()
    names = (name for name in planned.source.canonical.event_times if name in planned.source)
    return Read(planned.source.name, next(names), expression)


def row_rules(planned: L2Pass, relations: Relations) -> Iterator[RowRule]:
    """Yield what decides which rows an l2 pass has."""
    source, inputs, table = planned.source, planned.inputs, planned.source.name
    yield RowRule("key ListingId", table, source.columns["ListingId"].text)
    time, _ = source.event_time()
    yield RowRule(f"key TimeBucket, {planned.contract.describe()}", table, time.text)
    if source.filter is not None:
        yield RowRule(f"filter of TABLES.{table}", table, source.filter.text)
    if dates := date_conditions(source, planned.contract, inputs.days):
        yield RowRule("START_DATE and END_DATE", table, join(dates, " AND ").text)
    if universe := universe_conditions(source, inputs, relations):
        yield RowRule("UNIVERSE", table, join(universe, " AND ").text)
