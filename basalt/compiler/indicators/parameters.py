"""The parameters of an indicator: each known, of its type and within its range, the others as TA-Lib has them."""

from __future__ import annotations

from collections.abc import Mapping

from basalt.catalog.indicators import IndicatorFunction, Parameter, is_kind_of_average, kinds_of_average
from basalt.configuration import TalibIndicatorConfig
from basalt.errors import IndicatorConfigError, listing, nearest

Given = int | float | str


def parameter_values(config: TalibIndicatorConfig, function: IndicatorFunction) -> dict[str, Parameter]:
    """Return the value of every parameter of the function, in its order.

    Raises IndicatorConfigError for a parameter that the function does not have or does not take.
    """
    given = {name: _number(function, name, value) for name, value in _given(config).items()}
    values = {name: given.get(name, default) for name, default in function.defaults.items()}
    if not function.accepts(values):
        _refuse(function, given)
    return values


def _given(config: TalibIndicatorConfig) -> dict[str, Given]:
    given: dict[str, Given] = dict(config.parameters)
    if config.timeperiod is not None:
        if "timeperiod" in given:
            message = "timeperiod is given twice, by itself and in parameters"
            raise IndicatorConfigError(message)
        given["timeperiod"] = config.timeperiod
    return given


def _number(function: IndicatorFunction, name: str, value: Given) -> Parameter:
    """Return a parameter as the number that TA-Lib takes."""
    if name not in function.defaults:
        known = listing(function.defaults) or "none"
        message = f"{function.name} has no parameter {name!r}; it has {known}"
        raise IndicatorConfigError(message, suggestion=nearest(name, function.defaults))
    if isinstance(value, str) and is_kind_of_average(name):
        return _kind_of_average(function, name, value)
    if isinstance(value, str):
        message = f"{function.name}: {name} must be a number, not {value!r}"
        raise IndicatorConfigError(message)
    if isinstance(function.defaults[name], float):
        return float(value)
    if not isinstance(value, int):
        message = f"{function.name}: {name} must be a whole number, not {value}"
        raise IndicatorConfigError(message)
    return value


def _kind_of_average(function: IndicatorFunction, name: str, value: str) -> int:
    kinds = kinds_of_average()
    if value not in kinds:
        message = f"{function.name}: {name} is no moving average {value!r}; there are {listing(kinds)}"
        raise IndicatorConfigError(message, suggestion=nearest(value, kinds))
    return kinds[value]


def _refuse(function: IndicatorFunction, given: Mapping[str, Parameter]) -> None:
    """Raise IndicatorConfigError that says which parameter is out of range, or that they do not go together."""
    for name, value in given.items():
        if function.accepts({**function.defaults, name: value}):
            continue
        if isinstance(value, float):
            message = f"{function.name}: {name} is out of range: {value:g}"
            raise IndicatorConfigError(message)
        least, most = function.limits(name)
        message = f"{function.name}: {name} must be from {least} to {most}, not {value}"
        raise IndicatorConfigError(message)
    told = ", ".join(f"{name}={value:g}" for name, value in given.items())
    message = f"{function.name} does not take these parameters together: {told}"
    raise IndicatorConfigError(message)
