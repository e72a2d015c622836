"""TA-Lib's functions, by their own metadata: inputs, parameters, outputs, lookback."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from basalt.errors import UnknownIndicatorError, listing, nearest

Parameter = int | float
Series = npt.NDArray[Any]


@dataclass(frozen=True)
class IndicatorFunction:
    """A TA-Lib function: how many series it takes, its parameters with their defaults, its outputs in order."""

    name: str
    input_count: int
    defaults: Mapping[str, Parameter]
    outputs: tuple[str, ...]
    keeps_scale: bool

    def call(self, series: Series, parameters: Mapping[str, Parameter]) -> tuple[Series, ...]:
        """Return every output of the function for one contiguous float64 series, each as long as the series.

        Raises the exception TA-Lib raises, for example when a parameter is out of range.
        """
        found = _callable(self.name)(series, **parameters)
        return found if isinstance(found, tuple) else (found,)

    def lookback(self, parameters: Mapping[str, Parameter]) -> int:
        """Return how many values come before the first output.

        Raises ValueError when the parameters are out of the function's range.
        """
        function = _abstract().Function(self.name)
        function.parameters = dict(parameters)
        bars = int(function.lookback)
        if bars < 0:
            message = f"the parameters {dict(parameters)} are outside the range of {self.name}"
            raise ValueError(message)
        return bars

    def output_types(self, parameters: Mapping[str, Parameter]) -> tuple[str, ...]:
        """Return the DuckDB type of each output: DOUBLE, or INTEGER for codes and positions."""
        series = np.linspace(1.0, 2.0, self.lookback(parameters) + 2)
        kinds = (output.dtype.kind for output in self.call(series, parameters))
        return tuple("INTEGER" if kind == "i" else "DOUBLE" for kind in kinds)


def indicator_function(name: str) -> IndicatorFunction:
    """Return a function by TA-Lib's name for it.

    Raises UnknownIndicatorError with the nearest name.
    """
    names = indicator_names()
    if name not in names:
        message = f"TA-Lib has no function {name!r}"
        raise UnknownIndicatorError(message, suggestion=nearest(name, names) or f"it has {listing(names, 12)}")
    return _described(name)


@functools.cache
def indicator_names() -> tuple[str, ...]:
    """Return the names of all functions of the installed TA-Lib."""
    return tuple(sorted(_talib().get_functions()))


@functools.cache
def _described(name: str) -> IndicatorFunction:
    info = _abstract().Function(name).info
    series = [each for value in info["input_names"].values() for each in ([value] if isinstance(value, str) else value)]
    return IndicatorFunction(
        name=name,
        input_count=len(series),
        defaults=dict(info["parameters"]),
        outputs=tuple(info["output_names"]),
        keeps_scale="Output scale same as input" in (info["function_flags"] or ()),
    )


def _callable(name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(_talib(), name)
    return function


def _talib() -> ModuleType:
    import talib  # noqa: PLC0415 - takes most of a second; only pipelines with indicators pay for it

    module: ModuleType = talib
    return module


def _abstract() -> ModuleType:
    from talib import abstract  # noqa: PLC0415 - as above

    module: ModuleType = abstract
    return module
