"""Indicators as steps of a pass's SQL: windows over its rows, and lists per series that are taken apart again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from basalt.catalog.indicator_forms import sql_forms
from basalt.compiler.indicators.model import Indicator
from basalt.compiler.indicators.statement.formula import CallFormula, SqlFormula
from basalt.compiler.indicators.statement.names import FreeNames
from basalt.compiler.indicators.statement.series import Series, SeriesRule
from basalt.compiler.layout import SelectItem, select_list
from basalt.compiler.plan import Step
from basalt.compiler.select import add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.compiler.templates import render

_TIME = "TimeBucket"


@dataclass(frozen=True)
class Rows:
    """The rows of a pass without its indicators: the step that holds them, their series keys and types."""

    step: str
    keys: tuple[str, ...]
    types: Mapping[str, str]


def indicator_steps(rows: Rows, indicators: Sequence[Indicator], *, calls_talib: bool) -> list[Step]:
    """Return the steps that add indicators to rows; the last one holds all that the rows have, and the outputs.

    ``calls_talib`` has the functions of ``basalt.register_functions`` compute them; otherwise each needs an SQL form.
    """
    outputs = [output.column for each in indicators for output in each.outputs]
    names = FreeNames.beside([*rows.types, *outputs])
    groups: defaultdict[SeriesRule, list[tuple[int, Indicator]]] = defaultdict(list)
    for number, each in enumerate(indicators, 1):
        groups[SeriesRule.of(each)].append((number, each))
    steps: list[Step] = []
    source = rows.step
    for number, (rule, members) in enumerate(groups.items(), 1):
        series = Series(rule, rows.keys, rows.types, names.of(number))
        steps += series.steps(source)
        windowed = [] if calls_talib else [each for each in members if _is_window(each[1])]
        listed = [each for each in members if each not in windowed]
        if windowed:
            steps += _windowed(series, windowed, steps[-1].name)
        if listed:
            steps[-1] = replace(steps[-1], is_kept=True)  # read twice: for the lists, and for what they are joined to
            steps += _Lists(series, tuple(listed), calls_talib).steps(steps[-1].name)
        source = steps[-1].name
    return steps


def _is_window(indicator: Indicator) -> bool:
    return sql_forms()[indicator.function].shape == "window"


def _windowed(series: Series, members: Sequence[tuple[int, Indicator]], source: str) -> list[Step]:
    """Add the outputs that are expressions over windows."""
    names, window = series.names, series.window
    position = names("position")
    formulas = [
        SqlFormula(each, tuple(map(series.column, each.inputs)), Identifier(window.name), names.of(number))
        for number, each in members
    ]
    first = SelectItem(compose("row_number() OVER {}", Identifier(window.name)), position)
    columns = [first, *(item for formula in formulas for level in formula.levels() for item in level)]
    numbered = Step(names("numbered"), add_columns(source, columns, window), "the place of each row in its series")
    outputs = [
        SelectItem(
            render(
                "expressions/after_lookback",
                counts=Identifier(series.counts),
                position=Identifier(position),
                lookback=formula.indicator.lookback,
                value=value,
            ),
            column,
        )
        for formula in formulas
        for column, value in formula.outputs()
    ]
    what = ", ".join(str(formula.indicator) for formula in formulas)
    return [numbered, Step(names("windows"), add_columns(numbered.name, outputs, window), what)]


def _levels(formulas: Sequence[SqlFormula | CallFormula]) -> list[list[SelectItem]]:
    """Return what is computed before the outputs: first what needs the inputs only, then what needs the first, ..."""
    found: list[list[SelectItem]] = []
    for formula in formulas:
        for level, items in enumerate(formula.levels()):
            found += [[]] if level == len(found) else []
            found[level] += items
    return found


@dataclass(frozen=True)
class _Lists:
    """The indicators of a series that are computed from lists."""

    series: Series
    members: tuple[tuple[int, Indicator], ...]
    calls_talib: bool

    def steps(self, source: str) -> list[Step]:
        """Return the steps: the lists of each series, what is computed from them, taken apart, and joined."""
        names, parts = self.series.names, self.series.parts
        formulas = list(self._formulas())
        lists = select(
            [*map(SelectItem.column, parts), *self._lists()],
            Identifier(source),
            where=[Identifier(self.series.counts)],
            group_by=parts,
        )
        what = ", ".join(str(formula.indicator) for formula in formulas)
        steps = [Step(names("lists"), lists, "each series as lists in time order")]
        for number, items in enumerate(_levels(formulas), 1):  # an alias of the same SELECT would be computed again
            steps.append(Step(names.of(number)("computed"), add_columns(steps[-1].name, items), what))
        values = [SelectItem(value, column) for formula in formulas for column, value in self._values(formula)]
        keys = [SelectItem.column(name) for name in self.series.keys]
        moments = SelectItem(compose("unnest({})", self._times), _TIME)
        apart = select([*keys, moments, *values], Identifier(steps[-1].name))
        steps.append(Step(names("values"), apart, "the lists as rows again"))
        columns = [column for formula in formulas for column, _ in formula.outputs()]
        return [*steps, Step(names("joined"), self._joined(source, steps[-1].name, columns), what)]

    @property
    def _times(self) -> Identifier:
        return Identifier(self._times_name)

    @property
    def _times_name(self) -> str:
        return self.series.names("times")

    def _list_name(self, column: str) -> str:
        return self.series.names(f"{column}_list")

    def _lists(self) -> Iterator[SelectItem]:
        yield SelectItem(compose("list({} ORDER BY {})", Identifier(_TIME), Identifier(_TIME)), self._times_name)
        for name in self.series.rule.inputs:
            value = compose("list({} ORDER BY {})", self.series.column(name), Identifier(_TIME))
            yield SelectItem(value, self._list_name(name))

    def _formulas(self) -> Iterator[SqlFormula | CallFormula]:
        for number, each in self.members:
            inputs = tuple(Identifier(self._list_name(name)) for name in each.inputs)
            names = self.series.names.of(number)
            if self.calls_talib:
                yield CallFormula(each, inputs, names)
            else:
                yield SqlFormula(each, inputs, Identifier(self.series.window.name), names)

    def _values(self, formula: SqlFormula | CallFormula) -> Iterator[tuple[str, Sql]]:
        """Yield the outputs as rows, a value per bar of the series."""
        for column, value in formula.outputs():
            if isinstance(formula, CallFormula):
                yield column, compose("unnest({})", value)
            else:
                yield (
                    column,
                    render(
                        "expressions/unnested_after_lookback",
                        times=self._times,
                        lookback=formula.indicator.lookback,
                        values=value,
                    ),
                )

    def _joined(self, source: str, values: str, columns: Sequence[str]) -> Fragment:
        left, right = Identifier(source), Identifier(values)
        items = [SelectItem(compose("{}.{}", right, Identifier(name)), name) for name in columns]
        same = [
            compose("{}.{} IS NOT DISTINCT FROM {}.{}", left, Identifier(name), right, Identifier(name))
            for name in self.series.keys
        ]
        same.append(compose("{}.TimeBucket = {}.TimeBucket", left, right))
        return render(
            "shapes/join",
            columns=compose("{}.*,\n    {}", left, select_list(items)),
            left=left,
            kind=Fragment("LEFT"),
            right=right,
            on=join(same, "\n AND "),
        )
