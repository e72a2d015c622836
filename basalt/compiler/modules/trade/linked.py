"""Columns that depend on the trades next to a trade, such as the return from the trade before."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from basalt.catalog.metrics import looks_around
from basalt.compiler.modules.events.filters import row_name
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import AGGRESSOR
from basalt.compiler.modules.trade.values import TradeValues, ValueColumn
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, add_columns
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, conjunction, join
from basalt.compiler.templates import render_text

_LINKED = "linked_trades"
_IN_ORDER = "in_order"
_COMMENT = "each trade with what depends on the trades next to it"
_FOLLOWS = "each trade with what follows from that"


@dataclass(frozen=True)
class Bucket:
    """The trades among which a trade has one before and after it: the columns they share, and when they end (ns)."""

    partition: Sql
    end: Sql

    def window(self, requests: Sequence[Request]) -> Window:
        """Return the trades of a bucket in order; trades of one place in it are told apart by all that is compared."""
        read = [name for request in requests if request.metric.looks_around for name in request.metric.requires]
        ties = [
            "aggressor" if name == "AggressorSide" else row_name(name)
            for name in dict.fromkeys(read)
            if name != "LocalPrice"
        ]
        order = join(Identifier(name) for name in ("event_order", *ties))
        return Window(_IN_ORDER, compose("PARTITION BY {} ORDER BY {}", self.partition, order))

    @property
    def values(self) -> dict[str, Sql]:
        """What an expression that looks around may name."""
        window = Identifier(_IN_ORDER)
        return {**dict.fromkeys(("previous_trade", "next_trade", "trades_in_order"), window), "bucket_end": self.end}


@dataclass(frozen=True)
class LinkedValues:
    """The columns of metrics that look at the trade before or after.

    What these read of a trade by itself is null for trades of other sides and those filtered out: the previous trade
    is the previous one of the same selection.
    """

    values: TradeValues
    bucket: Bucket

    def of(self, request: Request) -> dict[str, Sql]:
        """Return what the metric's templates may name: its values by their columns, and what was given."""
        return named_values(request, self.values)

    def selected(self, requests: Sequence[Request]) -> tuple[ValueColumn, ...]:
        """Return the values that metrics of a side, or under a filter, compare: null for trades that are not of it."""
        return _once(each for request in requests for each in self._selected(request))

    def _selected(self, request: Request) -> Iterator[ValueColumn]:
        if is_selective(request):
            for name in request.metric.aggregated_values():
                value = _selection(request, Identifier(self.values.name(name)))
                yield ValueColumn(request.state_column(name), value, 0)

    def columns(self, requests: Sequence[Request]) -> tuple[ValueColumn, ...]:
        """Return the columns that depend on other trades, in the order of their steps."""
        return _once(each for request in requests for each in self._linked(request))

    def _linked(self, request: Request) -> Iterator[ValueColumn]:
        names = {**self.of(request), **self.bucket.values}
        for name, step in request.metric.linked_levels().items():
            text = request.metric.derived[name]
            expression = render_text(text, **names)
            if is_selective(request) and not looks_around(text):
                expression = _selection(request, expression)
            yield ValueColumn(request.state_column(name), expression, step, looks_around(text))

    def steps(self, source: str, requests: Sequence[Request]) -> list[Step]:
        """Return the steps that add the columns to the rows of a step."""
        steps: list[Step] = []
        for number, group in itertools.groupby(self.columns(requests), lambda column: column.step):
            columns = list(group)
            name = _LINKED if number == 1 else f"{_LINKED}_{number}"
            window = self.bucket.window(requests) if any(column.looks_around for column in columns) else None
            body = add_columns(steps[-1].name if steps else source, [column.item for column in columns], window)
            steps.append(Step(name, body, _COMMENT if window else _FOLLOWS))
        return steps


def named_values(request: Request, values: TradeValues) -> dict[str, Sql]:
    """Return what a metric's states may name: its values by their columns, and what was given."""
    found, metric = values.of(request), request.metric
    if is_selective(request):
        found |= {name: Identifier(request.state_column(name)) for name in metric.aggregated_values()}
    return found | {name: Identifier(request.state_column(name)) for name in metric.linked_levels()}


def is_selective(request: Request) -> bool:
    """Tell whether a metric compares trades of a selection with each other, and not with those between them."""
    return request.metric.looks_around and (request.side != "Total" or request.filter is not None)


def _selection(request: Request, value: Sql) -> Fragment:
    side = None if request.side == "Total" else compose("aggressor = {}", AGGRESSOR[request.side])
    return compose("CASE WHEN {} THEN {} END", conjunction([side, request.filter]) or Fragment("TRUE"), value)


def _once(columns: Iterator[ValueColumn]) -> tuple[ValueColumn, ...]:
    found = {each.name: each for each in columns}
    return tuple(sorted(found.values(), key=lambda each: each.step))
