"""Values of a trade by itself, such as what it cost: named columns, added before trades are aggregated."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.filters import row_name
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import CARRIED
from basalt.compiler.plan import Step
from basalt.compiler.select import add_columns
from basalt.compiler.sql import Fragment, Identifier, Sql
from basalt.compiler.templates import render_text

VALUED = "valued_trades"
_WORKING = ("ListingId", "LocalPrice", "Size", *CARRIED, "event_ns", "sequence", "bucket", "event_order")
_COMMENT = "each trade with the values that metrics are made of"


@dataclass(frozen=True)
class ValueColumn:
    """A column added to each trade, in the step of that number: it reads columns of earlier ones."""

    name: str
    expression: Fragment
    step: int
    looks_around: bool = False

    @property
    def item(self) -> SelectItem:
        """The column with its name."""
        return SelectItem(self.expression, self.name)


@dataclass(frozen=True)
class TradeValues:
    """The values of trades that the requested columns are made of; all metrics and sides share them."""

    requests: tuple[Request, ...]

    def of(self, request: Request) -> dict[str, Sql]:
        """Return what the metric's templates may name: the values of a trade by their columns, and what was given."""
        return {**request.values, **{name: Identifier(self.name(name)) for name in request.metric.own_levels()}}

    def name(self, value: str) -> str:
        """Return the column of a value: its name, changed where trades have another column of it."""
        return self._names[value]

    def columns(self, requests: Sequence[Request]) -> tuple[ValueColumn, ...]:
        """Return the columns of some of the requests, each once, in the order of their steps."""
        found = {each.name: each for request in requests for each in self._columns_of(request)}
        return tuple(sorted(found.values(), key=lambda each: each.step))

    def steps(self, source: str) -> list[Step]:
        """Return the steps that add the values to the rows of a step, none where there are no values."""
        steps: list[Step] = []
        for number, columns in itertools.groupby(self.columns(self.requests), lambda column: column.step):
            name = VALUED if number == 1 else f"{VALUED}_{number}"
            read = steps[-1].name if steps else source
            steps.append(Step(name, add_columns(read, [column.item for column in columns]), _COMMENT))
        return steps

    def _columns_of(self, request: Request) -> Iterator[ValueColumn]:
        values = self.of(request)
        for name, step in request.metric.own_levels().items():
            yield ValueColumn(self.name(name), render_text(request.metric.derived[name], **values), step)

    @cached_property
    def _names(self) -> dict[str, str]:
        """The column of each value; values that are computed in the same way are one column."""
        names: dict[str, str] = {}
        columns: dict[str, str] = {}
        for request in self.requests:
            for value in request.metric.own_levels():
                known = {name: Identifier(column) for name, column in names.items()}
                expression = render_text(request.metric.derived[value], **{**request.values, **known})
                names[value] = columns.setdefault(expression.text, self._free(value))
        return names

    def _free(self, value: str) -> str:
        name = row_name(value)
        while name.casefold() in self._taken:
            name = f"value_{name}"
        return name

    @cached_property
    def _taken(self) -> frozenset[str]:
        read = (row_name(column) for request in self.requests for column in request.requires)
        return frozenset(name.casefold() for name in (*_WORKING, "aggressor", "counted", *read))
