"""Columns computed per trade before aggregation, such as the return from the trade before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import AGGRESSOR
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, conjunction
from basalt.compiler.templates import render_text

_PREVIOUS = "previous_trade"


@dataclass(frozen=True)
class DerivedColumn:
    """A column added to each trade."""

    name: str
    expression: Sql


def derived_values(request: Request) -> dict[str, Sql]:
    """Return what a metric's states may name besides columns: derived columns by name, plain expressions in place.

    Where a metric looks back, its plain expressions are null for trades of other sides and those filtered out: the
    previous trade is the previous one of the same selection.
    """
    values = dict(request.values)
    for name, text in request.metric.derived.items():
        if _PREVIOUS in text:
            values[name] = Identifier(request.state_column(name))
        else:
            expression = render_text(text, **values)
            values[name] = _selected(expression, request) if request.metric.looks_back else expression
    return values


def _selected(expression: Fragment, request: Request) -> Fragment:
    side = None if request.side == "Total" else compose("aggressor = {}", AGGRESSOR[request.side])
    condition = conjunction([side, request.filter])
    return expression if condition is None else compose("CASE WHEN {} THEN {} END", condition, expression)


def derived_columns(requests: Iterable[Request], partition: Sql) -> tuple[DerivedColumn, ...]:
    """Return the columns that look back to the previous trade, once each.

    ``partition`` gives the columns inside which a trade has a previous one.
    """
    window = compose("(PARTITION BY {} ORDER BY event_order)", partition)
    found: dict[str, DerivedColumn] = {}
    for request in requests:
        values = derived_values(request)
        for name, text in request.metric.derived.items():
            if _PREVIOUS in text:
                column = request.state_column(name)
                found[column] = DerivedColumn(column, _looking_back(text, values, window))
    return tuple(found.values())


def _looking_back(text: str, values: Mapping[str, Sql], window: Fragment) -> Fragment:
    return render_text(text, **{**values, _PREVIOUS: window})
