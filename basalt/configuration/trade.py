"""What can be asked of the ``trade`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from basalt.configuration.base import ConfigModel, OneOrMany

TradeSide = Literal["Total", "Bid", "Ask", "Unknown"]
"""``Ask``: buyer-initiated trades; ``Bid``: seller-initiated ones; ``Unknown``: the rest; ``Total``: all."""


def _total_only() -> list[TradeSide]:
    return ["Total"]


class TradeGenericConfig(ConfigModel):
    """Measures of trading for some sides; every measure is computed for every side."""

    measures: Annotated[list[str], OneOrMany] = Field(min_length=1)
    """What to measure: any generic measure of the catalogue, such as Volume, VWAP or OHLC."""
    sides: Annotated[list[TradeSide], OneOrMany] = Field(default_factory=_total_only, min_length=1)
    """Whose trades to measure."""


class TradeAnalyticsConfig(ConfigModel):
    """The metrics a ``trade`` pass computes, per listing and time bucket."""

    generic_metrics: list[TradeGenericConfig] = Field(min_length=1)
    """Volumes, counts, notionals, prices and volatility; columns come in the order configured."""
    classifications: Annotated[list[str], OneOrMany] = Field(default_factory=lambda: ["LIT_CONTINUOUS"], min_length=1)
    """Values of ``Classification`` that count; a source without that column counts every row."""
