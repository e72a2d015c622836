"""What can be asked of the ``l2`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from basalt.configuration.base import ConfigModel, Disagreement, DisagreementError, OneOrMany, Seconds
from basalt.configuration.book_levels import BookPrice, BookSide, Level, best_level, both_sides
from basalt.configuration.buckets import seconds_to_nanoseconds
from basalt.configuration.l2_changes import L2OrderFlowConfig, L2UpdateConfig
from basalt.configuration.l2_depth import (
    L2DepthConfig,
    L2MicropriceConfig,
    L2NotionalSweepConfig,
    L2SlopeConfig,
    L2SweepConfig,
)
from basalt.configuration.l2_volatility import L2VolatilityConfig
from basalt.configuration.metric_groups import MetricGroupConfig

LiquidityMeasure = Literal[
    "Quantity", "Price", "NumOrders", "InsertAge", "LastMod", "SizeAhead", "CumQuantity", "CumOrders", "CumNotional"
]
SpreadVariant = Literal["Abs", "BPS"]
ImbalanceMeasure = Literal["Quantity", "CumQuantity", "CumNotional", "Orders", "QuantitySlope"]
BookCondition = Literal["Locked", "Crossed", "OneSided"]
OpenMode = Literal["event", "prev_close"]


class L2LiquidityConfig(MetricGroupConfig):
    """What stands in the book, by side and level."""

    sides: Annotated[list[BookSide], OneOrMany] = Field(default_factory=both_sides, min_length=1)
    """Which sides of the book."""
    levels: Annotated[list[Level], OneOrMany] = Field(default_factory=best_level, min_length=1)
    """Which levels, 1 being the best; measures that begin with Cum are over all levels up to it."""
    measures: Annotated[list[LiquidityMeasure], OneOrMany] = Field(min_length=1)
    """What to measure."""


class L2SpreadConfig(MetricGroupConfig):
    """How far the best prices are apart."""

    variant: Annotated[list[SpreadVariant], OneOrMany] = Field(min_length=1)
    """In price units, or in basis points of the mid."""


class L2ImbalanceConfig(MetricGroupConfig):
    """By how much one side of the book outweighs the other, from -1 (only asks) to 1 (only bids)."""

    levels: Annotated[list[Level], OneOrMany] = Field(default_factory=best_level, min_length=1)
    """Which levels, 1 being the best; measures that begin with Cum, and QuantitySlope, are over all levels up to it."""
    measures: Annotated[list[ImbalanceMeasure], OneOrMany] = Field(min_length=1)
    """What is compared; ``QuantitySlope`` tells how the imbalance of quantities changes from level to level."""

    @model_validator(mode="after")
    def _a_slope_has_two_levels(self) -> L2ImbalanceConfig:
        if "QuantitySlope" in self.measures and 1 in self.levels:
            message = "a QuantitySlope is over two levels or more; ask for it at levels from 2 on"
            raise DisagreementError([Disagreement(("levels",), message)])
        return self


class L2PriceConfig(MetricGroupConfig):
    """Prices of the book as a whole."""

    source: Annotated[list[BookPrice], OneOrMany] = Field(min_length=1)
    """Which prices."""


class L2OHLCConfig(MetricGroupConfig):
    """First, highest, lowest and last of a price of the book in a bucket."""

    source: Annotated[list[BookPrice], OneOrMany] = Field(min_length=1)
    """Of which prices."""
    open_mode: OpenMode = "event"
    """``event``: the open is the first price in the bucket; ``prev_close``: the close before it on the same UTC day,
    which then counts in high and low as well, and fills buckets that have no price."""


class L2ConditionConfig(MetricGroupConfig):
    """How the two sides of the book stand to each other: 1 where it is so, else 0; over time the share of it."""

    measures: Annotated[list[BookCondition], OneOrMany] = Field(min_length=1)
    """``Locked``: the best bid equals the best ask; ``Crossed``: it is above; ``OneSided``: only one is there."""


class L2GenericConfig(MetricGroupConfig):
    """Measures of the book of your own, for the sides and levels that their names have."""

    measures: Annotated[list[str], OneOrMany] = Field(min_length=1)
    """What to measure: any measure of a template of your own in ``l2/`` of a folder of TEMPLATE_PATHS."""
    sides: Annotated[list[BookSide], OneOrMany] = Field(default_factory=both_sides, min_length=1)
    """Which sides of the book, for measures that are of one."""
    levels: Annotated[list[Level], OneOrMany] = Field(default_factory=best_level, min_length=1)
    """Which levels, 1 being the best, for measures that are of one, or up to one."""


class BookMetricsConfig(ConfigModel):
    """What can be asked of the order book, at the last update or weighted by time."""

    liquidity: list[L2LiquidityConfig] = Field(default_factory=list)
    """Prices, quantities and orders by side and level; columns come in the order configured."""
    spreads: list[L2SpreadConfig] = Field(default_factory=list)
    """Quoted spreads."""
    imbalances: list[L2ImbalanceConfig] = Field(default_factory=list)
    """Imbalances between the sides."""
    prices: list[L2PriceConfig] = Field(default_factory=list)
    """Best prices and mids."""
    conditions: list[L2ConditionConfig] = Field(default_factory=list)
    """Locked, crossed and one-sided books."""
    microprices: list[L2MicropriceConfig] = Field(default_factory=list)
    """Best prices weighted by quantities."""
    depth: list[L2DepthConfig] = Field(default_factory=list)
    """What stands near the mid."""
    sweeps: list[L2SweepConfig] = Field(default_factory=list)
    """Costs of trading a size at once."""
    notional_sweeps: list[L2NotionalSweepConfig] = Field(default_factory=list)
    """Costs of trading a notional at once."""
    slopes: list[L2SlopeConfig] = Field(default_factory=list)
    """How fast quantities grow with the distance from the mid."""
    generic_metrics: list[L2GenericConfig] = Field(default_factory=list)
    """Measures of your own."""
    levels: Level | None = None
    """How many levels the default metrics are of; when not given, all that the source has, at most 10."""
    metric_prefix: str = ""
    """What the name of every metric's column begins with, and that of MarketState."""


def _check_seconds(seconds: float | None) -> float | None:
    if seconds is not None:
        seconds_to_nanoseconds(seconds)
    return seconds


StateAge = Annotated[Seconds, AfterValidator(_check_seconds)]
"""How long something stands, in seconds; whole nanoseconds."""


class L2AnalyticsConfig(BookMetricsConfig):
    """The metrics of the order book an ``l2`` pass computes, per listing and time bucket.

    With none configured: Price, Quantity, NumOrders, CumQuantity and CumOrders of both sides, ImbalanceCumQuantity and
    ImbalanceOrders, each at all ``levels``, and SpreadBps; those of orders where the source counts them.
    """

    updates: list[L2UpdateConfig] = Field(default_factory=list)
    """Numbers of updates."""
    order_flow: list[L2OrderFlowConfig] = Field(default_factory=list)
    """What orders add to the sides of the book."""
    ohlc: list[L2OHLCConfig] = Field(default_factory=list)
    """Bars of best prices and mids."""
    max_state_age_seconds: StateAge | None = None
    """How long something stands without an update. For a source whose nulls mean "unchanged" a value that was given;
    until the next one when there is no limit, with which a run cannot be cut by days. On a dense timeline the book,
    into empty buckets, those of the next day as well; as long as the day when there is no limit."""
    session_breaks: Annotated[list[str], OneOrMany] = Field(default_factory=list)
    """Market states of the table ``marketstate`` at whose beginning the book stops standing, until its next update: for
    a source whose nulls mean "unchanged", and on a dense timeline."""


class L2TWAnalyticsConfig(BookMetricsConfig):
    """The metrics an ``l2tw`` pass computes: each state of the book is weighted by the time it stood in the bucket.

    With none configured, those of ``l2``.
    """

    volatility: list[L2VolatilityConfig] = Field(default_factory=list)
    """Volatility of best prices and mids."""
    enable_book_coverage: bool = False
    """Adds BookCoverageRatio."""
    max_state_age_seconds: StateAge | None = 3600.0
    """How long a state stands without an update, so that none stands over a night; null for as long as it takes, with
    which a run cannot be cut by days."""
    session_breaks: Annotated[list[str], OneOrMany] = Field(default_factory=list)
    """Market states of the table ``marketstate`` at whose beginning the book stops standing, until its next update."""
