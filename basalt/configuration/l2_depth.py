"""What can be asked of the depth of an order book: how much stands near, and what it costs to trade against it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from basalt.configuration.base import NotTruth, OneOrMany
from basalt.configuration.book_levels import BookSide, Level, best_level, both_sides
from basalt.configuration.metric_groups import MetricGroupConfig

DepthMeasure = Literal["Quantity", "Notional"]
SweepMeasure = Literal["SweepPrice", "CostToTrade"]
Amount = Annotated[float, Field(gt=0, allow_inf_nan=False), NotTruth]
"""A size, a notional or a distance; in names of columns its decimal point is an underscore."""


def _quantity() -> list[DepthMeasure]:
    return ["Quantity"]


class L2MicropriceConfig(MetricGroupConfig):
    """The best prices, each weighted by the quantity on the other side up to a level."""

    levels: Annotated[list[Level], OneOrMany] = Field(default_factory=best_level, min_length=1)
    """Up to which levels, 1 being the best, quantities are added up."""


class L2DepthConfig(MetricGroupConfig):
    """What stands within a distance of the mid."""

    sides: Annotated[list[BookSide], OneOrMany] = Field(default_factory=both_sides, min_length=1)
    """Which sides of the book."""
    bps: Annotated[list[Amount], OneOrMany] = Field(min_length=1)
    """Within how many basis points of the mid."""
    measures: Annotated[list[DepthMeasure], OneOrMany] = Field(default_factory=_quantity, min_length=1)
    """What to measure."""
    max_level: Level | None = None
    """The deepest level that is read; when not given, the deepest that the source has."""


class L2SweepConfig(MetricGroupConfig):
    """What it costs to trade a size at once, through as many levels as it takes."""

    sides: Annotated[list[BookSide], OneOrMany] = Field(default_factory=both_sides, min_length=1)
    """Which sides of the book are traded against: Ask to buy, Bid to sell."""
    sizes: Annotated[list[Amount], OneOrMany] = Field(min_length=1)
    """The quantities traded."""
    measures: Annotated[list[SweepMeasure], OneOrMany] = Field(min_length=1)
    """The average price, or its distance from the mid."""
    max_level: Level | None = None
    """The deepest level that is read; when not given, the deepest that the source has."""


class L2NotionalSweepConfig(MetricGroupConfig):
    """What it costs to trade a notional at once, through as many levels as it takes."""

    sides: Annotated[list[BookSide], OneOrMany] = Field(default_factory=both_sides, min_length=1)
    """Which sides of the book are traded against: Ask to buy, Bid to sell."""
    notionals: Annotated[list[Amount], OneOrMany] = Field(min_length=1)
    """The notionals traded, in local currency."""
    measures: Annotated[list[SweepMeasure], OneOrMany] = Field(min_length=1)
    """The average price, or its distance from the mid."""
    max_level: Level | None = None
    """The deepest level that is read; when not given, the deepest that the source has."""


class L2SlopeConfig(MetricGroupConfig):
    """How fast the quantity on a side grows with the distance from the mid."""

    sides: Annotated[list[BookSide], OneOrMany] = Field(default_factory=both_sides, min_length=1)
    """Which sides of the book."""
    levels: Annotated[list[Level], OneOrMany] = Field(min_length=1)
    """Over the levels from the best one to which."""
