"""A generic pass: join with the reference table, regroup, resample, aggregate."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from oracles.buckets import Contract
    from oracles.results import Result

Bar = Mapping[str, Any]
Reference = Callable[[Bar], Mapping[str, Any]]


def mean(values: list[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


AGGREGATIONS: dict[str, Callable[[list[Any]], Any]] = {
    "sum": lambda values: math.fsum(values) if values else None,
    "mean": mean,
    "first": lambda values: values[0] if values else None,
    "last": lambda values: values[-1] if values else None,
    "max": lambda values: max(values, default=None),
    "min": lambda values: min(values, default=None),
    "count": len,
}
"""Over the values that are not null, in order."""


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
