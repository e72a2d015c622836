"""Metrics of what a vendor measured around each trade, each over the trades of one bucket in time order."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable
from typing import Any

from oracles.measures import Value, total
from oracles.trades import YES, Trade

Codes = tuple[str, tuple[Any, ...]]


def middle(trade: Trade, bid: str, ask: str) -> float | None:
    """Halfway between two prices of the trade's row, where it has both."""
    prices = (trade.measured(bid), trade.measured(ask))
    return None if None in prices else math.fsum(prices) / 2


def mid_before(trade: Trade, column: str = "PreTradeMid") -> float | None:
    """The mid before the trade; a source without PreTradeMid has the mid one millisecond before."""
    fallback = column == "PreTradeMid" and column not in trade.row
    return trade.measured("PreTradeMid1ms" if fallback else column)


REFERENCES: dict[str, Callable[[Trade], float | None]] = {
    "MidAtPrimary": lambda trade: middle(trade, "BestBidPriceAtPrimary", "BestAskPriceAtPrimary"),
    "EBBO": lambda trade: middle(trade, "BestBidPrice", "BestAskPrice"),
    "PreTradeMid": mid_before,
    "MidPrice": lambda trade: trade.measured("MidPrice"),
    "BestBid": lambda trade: trade.measured("BestBidPrice"),
    "BestAsk": lambda trade: trade.measured("BestAskPrice"),
    "BestBidAtVenue": lambda trade: trade.measured("BestBidPriceAtVenue"),
    "BestAskAtVenue": lambda trade: trade.measured("BestAskPriceAtVenue"),
    "BestBidAtPrimary": lambda trade: trade.measured("BestBidPriceAtPrimary"),
    "BestAskAtPrimary": lambda trade: trade.measured("BestAskPriceAtPrimary"),
}


def is_price(value: float | None) -> bool:
    """Tell whether there is a price, and it is finite."""
    return value is not None and math.isfinite(value)


def is_positive(value: float | None) -> bool:
    """Tell whether there is a value above zero."""
    return value is not None and value > 0


def discrepancies(trades: Iterable[Trade], reference: str) -> list[float]:
    """Basis points from the reference to the price, of the trades that have both."""
    pairs = [(trade.price, REFERENCES[reference](trade)) for trade in trades]
    return [10_000 * (price - base) / base for price, base in pairs if is_price(price) and is_positive(base)]


def mean(values: list[float]) -> Value:
    return math.fsum(values) / len(values) if values else None


AGGREGATIONS: dict[str, Callable[[list[float]], Value]] = {
    "First": lambda values: values[0] if values else None,
    "Last": lambda values: values[-1] if values else None,
    "Min": lambda values: min(values, default=None),
    "Max": lambda values: max(values, default=None),
    "Mean": mean,
    "Sum": lambda values: math.fsum(values) if values else None,
    "Median": lambda values: statistics.median(values) if values else None,
    "Std": lambda values: statistics.stdev(values) if len(values) > 1 else None,
}


FLAGS: dict[str, Codes] = {
    "NegotiatedTrade": ("NegotiatedTrade", YES),
    "OddLotTrade": ("LotType", ("Odd Lot", "ODD", "MIXED")),
    "BlockTrade": ("IsBlock", YES),
    "CrossTrade": ("CrossingTrade", YES),
    "AlgorithmicTrade": ("AlgorithmicTrade", ("H", *YES)),
    "IcebergExecution": ("IcebergExecution", YES),
}
"""The column of each flag and the codes that set it."""


def average_notional(trades: list[Trade]) -> Value:
    return mean([trade.notional for trade in trades if trade.notional is not None])


FLAG_MEASURES: dict[str, Callable[[list[Trade]], Value]] = {
    "Volume": lambda trades: total(trade.size for trade in trades),
    "Count": len,
    "AvgNotional": average_notional,
}
"""Of the trades under a flag."""


SCOPES = {"Local": "", "Primary": "AtPrimary", "Venue": "AtVenue"}
CHANGES = ("PreTradeElapsedTimeChg", "PostTradeElapsedTimeChg", "PricePoint")


def change(trades: list[Trade], column: str) -> Value:
    """The mean of what was measured; nulls and what is not a number were not."""
    return mean([value for trade in trades if (value := trade.measured(column)) is not None])


DIRECTIONS = {"Ask": 1, "Bid": -1}
VARIANTS = ("EffectiveSpread", "RealizedSpread", "PriceImpact")
MILLISECONDS = {"100ms": 100, "1s": 1_000, "5s": 5_000, "1m": 60_000, "5m": 300_000}


def cost(trade: Trade, variant: str, mid: float, after: float) -> float:
    """Twice the signed distance that the variant is about."""
    ends = {
        "EffectiveSpread": (mid, trade.price),
        "RealizedSpread": (after, trade.price),
        "PriceImpact": (mid, after),
    }
    start, end = ends[variant]
    return 2 * DIRECTIONS[trade.side] * (end - start)


def costs(trades: list[Trade], variant: str, horizon: str, reference: str, unit: str) -> list[float]:
    """What each trade with an aggressor cost; the effective spread needs no mid after the trade."""
    found = []
    for trade in trades:
        mid = mid_before(trade, reference)
        after = mid if variant == "EffectiveSpread" else trade.measured(f"PostTradeMid{MILLISECONDS[horizon]}ms")
        if trade.side in DIRECTIONS and is_price(trade.price) and is_positive(mid) and is_positive(after):
            scale = 10_000 / mid if unit == "bps" else 1
            found.append(cost(trade, variant, mid, after) * scale)
    return found


def retail_imbalance(trades: list[Trade]) -> Value:
    """Net value bought by all value of retail trades; those without an aggressor are in the latter only."""
    retail = [trade for trade in trades if trade.retail and trade.notional_eur is not None]
    value = total(trade.notional_eur for trade in retail)
    net = total(DIRECTIONS.get(trade.side, 0) * trade.notional_eur for trade in retail)
    return net / value if value else None
