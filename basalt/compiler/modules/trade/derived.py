"""Columns computed per trade before aggregation, such as the return from the trade before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from basalt.catalog.metrics import looks_around
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import AGGRESSOR
from basalt.compiler.select import Window
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, conjunction, join
from basalt.compiler.templates import render_text

_IN_ORDER = "in_order"


@dataclass(frozen=True)
class DerivedColumn:
    """A column added to each trade, in the step of that number: it reads columns of earlier ones."""

    name: str
    expression: Sql
    step: int


@dataclass(frozen=True)
class Bucket:
    """The trades among which a trade has one before and after it: the columns they share, and when they end (ns)."""

    partition: Sql
    end: Sql

    def window(self, requests: Iterable[Request]) -> Window:
        """Return the trades of a bucket in order; trades of one place in it are told apart by all that is compared."""
        read = [name for request in requests if request.metric.looks_around for name in request.metric.requires]
        ties = [
            "aggressor" if name == "AggressorSide" else name for name in dict.fromkeys(read) if name != "LocalPrice"
        ]
        order = join(Identifier(name) for name in ("event_order", *ties))
        return Window(_IN_ORDER, compose("PARTITION BY {} ORDER BY {}", self.partition, order))

    @property
    def values(self) -> dict[str, Sql]:
        """What an expression that looks around may name."""
        window = Identifier(_IN_ORDER)
        return {"previous_trade": window, "next_trade": window, "bucket_end": self.end}


def derived_values(request: Request) -> dict[str, Sql]:
    """Return what a metric's states may name besides columns: derived columns by name, or expressions in place."""
    values = dict(request.values)
    if request.metric.looks_around:
        return values | {name: Identifier(request.state_column(name)) for name in request.metric.derived}
    for name, text in request.metric.derived.items():
        values[name] = render_text(text, **values)
    return values


def derived_columns(requests: Iterable[Request], bucket: Bucket) -> tuple[DerivedColumn, ...]:
    """Return the columns of metrics that look at the trade before or after, once each, in the order of their steps.

    What does not look around is null for trades of other sides and those filtered out: the previous trade is the
    previous one of the same selection.
    """
    found: dict[str, DerivedColumn] = {}
    for request in requests:
        if request.metric.looks_around:
            values = {**derived_values(request), **bucket.values}
            for name, step in request.metric.derived_levels().items():
                column = request.state_column(name)
                found[column] = DerivedColumn(column, _expression(request, name, values), step)
    return tuple(sorted(found.values(), key=lambda each: each.step))


def _expression(request: Request, name: str, values: Mapping[str, Sql]) -> Fragment:
    text = request.metric.derived[name]
    expression = render_text(text, **values)
    return expression if looks_around(text) else _selected(expression, request)


def _selected(expression: Fragment, request: Request) -> Fragment:
    side = None if request.side == "Total" else compose("aggressor = {}", AGGRESSOR[request.side])
    condition = conjunction([side, request.filter])
    return expression if condition is None else compose("CASE WHEN {} THEN {} END", condition, expression)
