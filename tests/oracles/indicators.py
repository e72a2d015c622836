"""Moving averages and the MACD by their definitions, with TA-Lib's seeding: null until enough values were seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Series = list[float | None]


def skipping_nulls(values: Sequence[float | None], indicator: Callable[[list[float]], Series]) -> Series:
    """Apply an indicator to the values that are there and put null where none was."""
    found = iter(indicator([value for value in values if value is not None]))
    return [None if value is None else next(found) for value in values]


def simple_average(values: list[float], period: int) -> Series:
    """Mean of the last ``period`` values."""
    return [
        None if place < period - 1 else math.fsum(values[place - period + 1 : place + 1]) / period
        for place in range(len(values))
    ]


def weighted_average(values: list[float], period: int) -> Series:
    """Mean of the last ``period`` values, weighted 1 for the oldest to ``period`` for the newest."""
    weights = range(1, period + 1)
    return [
        None
        if place < period - 1
        else math.fsum(
            weight * value for weight, value in zip(weights, values[place - period + 1 : place + 1], strict=True)
        )
        / sum(weights)
        for place in range(len(values))
    ]


def exponential_average(values: list[float], period: int, first: int | None = None) -> Series:
    """Exponential average that starts at place ``first`` as the mean of the ``period`` values up to there."""
    first = period - 1 if first is None else first
    averages: Series = [None] * min(first, len(values))
    if len(values) <= first:
        return averages
    average = math.fsum(values[first - period + 1 : first + 1]) / period
    averages.append(average)
    for value in values[first + 1 :]:
        average += 2 / (period + 1) * (value - average)
        averages.append(average)
    return averages


def macd(values: list[float], fast: int, slow: int, signal: int) -> tuple[Series, Series, Series]:
    """The line, its signal and their difference; all three start where the signal does, both averages where the
    slow one does."""
    quick = exponential_average(values, fast, slow - 1)
    steady = exponential_average(values, slow)
    line = [a - b for a, b in zip(quick, steady, strict=True) if a is not None and b is not None]
    averaged = exponential_average(line, signal)
    lead: Series = [None] * (len(values) - len(line))
    shown: Series = [None if b is None else a for a, b in zip(line, averaged, strict=True)]
    difference: Series = [None if b is None else a - b for a, b in zip(line, averaged, strict=True)]
    return lead + shown, lead + averaged, lead + difference
