"""Columns computed per trade before aggregation, such as the return from the trade before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from basalt.compiler.modules.trade.request import Request
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.compiler.templates import render_text

_PREVIOUS = "previous_trade"


@dataclass(frozen=True)
class DerivedColumn:
    """A column added to each trade."""

    name: str
    expression: Sql


def derived_values(request: Request) -> dict[str, Sql]:
    """Return what a metric's states may name besides columns: derived columns by name, plain expressions in place."""
    values: dict[str, Sql] = {}
    for name, text in request.metric.derived.items():
        looks_back = _PREVIOUS in text
        values[name] = Identifier(_column_name(request, name)) if looks_back else render_text(text, **values)
    return values


def derived_columns(requests: Iterable[Request], partition: Mapping[str, Sql]) -> tuple[DerivedColumn, ...]:
    """Return the columns that look back to the previous trade, once each.

    ``partition`` gives, by side, the columns inside which a trade has a previous one.
    """
    found: dict[str, DerivedColumn] = {}
    for request in requests:
        values = derived_values(request)
        window = compose("(PARTITION BY {} ORDER BY event_order)", partition[request.side])
        for name, text in request.metric.derived.items():
            if _PREVIOUS in text:
                column = _column_name(request, name)
                found[column] = DerivedColumn(column, _looking_back(text, values, window))
    return tuple(found.values())


def _looking_back(text: str, values: Mapping[str, Sql], window: Fragment) -> Fragment:
    return render_text(text, **{**values, _PREVIOUS: window})


def _column_name(request: Request, name: str) -> str:
    """Name the column by what "previous" means: among all trades, or among those of the same side."""
    return name if request.side == "Total" else f"{name}_of_side"
