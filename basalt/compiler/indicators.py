"""The indicators of a pass, resolved against TA-Lib's metadata: every parameter given, every output named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ConfigDict

from basalt.catalog.indicators import IndicatorFunction, Parameter, indicator_function
from basalt.compiler.types import is_number
from basalt.configuration import TalibIndicatorConfig
from basalt.errors import BasaltError, IndicatorConfigError, Problem, UnknownColumnError, listing, nearest


class IndicatorOutput(BaseModel):
    """One output of a function: its place among the outputs, the column it becomes, and its type."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    index: int
    column: str
    type: str


class Indicator(BaseModel):
    """A TA-Lib function applied to one column, per series in time order.

    ``lookback`` is the number of values before the first output; there the outputs are null.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    function: str
    input_col: str
    parameters: dict[str, int | float]
    outputs: tuple[IndicatorOutput, ...]
    lookback: int

    @property
    def keeps_unit(self) -> bool:
        """Whether the outputs are of the same unit as the input, such as a moving average."""
        return indicator_function(self.function).keeps_scale

    def __str__(self) -> str:
        arguments = "".join(f", {name}={value:g}" for name, value in self.parameters.items())
        return f"{self.function}({self.input_col}{arguments})"


def resolve_indicators(
    asked: Iterable[TalibIndicatorConfig], available: Mapping[str, str], place: str
) -> tuple[Indicator, ...]:
    """Return the indicators of a pass; ``available`` are the columns they may read, with their types.

    Raises IndicatorConfigError with every mistake there is.
    """
    found: list[Indicator] = []
    problems: list[Problem] = []
    for index, config in enumerate(asked):
        try:
            found.append(_resolve(config, available))
        except BasaltError as error:
            where = f"{place}.talib_indicators[{index}]"
            problems += [Problem(each.message, where, each.suggestion) for each in error.problems]
    if problems:
        raise IndicatorConfigError(problems)
    return tuple(found)


def check_input_types(indicators: Iterable[Indicator], types: Mapping[str, str], place: str) -> None:
    """Raise IndicatorConfigError with every indicator whose input is not a number; ``types`` are the columns'."""
    problems = [
        Problem(f"{indicator} needs numbers, {indicator.input_col} is {type_}", f"{place}.talib_indicators[{index}]")
        for index, indicator in enumerate(indicators)
        if not is_number(type_ := types[indicator.input_col])
    ]
    if problems:
        raise IndicatorConfigError(problems)


def _resolve(config: TalibIndicatorConfig, available: Mapping[str, str]) -> Indicator:
    function = indicator_function(config.name)
    if function.input_count != 1:
        message = f"{config.name} takes {function.input_count} input series; functions of one series are supported"
        raise IndicatorConfigError(message)
    if config.input_col not in available:
        message = f"{config.name} reads {config.input_col}, which the pass does not have; it has {listing(available)}"
        raise UnknownColumnError(message, suggestion=nearest(config.input_col, available))
    parameters = _parameters(config, function)
    try:
        types = function.output_types(parameters)
        lookback = function.lookback(parameters)
    except Exception as error:  # noqa: BLE001 - TA-Lib raises bare Exception; it is handed on as the user's mistake
        message = f"{config.name} does not take these parameters: {error}"
        raise IndicatorConfigError(message) from None
    outputs = tuple(
        IndicatorOutput(index=index, column=column, type=types[index])
        for index, column in _outputs(config, function, parameters)
    )
    return Indicator(
        function=config.name, input_col=config.input_col, parameters=parameters, outputs=outputs, lookback=lookback
    )


def _parameters(config: TalibIndicatorConfig, function: IndicatorFunction) -> dict[str, Parameter]:
    given = dict(config.parameters)
    if config.timeperiod is not None:
        if "timeperiod" in given:
            message = "timeperiod is given twice, by itself and in parameters"
            raise IndicatorConfigError(message)
        given["timeperiod"] = config.timeperiod
    for name, value in given.items():
        if name not in function.defaults:
            known = listing(function.defaults) or "none"
            message = f"{config.name} has no parameter {name!r}; it has {known}"
            raise IndicatorConfigError(message, suggestion=nearest(name, function.defaults))
        if isinstance(function.defaults[name], int) and not isinstance(value, int):
            message = f"{config.name}: {name} must be a whole number, not {value}"
            raise IndicatorConfigError(message)
    return {name: _like(default, given.get(name, default)) for name, default in function.defaults.items()}


def _like(default: Parameter, value: Parameter) -> Parameter:
    return float(value) if isinstance(default, float) else value


def _outputs(
    config: TalibIndicatorConfig, function: IndicatorFunction, parameters: Mapping[str, Parameter]
) -> list[tuple[int, str]]:
    """Return the outputs wanted, as (index, column): one that is named or chosen, or all of them."""
    count = len(function.outputs)
    if config.output_col is not None and not config.output_col.strip():
        message = f"{config.name} has an empty output_col"
        raise IndicatorConfigError(message, suggestion="leave it out, or name the column")
    if config.output_index is not None and config.output_index >= count:
        message = (
            f"{config.name} has {count} outputs ({listing(function.outputs)}); there is no output {config.output_index}"
        )
        raise IndicatorConfigError(message, suggestion=f"output_index from 0 to {count - 1}")
    if config.output_index is None and config.output_col is None:
        return [(index, _column(function, parameters, index)) for index in range(count)]
    index = config.output_index or 0
    return [(index, config.output_col or _column(function, parameters, index))]


def _column(function: IndicatorFunction, parameters: Mapping[str, Parameter], index: int) -> str:
    """Name an output: SMA_14, MACD_12_26_9, MACD_12_26_9_Signal, BBANDS_20_Upperband."""
    values = [parameters["timeperiod"]] if "timeperiod" in parameters else list(parameters.values())
    base = "_".join([function.name, *(f"{value:g}" for value in values)])
    if len(function.outputs) == 1:
        return base
    suffix = function.outputs[index].removeprefix(function.name.lower()).capitalize()
    return f"{base}_{suffix}" if suffix else base
