"""Resolves the indicators of a pass: every parameter given, every series and output named, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from basalt.catalog.indicator_memory import Memory, memory
from basalt.catalog.indicators import IndicatorFunction, Parameter, indicator_function
from basalt.compiler.indicators.inputs import input_columns
from basalt.compiler.indicators.model import Indicator, IndicatorOutput
from basalt.compiler.indicators.outputs import output_columns
from basalt.compiler.indicators.parameters import parameter_values
from basalt.compiler.types import is_number
from basalt.configuration import TalibIndicatorConfig
from basalt.errors import BasaltError, IndicatorConfigError, Problem


@dataclass(frozen=True)
class Rows:
    """What indicators are computed on: the columns of a pass, and its buckets.

    ``label_offset`` is the time from the start of a bucket to its ``TimeBucket``, in nanoseconds.
    """

    columns: tuple[str, ...]
    label_offset: int


def resolve_indicators(asked: Iterable[TalibIndicatorConfig], rows: Rows, place: str) -> tuple[Indicator, ...]:
    """Return the indicators of a pass.

    Raises IndicatorConfigError with every mistake there is.
    """
    found: list[Indicator] = []
    problems: list[Problem] = []
    for index, config in enumerate(asked):
        try:
            found.append(_resolve(config, rows))
        except BasaltError as error:
            where = f"{place}.talib_indicators[{index}]"
            problems += [Problem(each.message, where, each.suggestion) for each in error.problems]
    if problems:
        raise IndicatorConfigError(problems)
    return tuple(found)


def check_input_types(indicators: Iterable[Indicator], types: Mapping[str, str], place: str) -> None:
    """Raise IndicatorConfigError with every input that is not a number; ``types`` are the columns'."""
    problems = [
        Problem(f"{indicator} needs numbers, {column} is {types[column]}", f"{place}.talib_indicators[{index}]")
        for index, indicator in enumerate(indicators)
        for column in dict.fromkeys(indicator.inputs)
        if not is_number(types[column])
    ]
    if problems:
        raise IndicatorConfigError(problems)


def _resolve(config: TalibIndicatorConfig, rows: Rows) -> Indicator:
    function = indicator_function(config.name)
    parameters = parameter_values(config, function)
    types = function.output_types(parameters)
    return Indicator(
        function=config.name,
        inputs=input_columns(config, function, rows.columns),
        parameters=parameters,
        outputs=tuple(
            IndicatorOutput(index=index, column=column, type=types[index])
            for index, column in output_columns(config, function, parameters)
        ),
        lookback=function.lookback(parameters),
        memory=_memory(config, function, parameters),
        nulls=config.nulls,
        day_offset=None if config.reset is None else rows.label_offset,
    )


def _memory(config: TalibIndicatorConfig, function: IndicatorFunction, parameters: Mapping[str, Parameter]) -> Memory:
    """Return what the outputs depend on; a null that propagates through a recursive function is never forgotten."""
    found = memory(function, parameters)
    return "unlimited" if config.nulls == "propagate" and found == "fading" else found
