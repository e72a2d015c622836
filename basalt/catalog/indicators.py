"""TA-Lib's functions, by their own metadata: inputs, parameters, outputs, lookback."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

from basalt.errors import UnknownIndicatorError, listing, nearest

Parameter = int | float
Series = npt.NDArray[Any]
Floats = npt.NDArray[np.float64]

_KIND_OF_AVERAGE = "matype"
_CUMULATIVE = "Output is path-dependent"
_RECURSIVE = "Function has an unstable period"
_KEEPS_SCALE = "Output scale same as input"
_LEAST_INTEGER = -(2**31)
_NOT_GIVEN = (_LEAST_INTEGER, -4e37)
"""What TA-Lib takes for "not given", whole and real, and a user cannot mean."""


@dataclass(frozen=True)
class InputSeries:
    """A series that a function takes.

    ``name`` is the function's word for it (high, volume, price, price0, periods), ``usual`` the series that TA-Lib
    takes for it by default (high, volume, close, ...).
    """

    name: str
    usual: str


@dataclass(frozen=True)
class IndicatorFunction:
    """A TA-Lib function: the series it takes, its parameters with their defaults, its outputs, all in order."""

    name: str
    inputs: tuple[InputSeries, ...]
    defaults: Mapping[str, Parameter]
    outputs: tuple[str, ...]
    flags: frozenset[str]

    @property
    def keeps_scale(self) -> bool:
        """Whether the outputs are of the input's unit, such as a moving average."""
        return _KEEPS_SCALE in self.flags

    @property
    def is_cumulative(self) -> bool:
        """Whether outputs depend on every bar since the first one, as On Balance Volume does."""
        return _CUMULATIVE in self.flags

    @property
    def is_recursive(self) -> bool:
        """Whether TA-Lib says that outputs depend on more bars than the lookback has, to a degree that fades."""
        return _RECURSIVE in self.flags

    def call(self, series: Sequence[Series], parameters: Mapping[str, Parameter]) -> tuple[Series, ...]:
        """Return every output of the function for contiguous float64 series, each as long as the series.

        Raises the exception TA-Lib raises, for example when a parameter is out of range.
        """
        found = _callable(self.name)(*series, **parameters)
        return tuple(found) if isinstance(found, (tuple, list)) else (found,)

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
        kinds = (output.dtype.kind for output in self.call([series] * len(self.inputs), parameters))
        return tuple("INTEGER" if kind == "i" else "DOUBLE" for kind in kinds)

    def accepts(self, parameters: Mapping[str, Parameter]) -> bool:
        """Tell whether TA-Lib takes these parameters."""
        if any(value in _NOT_GIVEN for value in parameters.values()):
            return False
        try:
            self.output_types(parameters)
        except Exception:  # noqa: BLE001 - TA-Lib raises bare Exception for whatever it does not take
            return False
        return True

    def limits(self, parameter: str) -> tuple[int, int]:
        """Return the least and the greatest value of a parameter that is a whole number, as TA-Lib takes them."""
        default = int(self.defaults[parameter])

        def furthest(bound: int) -> int:
            inside, outside = default, bound
            while abs(outside - inside) > 1:
                middle = (inside + outside) // 2
                if self.accepts({**self.defaults, parameter: middle}):
                    inside = middle
                else:
                    outside = middle
            return inside

        return furthest(_LEAST_INTEGER), furthest(2**31)


def is_kind_of_average(parameter: str) -> bool:
    """Tell whether a parameter says which moving average is meant, which ``kinds_of_average`` names."""
    return parameter.endswith(_KIND_OF_AVERAGE)


@functools.cache
def kinds_of_average() -> Mapping[str, int]:
    """Return the number of each moving average that a parameter can name: SMA 0, EMA 1, ..."""
    kinds = _talib().MA_Type
    return {name: getattr(kinds, name) for name in dir(kinds) if name.isupper() or name == "T3"}


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
    return IndicatorFunction(
        name=name,
        inputs=tuple(each for name, usual in info["input_names"].items() for each in _series(name, usual)),
        defaults=dict(info["parameters"]),
        outputs=tuple(info["output_names"]),
        flags=frozenset(info["function_flags"] or ()),
    )


def _series(name: str, usual: str | Sequence[str]) -> list[InputSeries]:
    """Return what an entry of TA-Lib's inputs stands for: one series, or several prices."""
    if isinstance(usual, str):
        return [InputSeries(name, usual)]
    return [InputSeries(each, each) for each in usual]


@functools.cache
def _callable(name: str) -> Any:  # noqa: ANN401 - a function of TA-Lib, which has no types
    """Return the function itself, without the layer that looks for pandas and Polars in every call."""
    return inspect.unwrap(getattr(_talib(), name))


def library_version() -> str:
    """Return the version of TA-Lib, which is not imported for it."""
    return version("TA-Lib")


def _talib() -> ModuleType:
    import talib  # noqa: PLC0415 - takes most of a second; only pipelines with indicators pay for it

    module: ModuleType = talib
    return module


def _abstract() -> ModuleType:
    from talib import abstract  # noqa: PLC0415 - as above

    module: ModuleType = abstract
    return module
