"""The points of the book that groups of metrics of its depth ask for, list-valued fields as a product."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from basalt.compiler.modules.l2.book import BookPoint, amount_label
from basalt.compiler.sources import SourceTable
from basalt.configuration import L2DepthConfig, L2MicropriceConfig, L2NotionalSweepConfig, L2SlopeConfig, L2SweepConfig


@dataclass(frozen=True)
class AskedPoint:
    """A measure of a family of metrics, the point of the book it is of, and the configured values."""

    family: str
    measure: str
    point: BookPoint
    fields: Mapping[str, str]


def depth_points(
    config: L2MicropriceConfig | L2DepthConfig | L2SweepConfig | L2NotionalSweepConfig | L2SlopeConfig,
    source: SourceTable,
) -> Iterator[AskedPoint]:
    """Yield what a group asks for, the first field slowest."""
    match config:
        case L2MicropriceConfig():
            for level in config.levels:
                yield AskedPoint("microprices", "Microprice", BookPoint(level=level), {"levels": str(level)})
        case L2SlopeConfig():
            for side, level in itertools.product(config.sides, config.levels):
                fields = {"sides": side, "levels": str(level)}
                yield AskedPoint("slopes", "Slope", BookPoint(side, level), fields)
        case L2DepthConfig():
            yield from _reached("depth", "bps", config.bps, config, source)
        case L2SweepConfig():
            yield from _reached("sweeps", "sizes", config.sizes, config, source)
        case L2NotionalSweepConfig():
            yield from _reached("notional_sweeps", "notionals", config.notionals, config, source)


def named_points(
    column: str, sides: Iterable[str], levels: Iterable[int]
) -> Iterator[tuple[BookPoint, dict[str, str]]]:
    """Yield a point for each of the sides and levels that the name of a column has, and the configured values."""
    of_sides = list(sides) if "{side}" in column else [BookPoint.side]
    of_levels: list[int | None] = list(levels) if "{level}" in column else [None]
    for side, level in itertools.product(of_sides, of_levels):
        point = BookPoint(side, level)
        yield point, {f"{name}s": label for name, label in point.labels().items() if label != BookPoint.side}


def _reached(
    family: str,
    field: str,
    amounts: list[float],
    config: L2DepthConfig | L2SweepConfig | L2NotionalSweepConfig,
    source: SourceTable,
) -> Iterator[AskedPoint]:
    deepest = config.max_level or source_levels(source)
    for side, amount, measure in itertools.product(config.sides, amounts, config.measures):
        fields = {"sides": side, field: amount_label(amount), "measures": measure}
        yield AskedPoint(family, measure, BookPoint(side, deepest, amount), fields)


def source_levels(source: SourceTable) -> int:
    """Return how many levels a source has; at least one."""
    there = itertools.takewhile(lambda level: f"BidPrice{level}" in source, itertools.count(1))
    return max(sum(1 for _ in there), 1)
