"""Which columns an indicator is computed from."""

from __future__ import annotations

from collections.abc import Sequence

from basalt.catalog.indicators import IndicatorFunction, InputSeries
from basalt.configuration import TalibIndicatorConfig
from basalt.errors import IndicatorConfigError, Problem, UnknownColumnError, listing, nearest

_USUAL_COLUMNS = {
    "open": ("Open",),
    "high": ("High",),
    "low": ("Low",),
    "close": ("Close",),
    "volume": ("Volume", "TradeTotalVolume"),
}
"""The columns that stand for a series where the configuration names none, the first one present."""


def input_columns(
    config: TalibIndicatorConfig, function: IndicatorFunction, available: Sequence[str]
) -> tuple[str, ...]:
    """Return the column of each series that the function takes, in its order.

    Raises IndicatorConfigError for a series that the function does not take or that nothing stands for,
    UnknownColumnError for a column that is not there.
    """
    given = _given(config, function)
    columns = [
        given[each.name] if each.name in given else _usual_column(each, function, available) for each in function.inputs
    ]
    problems = [
        Problem(
            f"{function.name} reads {name}, which the pass does not have; it has {listing(available)}",
            suggestion=nearest(name, available),
        )
        for name in dict.fromkeys(columns)
        if name not in available
    ]
    if problems:
        raise UnknownColumnError(problems)
    return tuple(columns)


def _given(config: TalibIndicatorConfig, function: IndicatorFunction) -> dict[str, str]:
    """Return the columns that the configuration names, by the function's own names of its series."""
    if config.input_col is not None:
        if len(function.inputs) != 1:
            message = f"{function.name} takes {len(function.inputs)} series, input_col names one column"
            raise IndicatorConfigError(message, suggestion=_as_asked(function))
        return {function.inputs[0].name: config.input_col}
    known = {name: each.name for each in function.inputs for name in (each.usual, each.name)}
    given: dict[str, str] = {}
    for name, column in config.inputs.items():
        if name not in known:
            message = f"{function.name} takes no series {name!r}; it takes {_series_of(function)}"
            raise IndicatorConfigError(message, suggestion=nearest(name, known))
        if known[name] in given:
            message = f"{function.name}: {name} is the series {known[name]}, which inputs names already"
            raise IndicatorConfigError(message)
        given[known[name]] = column
    return given


def _usual_column(series: InputSeries, function: IndicatorFunction, available: Sequence[str]) -> str:
    """Return the column that stands for a series where none is named."""
    if series.name not in (series.usual, "price") or series.usual not in _USUAL_COLUMNS:
        message = f"{function.name} does not know what to take for {series.name}"
        raise IndicatorConfigError(message, suggestion=_as_asked(function))
    columns = _USUAL_COLUMNS[series.usual]
    found = next((name for name in columns if name in available), None)
    if found is None:
        message = f"{function.name} takes {' or '.join(columns)} for {series.usual}; the pass has {listing(available)}"
        raise IndicatorConfigError(message, suggestion=_as_asked(function))
    return found


def _as_asked(function: IndicatorFunction) -> str:
    """Return how to name the columns."""
    return "say which, inputs: {" + ", ".join(f"{each.name}: <column>" for each in function.inputs) + "}"


def _series_of(function: IndicatorFunction) -> str:
    return listing(each.name for each in function.inputs)
