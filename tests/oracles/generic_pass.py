"""A generic pass: join with the reference table, regroup, resample, aggregate."""

from __future__ import annotations

import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oracles.buckets import Contract
    from oracles.results import Result

Bar = Mapping[str, Any]
Reference = Callable[[Bar], Mapping[str, Any]]


def mean(values: list[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def variance(values: list[float]) -> Fraction:
    """The exact sample variance."""
    exact = [Fraction(value) for value in values]
    middle = sum(exact) / len(exact)
    return sum(((value - middle) ** 2 for value in exact), Fraction()) / (len(exact) - 1)


AGGREGATIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: math.fsum(values) if values else None,
    "mean": mean,
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
    "max": lambda values: max(values, default=None),
    "min": lambda values: min(values, default=None),
    "count": len,
    "median": lambda values: statistics.median(map(float, values)) if values else None,
    "std": lambda values: math.sqrt(variance(values)) if len(values) > 1 else None,
    "var": lambda values: float(variance(values)) if len(values) > 1 else None,
    "nunique": lambda values: len(set(values)),
}
"""Over the values that are not null, in order."""


def weighted_mean(bars: Iterable[Bar], column: str, weight: str) -> float | None:
    """The exact mean of a column of the bars that have both it and a weight; None where the weights add up to 0."""
    pairs = [(Fraction(bar[column]), Fraction(bar[weight])) for bar in bars if None not in (bar[column], bar[weight])]
    total = sum(weight for _, weight in pairs)
    return float(sum(value * weight for value, weight in pairs) / total) if total else None


def in_order(bars: Iterable[Bar]) -> list[Bar]:
    """Sort bars by time, and bars of one time by listing."""
    return sorted(bars, key=lambda bar: (bar["TimeBucket"], bar["ListingId"]))


def joined(bars: Iterable[Bar], reference: Reference) -> list[dict[str, Any]]:
    """Give each bar the columns of its reference row, which are null where it has none."""
    return [{**bar, **reference(bar)} for bar in bars]


def resampled(bars: Iterable[Bar], source: Contract, target: Contract) -> list[dict[str, Any]]:
    """Put each bar whole into the wider bucket that contains it."""
    return [{**bar, "TimeBucket": source.resample(bar["TimeBucket"], target)} for bar in bars]


def aggregated(bars: Iterable[Bar], group_by: Sequence[str], aggregations: Mapping[str, str]) -> Result:
    """Return group key to aggregated columns, of bars that are in order already."""
    groups: dict[tuple[Any, ...], list[Bar]] = defaultdict(list)
    for bar in bars:
        groups[tuple(bar[name] for name in group_by)].append(bar)
    return {
        key: {
            column: AGGREGATIONS[method]([bar[column] for bar in members if bar[column] is not None])
            for column, method in aggregations.items()
        }
        for key, members in groups.items()
    }
