"""Which outputs of an indicator are wanted, and the columns they become."""

from __future__ import annotations

from collections.abc import Mapping

from basalt.catalog.indicators import IndicatorFunction, Parameter
from basalt.configuration import TalibIndicatorConfig
from basalt.errors import IndicatorConfigError, listing, nearest

Outputs = list[tuple[int, str]]


def output_columns(
    config: TalibIndicatorConfig, function: IndicatorFunction, parameters: Mapping[str, Parameter]
) -> Outputs:
    """Return the outputs wanted, as places among the function's and columns: those that are named, or all.

    Raises IndicatorConfigError for one that the function does not have, and for a column without a name.
    """
    if config.outputs is None:
        found = _by_place(config, function, parameters)
    else:
        found = _by_name(config.outputs, function, parameters)
    if any(not column.strip() for _, column in found):
        message = f"{config.name} has an empty {'output_col' if config.outputs is None else 'name in outputs'}"
        raise IndicatorConfigError(message, suggestion="leave it out, or name the column")
    return found


def _by_place(
    config: TalibIndicatorConfig, function: IndicatorFunction, parameters: Mapping[str, Parameter]
) -> Outputs:
    count = len(function.outputs)
    if config.output_index is not None and config.output_index >= count:
        message = (
            f"{config.name} has {count} outputs ({listing(function.outputs)}); there is no output {config.output_index}"
        )
        raise IndicatorConfigError(message, suggestion=f"output_index from 0 to {count - 1}")
    if config.output_index is None and config.output_col is None:
        return [(index, _column(function, parameters, index)) for index in range(count)]
    index = config.output_index or 0
    column = _column(function, parameters, index) if config.output_col is None else config.output_col
    return [(index, column)]


def _by_name(
    wanted: list[str] | dict[str, str], function: IndicatorFunction, parameters: Mapping[str, Parameter]
) -> Outputs:
    found: Outputs = []
    for name in wanted:
        if name not in function.outputs:
            message = f"{function.name} has no output {name!r}; it has {listing(function.outputs)}"
            raise IndicatorConfigError(message, suggestion=nearest(name, function.outputs))
        index = function.outputs.index(name)
        column = wanted[name] if isinstance(wanted, dict) else _column(function, parameters, index)
        found.append((index, column))
    return found


def _column(function: IndicatorFunction, parameters: Mapping[str, Parameter], index: int) -> str:
    """Name an output: SMA_14, MACD_12_26_9, MACD_12_26_9_Signal, BBANDS_20_Upperband."""
    values = [parameters["timeperiod"]] if "timeperiod" in parameters else list(parameters.values())
    base = "_".join([function.name, *(f"{value:g}" for value in values)])
    if len(function.outputs) == 1:
        return base
    suffix = function.outputs[index].removeprefix(function.name.lower()).capitalize()
    return f"{base}_{suffix}" if suffix else base
