"""The formulas of indicators: templates over windows and lists, and calls of TA-Lib's functions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from basalt.catalog.indicator_forms import SqlForm, sql_forms
from basalt.catalog.indicators import indicator_function
from basalt.compiler.indicators.functions import function_name
from basalt.compiler.indicators.model import Indicator
from basalt.compiler.indicators.statement.names import FreeNames
from basalt.compiler.layout import SelectItem
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.templates import render, render_block, render_text

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class SqlFormula:
    """An indicator as SQL over the columns ``inputs``, one for each series it takes; ``window`` names their window."""

    indicator: Indicator
    inputs: tuple[Identifier, ...]
    window: Identifier
    names: FreeNames

    @property
    def form(self) -> SqlForm:
        """The template."""
        return sql_forms()[self.indicator.function]

    def levels(self) -> list[list[SelectItem]]:
        """Return what is computed before the outputs: what needs the inputs only, what needs that, and so on."""
        depths: dict[str, int] = {}
        found: list[list[SelectItem]] = []
        for name, text in self.form.columns.items():
            words = set(_WORD.findall(text))
            depth = max((depths[other] + 1 for other in depths if other in words), default=0)
            depths[name] = depth
            found += [[]] if depth == len(found) else []
            found[depth].append(SelectItem(render_text(text, **self._values), self.names(name)))
        return found

    def outputs(self) -> Iterator[tuple[str, Fragment]]:
        """Yield the columns of the outputs with their formulas."""
        names = indicator_function(self.indicator.function).outputs
        for output in self.indicator.outputs:
            yield output.column, render_block(self.form.value, names[output.index], **self._values)

    @cached_property
    def _values(self) -> Mapping[str, object]:
        taken = indicator_function(self.indicator.function).inputs
        return {
            **{name: _parameter(value) for name, value in self.indicator.parameters.items()},
            **{each.name: column for each, column in zip(taken, self.inputs, strict=True)},
            **{name: Identifier(self.names(name)) for name in self.form.columns},
            "series": self.window,
            "last": self._last,
            "since_start": compose("({} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)", self.window),
            "exponential": _exponential,
            "wilder": _wilder,
        }

    def _last(self, bars: int) -> Fragment:
        """Return the window of so many bars, the present one included."""
        return compose("({} ROWS BETWEEN {} PRECEDING AND CURRENT ROW)", self.window, bars - 1)


@dataclass(frozen=True)
class CallFormula:
    """An indicator as a call of TA-Lib's function over the lists ``inputs``; its outputs are as long as they are."""

    indicator: Indicator
    inputs: tuple[Identifier, ...]
    names: FreeNames

    def levels(self) -> list[list[SelectItem]]:
        """Return the call."""
        parameters = [Literal(value) for value in self.indicator.parameters.values()]
        name = function_name(self.indicator.function)
        call = compose(name + "({})", join([*self.inputs, *parameters]))
        return [[SelectItem(call, self._called)]]

    def outputs(self) -> Iterator[tuple[str, Sql]]:
        """Yield the columns of the outputs with what stands for them."""
        names = indicator_function(self.indicator.function).outputs
        for output in self.indicator.outputs:
            found = Identifier(self._called)
            yield output.column, found if len(names) == 1 else compose("{}.{}", found, Identifier(names[output.index]))

    @property
    def _called(self) -> str:
        return self.names(self.indicator.function.lower())


def _parameter(value: float) -> int | Literal:
    return value if isinstance(value, int) else Literal(value)


def _exponential(values: Sql, period: int) -> Fragment:
    return render("expressions/smoothed", values=values, period=period, weight=compose("2 / {}", period + 1))


def _wilder(values: Sql, period: int) -> Fragment:
    return render("expressions/smoothed", values=values, period=period, weight=compose("1 / {}", period))
