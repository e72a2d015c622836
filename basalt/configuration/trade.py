"""What can be asked of the ``trade`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from basalt.configuration.base import ConfigModel, Disagreement, DisagreementError, OneOrMany
from basalt.configuration.metric_groups import AttributeValue, MetricGroupConfig
from basalt.configuration.quotes import AggressorRuleConfig, QuoteLookupConfig

TradeSide = Literal["Total", "Bid", "Ask", "Unknown"]
"""``Ask``: buyer-initiated trades; ``Bid``: seller-initiated ones; ``Unknown``: the rest; ``Total``: all."""
DiscrepancyReference = Literal[
    "MidAtPrimary",
    "EBBO",
    "PreTradeMid",
    "MidPrice",
    "BestBid",
    "BestAsk",
    "BestBidAtVenue",
    "BestAskAtVenue",
    "BestBidAtPrimary",
    "BestAskAtPrimary",
    "QuoteMid",
    "QuoteBid",
    "QuoteAsk",
]
DiscrepancyAggregation = Literal["First", "Last", "Min", "Max", "Mean", "Sum", "Median", "Std"]
TradeFlag = Literal[
    "NegotiatedTrade", "OddLotTrade", "BlockTrade", "CrossTrade", "AlgorithmicTrade", "IcebergExecution"
]
FlagMeasure = Literal["Volume", "Count", "AvgNotional"]
ChangeMeasure = Literal["PreTradeElapsedTimeChg", "PostTradeElapsedTimeChg", "PricePoint"]
ChangeScope = Literal["Local", "Primary", "Venue"]
ImpactVariant = Literal["EffectiveSpread", "RealizedSpread", "PriceImpact"]
Horizon = Annotated[str, Field(pattern=r"^[1-9]\d*(ms|s|m)$")]


def _total_only() -> list[TradeSide]:
    return ["Total"]


def _mean_only() -> list[DiscrepancyAggregation]:
    return ["Mean"]


def _local_only() -> list[ChangeScope]:
    return ["Local"]


class TradeGenericConfig(MetricGroupConfig):
    """Measures of trading for some sides; every measure is computed for every side."""

    measures: Annotated[list[str], OneOrMany] = Field(min_length=1)
    """What to measure: any generic measure of the catalogue, such as Volume, VWAP or OHLC."""
    sides: Annotated[list[TradeSide], OneOrMany] = Field(default_factory=_total_only, min_length=1)
    """Whose trades to measure."""

    vpin_bucket_count: int | None = Field(default=None, ge=1, le=1_000)
    """VPIN: into how many volume buckets of equal size the volume of a time bucket is cut; 50 where nothing is said."""
    vpin_bucket_size: float | None = Field(default=None, ge=1e-9, lt=1e18)
    """VPIN: the size of a volume bucket, in units of Size, instead of their number."""

    @model_validator(mode="after")
    def _cuts_volume_in_one_way(self) -> TradeGenericConfig:
        given = [name for name in ("vpin_bucket_count", "vpin_bucket_size") if getattr(self, name) is not None]
        if len(given) > 1:
            message = (
                "vpin_bucket_count and vpin_bucket_size exclude each other: volume buckets are so many or so large"
            )
            raise ValueError(message)
        if given and "VPIN" not in self.measures:
            message = f"{given[0]} is for VPIN, which is not among the measures"
            raise ValueError(message)
        return self


class TradeDiscrepancyConfig(MetricGroupConfig):
    """How far trade prices are from a reference price that stood before the trade, in basis points of it."""

    references: Annotated[list[DiscrepancyReference], OneOrMany] = Field(min_length=1)
    """What prices are compared with."""
    sides: Annotated[list[TradeSide], OneOrMany] = Field(default_factory=_total_only, min_length=1)
    """Whose trades to measure."""
    aggregations: Annotated[list[DiscrepancyAggregation], OneOrMany] = Field(default_factory=_mean_only, min_length=1)
    """Which statistics of the trades of a bucket."""


class FlagCodes(ConfigModel):
    """How a vendor codes a flag."""

    column: str
    """The column of the source that holds the flag."""
    values: Annotated[list[AttributeValue], OneOrMany] = Field(min_length=1)
    """The values that mean the flag is set."""


class TradeFlagConfig(MetricGroupConfig):
    """Trading under a flag, such as odd lots or blocks."""

    flags: Annotated[list[TradeFlag], OneOrMany] = Field(min_length=1)
    """Which flags."""
    measures: Annotated[list[FlagMeasure], OneOrMany] = Field(min_length=1)
    """What to measure of the trades under a flag."""
    sides: Annotated[list[TradeSide], OneOrMany] = Field(default_factory=_total_only, min_length=1)
    """Whose trades to measure."""


class TradeChangeConfig(MetricGroupConfig):
    """Means of what the vendor measured around each trade."""

    measures: Annotated[list[ChangeMeasure], OneOrMany] = Field(min_length=1)
    """Time since the last and until the next change of the quote, or the place of the price in the spread."""
    scopes: Annotated[list[ChangeScope], OneOrMany] = Field(default_factory=_local_only, min_length=1)
    """Against which quote: the listing's own, that of its primary market, that of the venue."""


class TradeImpactConfig(MetricGroupConfig):
    """Costs of trading: effective and realized spread, and price impact."""

    variant: Annotated[list[ImpactVariant], OneOrMany] = Field(min_length=1)
    """Which costs."""
    horizon: Annotated[list[Horizon], OneOrMany] = Field(default_factory=lambda: ["1s"], min_length=1)
    """How long after the trade the mid is taken: ``100ms``, ``1s``, ``5m``; with ``reference: columns`` the source
    has a column for each."""
    reference: Literal["columns", "quotes"] = "columns"
    """Where mids are from: ``columns`` of the trades, or the ``quotes`` that stood around the trade."""
    reference_price_col: str = "PreTradeMid"
    """The column of the mid before the trade, with ``reference: columns``."""
    unit: Literal["price", "bps"] = "price"
    """Price units, or basis points of the mid before the trade."""

    @model_validator(mode="after")
    def _one_reference(self) -> TradeImpactConfig:
        if self.reference == "quotes" and "reference_price_col" in self.model_fields_set:
            message = "reference: quotes takes the mid of the quotes; leave reference_price_col out"
            raise DisagreementError([Disagreement(("reference_price_col",), message)])
        return self


class TradeAnalyticsConfig(ConfigModel):
    """The metrics a ``trade`` pass computes, per listing and time bucket.

    With none configured: VWAP, VolumeWeightedPricePlacement, Volume and OHLC of all trades.
    """

    generic_metrics: list[TradeGenericConfig] = Field(default_factory=list)
    """Volumes, counts, notionals, prices and volatility; columns come in the order configured."""
    discrepancy_metrics: list[TradeDiscrepancyConfig] = Field(default_factory=list)
    """Distances of trade prices from reference prices."""
    flag_metrics: list[TradeFlagConfig] = Field(default_factory=list)
    """Trading under flags."""
    change_metrics: list[TradeChangeConfig] = Field(default_factory=list)
    """Means of what the vendor measured around each trade."""
    impact_metrics: list[TradeImpactConfig] = Field(default_factory=list)
    """Spreads paid and kept, and price impact."""
    enable_retail_imbalance: bool = False
    """Adds RetailTradeImbalance."""
    flag_codes: dict[TradeFlag, FlagCodes] = Field(default_factory=dict)
    """How the source codes flags, where it is not as the catalogue says."""
    quotes: QuoteLookupConfig = Field(default_factory=QuoteLookupConfig)
    """How the quotes that stood around a trade are found, where a metric or rule needs them."""
    aggressor_rule: AggressorRuleConfig | None = None
    """How the side that initiated a trade is told where the venue does not say; not told when not given."""
    metric_prefix: str = ""
    """What every metric's column name begins with."""
    classifications: Annotated[list[str], OneOrMany] = Field(default_factory=lambda: ["LIT_CONTINUOUS"], min_length=1)
    """Values of ``Classification`` that count; a source without that column counts every row."""
