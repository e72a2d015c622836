"""Which bars count for an indicator, and which of them make one series: what a window is partitioned by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from basalt.compiler.indicators.model import Indicator
from basalt.compiler.indicators.statement.names import FreeNames
from basalt.compiler.layout import SelectItem
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, add_columns
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.compiler.templates import render

_DAY = 86_400_000_000_000
_TIME = Identifier("TimeBucket")

AfterNull = Literal["goes on", "restarts", "ends"]
"""What a series does after a bar without a value."""


@dataclass(frozen=True)
class SeriesRule:
    """What indicators must have in common to be computed over one window."""

    inputs: tuple[str, ...]
    after_null: AfterNull
    day_offset: int | None

    @classmethod
    def of(cls, indicator: Indicator) -> SeriesRule:
        """Return the rule of an indicator; a null that propagates leaves a window, and a recursion never."""
        after_propagating: AfterNull = "restarts" if indicator.memory == "window" else "ends"
        after_null: dict[str, AfterNull] = {"skip": "goes on", "reset": "restarts", "propagate": after_propagating}
        return cls(tuple(dict.fromkeys(indicator.inputs)), after_null[indicator.nulls], indicator.day_offset)


@dataclass(frozen=True)
class Series:
    """The series of a rule: what marks a bar that counts, and what tells the series apart."""

    rule: SeriesRule
    keys: tuple[str, ...]
    types: Mapping[str, str]
    names: FreeNames

    @property
    def counts(self) -> str:
        """The column that tells whether a bar counts."""
        return self.names("counts")

    @property
    def parts(self) -> tuple[str, ...]:
        """The columns that make a series, of the bars that count."""
        day = () if self.rule.day_offset is None else (self.names("day"),)
        stretch = (self.names("stretch"),) if self.rule.after_null == "restarts" else ()
        return (*self.keys, *day, *stretch)

    @property
    def window(self) -> Window:
        """The bars of a series in time order; those that do not count stand apart."""
        parts = join([Identifier(name) for name in (*self.parts, self.counts)])
        return Window(self.names("series"), compose("PARTITION BY {} ORDER BY {}", parts, _TIME))

    def column(self, name: str) -> Identifier:
        """Return the column that holds an input as DOUBLE."""
        return Identifier(name if self.types[name] == "DOUBLE" else self.names(name))

    def steps(self, source: str) -> list[Step]:
        """Return the steps that add these columns to the rows of a step."""
        first = [*self._numbers(), *self._days()]
        if self.rule.after_null != "ends":
            first.append(SelectItem(self._is_given(), self.counts))
        else:
            first.append(SelectItem(self._is_given(), self.names("is_given")))
        what = ", ".join(self.rule.inputs)
        steps = [Step(self.names("bars"), add_columns(source, first), f"which rows count for indicators of {what}")]
        if self.rule.after_null == "restarts":
            steps.append(self._stretches())
        if self.rule.after_null == "ends":
            steps += self._until_null()
        return steps

    def _numbers(self) -> list[SelectItem]:
        return [
            SelectItem(compose("CAST({} AS DOUBLE)", Identifier(name)), self.names(name))
            for name in self.rule.inputs
            if self.types[name] != "DOUBLE"
        ]

    def _days(self) -> list[SelectItem]:
        """Return the UTC day on which a bar starts."""
        if self.rule.day_offset is None:
            return []
        start = compose("epoch_ns({})", _TIME)
        if self.rule.day_offset:
            start = compose("({} - {})", start, self.rule.day_offset)
        return [SelectItem(render("expressions/bucket_left", moment=start, width=_DAY), self.names("day"))]

    def _is_given(self) -> Fragment:
        tests = [compose("isfinite({})", self._number(name)) for name in self.rule.inputs]
        return compose("coalesce({}, FALSE)", join(tests, " AND "))

    def _number(self, name: str) -> Sql:
        found = Identifier(name)
        return found if self.types[name] == "DOUBLE" else compose("CAST({} AS DOUBLE)", found)

    def _stretches(self) -> Step:
        nulls = compose("count(*) FILTER (WHERE NOT {}) OVER {}", Identifier(self.counts), self._days_in_order.name_sql)
        item = SelectItem(nulls, self.names("stretch"))
        body = add_columns(self.names("bars"), [item], self._days_in_order.window)
        return Step(self.names("stretches"), body, "a series begins anew after a row that does not count")

    def _until_null(self) -> list[Step]:
        order, given, begun = self._days_in_order, Identifier(self.names("is_given")), self.names("has_begun")
        so_far = compose("count(*) FILTER (WHERE {}) OVER {} > 0", given, order.name_sql)
        gaps = compose("count(*) FILTER (WHERE {} AND NOT {}) OVER {}", Identifier(begun), given, order.name_sql)
        return [
            Step(
                self.names("begun"),
                add_columns(self.names("bars"), [SelectItem(so_far, begun)], order.window),
                "a series begins with its first value",
            ),
            Step(
                self.names("unbroken"),
                add_columns(
                    self.names("begun"),
                    [SelectItem(compose("{} AND {} = 0", given, gaps), self.counts)],
                    order.window,
                ),
                "and ends with the first null after it",
            ),
        ]

    @property
    def _days_in_order(self) -> _Order:
        parts = [Identifier(name) for name in (*self.keys, *((self.names("day"),) if self._days() else ()))]
        by = compose("PARTITION BY {} ", join(parts)) if parts else Fragment("")
        return _Order(Window(self.names("in_order"), compose("{}ORDER BY {}", by, _TIME)))


@dataclass(frozen=True)
class _Order:
    window: Window

    @property
    def name_sql(self) -> Identifier:
        return Identifier(self.window.name)
