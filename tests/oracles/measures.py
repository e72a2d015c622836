"""The generic measures of trading, each over the trades of one bucket and side in time order."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from itertools import pairwise

from oracles.buckets import SECOND
from oracles.trades import Trade

Value = float | int | None
Measure = Callable[[list[Trade]], Value]


def total(values: Iterable[float | None]) -> float:
    """The sum of the values there are; zero of none."""
    return math.fsum(value for value in values if value is not None)


def prices(trades: Iterable[Trade]) -> list[float]:
    """The prices there are."""
    return [trade.price for trade in trades if trade.price is not None]


def vwap(trades: list[Trade]) -> Value:
    priced = [trade for trade in trades if trade.price is not None and math.isfinite(trade.price)]
    volume = total(trade.size for trade in priced)
    return total(trade.price * trade.size for trade in priced) / volume if volume else None


def average_price(trades: list[Trade]) -> Value:
    found = prices(trades)
    return math.fsum(found) / len(found) if found else None


def median_price(trades: list[Trade]) -> Value:
    found = prices(trades)
    return statistics.median(found) if found else None


def price_placement(trades: list[Trade]) -> Value:
    """Where in the spread volume traded: -1 at the bid and 1 at the offer."""
    placed = [(point, trade.size) for trade in trades if (point := trade.measured("PricePoint")) is not None]
    volume = total(size for _, size in placed)
    return total((2 * min(1.0, max(0.0, point)) - 1) * size for point, size in placed) / volume if volume else None


def volatility(trades: list[Trade], width: int) -> Value:
    """Sample standard deviation of log returns between consecutive positive prices, annualised by their number."""
    positive = [price for price in prices(trades) if price > 0]
    returns = [math.log(price / previous) for previous, price in pairwise(positive)]
    if len(returns) < 2:
        return None
    seconds = width / SECOND
    return statistics.stdev(returns) * math.sqrt(252 * 24 * 3600 * len(returns) / seconds)


FLOWS: dict[str, Measure] = {
    "Volume": lambda trades: total(trade.size for trade in trades),
    "Count": len,
    "Notional": lambda trades: total(trade.notional for trade in trades),
    "NotionalEUR": lambda trades: total(trade.notional_eur for trade in trades),
    "NotionalUSD": lambda trades: total(trade.notional_usd for trade in trades),
    "RetailCount": lambda trades: sum(trade.retail for trade in trades),
    "BlockCount": lambda trades: sum(trade.block for trade in trades),
}
"""Flows of the trades the module counts: zero when there were none."""

EVERY_ROW: dict[str, Measure] = {
    "AuctionNotional": lambda trades: total(
        trade.notional for trade in trades if "AUCTION" in (trade.classification or "")
    ),
    "OTCVolume": lambda trades: total(trade.size for trade in trades if "OTC" in (trade.classification or "")),
}
"""Flows that read every row, whatever its classification."""

PLACEMENTS: dict[str, Measure] = {"VolumeWeightedPricePlacement": price_placement}
"""Of where a vendor says that trades were in the spread."""

PRICES: dict[str, Measure] = {"VWAP": vwap, "AvgPrice": average_price, "MedianPrice": median_price}
"""Ratios and distributions of the price: null when nothing had a price."""

EXTREMES: dict[str, Measure] = {
    "Open": lambda trades: next(iter(prices(trades)), None),
    "High": lambda trades: max(prices(trades), default=None),
    "Low": lambda trades: min(prices(trades), default=None),
    "Close": lambda trades: next(reversed(prices(trades)), None),
}
"""What the measure OHLC gives."""

COUNTS = ("Count", "RetailCount", "BlockCount")
MEASURES = (*FLOWS, *EVERY_ROW, *PRICES, "Volatility", "OHLC")
ALL_SIDES = ("Total", "Bid", "Ask", "Unknown")
