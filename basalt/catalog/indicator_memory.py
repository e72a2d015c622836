"""How much of a series an indicator remembers: its window, bars that fade, or all since the first."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt

from basalt.catalog.indicators import (
    Floats,
    IndicatorFunction,
    InputSeries,
    Parameter,
    indicator_function,
    indicator_names,
    is_kind_of_average,
    kinds_of_average,
)

Memory = Literal["window", "fading", "unlimited"]
"""What outputs depend on: the last ``lookback`` + 1 bars; earlier ones less and less; all since the first bar."""

_AGREES = 1e-9
"""Relative difference below which two outputs are one: far above rounding, far below what a bar contributes."""

_COMPARED = 100
"""How many outputs of a made-up series are compared."""


def memory(function: IndicatorFunction, parameters: Mapping[str, Parameter]) -> Memory:
    """Return what the outputs of a function depend on.

    TA-Lib marks functions that sum up since the first bar, and some of the recursive ones; which of the others look
    further back than their lookback (MACD, MAXINDEX, whose positions count from the first bar) is found by computing
    a made-up series from two starts. Of a recursive function, outputs that are whole numbers do not show how much has
    faded, and without a period (the Hilbert transform's family) nothing says that it does: these remember all.
    """
    if function.is_cumulative:
        return "unlimited"
    if not function.is_recursive and _sees_its_window_only(function.name, tuple(parameters.items())):
        return "window"
    fades = _has_period(function) and "DOUBLE" in function.output_types(parameters)
    return "fading" if fades and all(_has_period(each) for each in _averages(parameters)) else "unlimited"


def _has_period(function: IndicatorFunction) -> bool:
    return any(isinstance(default, int) for default in function.defaults.values())


def _averages(parameters: Mapping[str, Parameter]) -> list[IndicatorFunction]:
    """Return the moving averages that a function is asked to use."""
    names = {number: name for name, number in kinds_of_average().items()}
    chosen = [names[int(value)] for name, value in parameters.items() if is_kind_of_average(name)]
    return [indicator_function(name) for name in chosen if name in indicator_names()]


@functools.lru_cache(maxsize=1024)
def _sees_its_window_only(name: str, given: tuple[tuple[str, Parameter], ...]) -> bool:
    """Tell whether the outputs of a made-up series are the same when it begins later."""
    function, parameters = indicator_function(name), dict(given)
    lookback = function.lookback(parameters)
    later = lookback // 2 + 7
    bars = _made_up(function.inputs, later + lookback + _COMPARED)
    whole = function.call(bars, parameters)
    cut = function.call([np.ascontiguousarray(each[later:]) for each in bars], parameters)
    return all(
        np.allclose(one[later + lookback :], other[lookback:], rtol=0, atol=_AGREES * _scale(one), equal_nan=True)
        for one, other in zip(whole, cut, strict=True)
    )


def _scale(values: npt.NDArray[np.generic]) -> float:
    return max(1.0, float(np.nanmax(np.abs(values.astype(np.float64)), initial=0.0)))


def _made_up(inputs: tuple[InputSeries, ...], count: int) -> list[Floats]:
    """Return bars of a market that wanders; the same ones always, and no two series alike."""
    moves = _noise(count, 0)
    close = 100 + np.cumsum(moves)
    opening = close - moves
    made = {
        "open": opening,
        "high": np.maximum(opening, close) + 0.6 + _noise(count, 1),
        "low": np.minimum(opening, close) - 0.6 + _noise(count, 2),
        "volume": 1000 + 900 * _noise(count, 3),
        "price1": close + _noise(count, 4),
        "periods": np.floor(16 + 28 * _noise(count, 5)),
    }
    return [np.ascontiguousarray(made.get(each.name, close)) for each in inputs]


def _noise(count: int, series: int) -> Floats:
    """Return numbers between -0.5 and 0.5 without a pattern: the fractions of multiples of a quadratic sequence."""
    steps = np.arange(1 + 1000 * series, 1 + 1000 * series + count, dtype=np.float64)
    fractions: Floats = np.mod(steps * steps * np.sqrt(3.0), 1.0)
    return fractions - 0.5
