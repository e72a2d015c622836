"""Measures of variation, liquidity, size and direction, each over the trades of one bucket and side in time order."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from oracles.measures import Value
from oracles.trade_pass import column_name
from oracles.trades import Trade
from oracles.volume_buckets import vpin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracles.buckets import Contract
    from oracles.results import Result

Measure = Callable[[list[Trade]], Value]

SIGNS = {"Ask": 1, "Bid": -1}
CODES = {"Unknown": 0, "Ask": 1, "Bid": 2}
LARGE = 10_000


def finite(trades: Iterable[Trade]) -> list[Trade]:
    """The trades that have a finite price."""
    return [trade for trade in trades if trade.price is not None and math.isfinite(trade.price)]


def changes(trades: Iterable[Trade]) -> list[Fraction]:
    """The exact price changes, as doubles subtract, from each trade with a price to the next."""
    return [Fraction(trade.price - before.price) for before, trade in pairwise(finite(trades))]


def returns(trades: Iterable[Trade]) -> list[float]:
    """The log returns between consecutive positive prices."""
    positive = [trade.price for trade in finite(trades) if trade.price > 0]
    return [math.log(price / before) for before, price in pairwise(positive)]


def realized_variance(trades: list[Trade]) -> Value:
    found = returns(trades)
    return math.fsum(each * each for each in found) if found else None


def bipower_variation(trades: list[Trade]) -> Value:
    products = [abs(before * after) for before, after in pairwise(returns(trades))]
    return math.pi / 2 * math.fsum(products) if products else None


def bar(trades: list[Trade]) -> tuple[float, float, float, float] | None:
    """Open, high, low and close as logarithms of ratios to the open; None unless all prices are positive and finite."""
    given = [trade.price for trade in trades if trade.price is not None]
    if not given or not all(0 < price < math.inf for price in given):
        return None
    return (0.0, *(math.log(price / given[0]) for price in (max(given), min(given), given[-1])))


def parkinson(trades: list[Trade]) -> Value:
    if (found := bar(trades)) is None:
        return None
    _, high, low, _ = found
    return math.sqrt((high - low) ** 2 / (4 * math.log(2)))


def garman_klass(trades: list[Trade]) -> Value:
    if (found := bar(trades)) is None:
        return None
    _, high, low, close = found
    return math.sqrt((high - low) ** 2 / 2 - (2 * math.log(2) - 1) * close**2)


def rogers_satchell(trades: list[Trade]) -> Value:
    if (found := bar(trades)) is None:
        return None
    _, high, low, close = found
    return math.sqrt(max(0.0, high * (high - close) + low * (low - close)))


def amihud(trades: list[Trade]) -> Value:
    given = [trade.price for trade in trades if trade.price is not None]
    value = math.fsum(trade.notional for trade in trades if trade.notional is not None)
    if not given or not all(0 < price < math.inf for price in (given[0], given[-1])) or not value > 0:
        return None
    return abs(math.log(given[-1] / given[0])) / value


def kyle_lambda(trades: list[Trade]) -> Value:
    initiated = [trade for trade in finite(trades) if trade.side in SIGNS and math.isfinite(trade.size)]
    flow = [Fraction(SIGNS[trade.side] * trade.size) for trade in initiated[1:]]
    moves = changes(initiated)
    if len(set(flow)) < 2:
        return None
    return float(covariance(moves, flow) / covariance(flow, flow))


def covariance(left: list[Fraction], right: list[Fraction]) -> Fraction:
    """The exact sample covariance."""
    middle_left, middle_right = sum(left) / len(left), sum(right) / len(right)
    products = [(x - middle_left) * (y - middle_right) for x, y in zip(left, right, strict=True)]
    return sum(products, Fraction()) / (len(products) - 1)


def roll(trades: list[Trade]) -> Value:
    moves = changes(trades)
    if len(moves) < 3:
        return None
    found = covariance(moves[1:], moves[:-1])
    return 2 * math.sqrt(-found) if found < 0 else None


def size_quantile(fraction: Fraction) -> Measure:
    """The quantile of type 7: linear between the order statistics beside place 1 + fraction * (n - 1)."""

    def measure(trades: list[Trade]) -> Value:
        sizes = sorted(trade.size for trade in trades)
        if not sizes:
            return None
        place = fraction * (len(sizes) - 1)
        below = math.floor(place)
        above = min(below + 1, len(sizes) - 1)
        return float(Fraction(sizes[below]) + (place - below) * (Fraction(sizes[above]) - Fraction(sizes[below])))

    return measure


def large_trade_share(trades: list[Trade]) -> Value:
    volume = math.fsum(trade.size for trade in trades)
    return math.fsum(trade.size for trade in trades if trade.size >= LARGE) / volume if volume else None


def time_weighted_price(trades: list[Trade], end: int) -> Value:
    """The average of prices by the time until the next trade that has one, or the end of the bucket."""
    priced = finite(trades)
    times = [trade.event for trade in priced] + [end]
    weighted = [
        Fraction(trade.price) * (after - at) for trade, (at, after) in zip(priced, pairwise(times), strict=True)
    ]
    return float(sum(weighted) / (end - times[0])) if priced and end > times[0] else None


def run_count(trades: list[Trade]) -> Value:
    return sum(1 for side, _ in groupby(trade.side for trade in trades if trade.side in SIGNS))


BY_SIDE: dict[str, Measure] = {
    "RealizedVariance": realized_variance,
    "BipowerVariation": bipower_variation,
    "Parkinson": parkinson,
    "GarmanKlass": garman_klass,
    "RogersSatchell": rogers_satchell,
    "Amihud": amihud,
    **{f"SizeQ{percent}": size_quantile(Fraction(percent, 100)) for percent in (10, 25, 50, 75, 90)},
    "LargeTradeShare": large_trade_share,
    "UptickCount": lambda trades: sum(change > 0 for change in changes(trades)),
    "DowntickCount": lambda trades: sum(change < 0 for change in changes(trades)),
}
"""Measures that have a meaning for every side."""

OF_ALL: dict[str, Measure] = {"KyleLambda": kyle_lambda, "RunCount": run_count, "Roll": roll, "VPIN": vpin}
"""Measures of how trades of both sides follow each other."""

FURTHER_MEASURES = (*BY_SIDE, *OF_ALL, "TWAP")
COMPOSABLE = ("Parkinson", "GarmanKlass", "RogersSatchell", "Amihud", "LargeTradeShare")


def sides_of(measure: str) -> tuple[str, ...]:
    """The sides a measure has a meaning for."""
    if measure == "Roll":
        return ("Total", "Unknown")
    return ("Total",) if measure in OF_ALL else ("Total", "Bid", "Ask", "Unknown")


def told_apart(trades: Iterable[Trade]) -> list[Trade]:
    """Return trades in time order, those that only their side tells apart in the order of its code."""
    return sorted(trades, key=lambda trade: (trade.order(), CODES[trade.side]))


def further_pass(trades: Iterable[Trade], contract: Contract, measures: Sequence[str], sides: Sequence[str]) -> Result:
    """Return (ListingId, TimeBucket) to the columns of those of the sides that each measure has a meaning for."""
    buckets: dict[tuple[int, int], list[Trade]] = defaultdict(list)
    for trade in trades:
        if trade.lit:
            buckets[trade.listing, contract.label(trade.event)].append(trade)
    return {
        (listing, label): {
            column_name(side, measure): value(
                measure, selected(trades, side), contract.start_of(label) + contract.width
            )
            for measure in measures
            for side in sides
            if side in sides_of(measure)
        }
        for (listing, label), trades in buckets.items()
    }


def selected(trades: list[Trade], side: str) -> list[Trade]:
    """The trades of a side."""
    return [trade for trade in trades if side in ("Total", trade.side)]


def value(measure: str, trades: list[Trade], end: int) -> Value:
    """The value of a measure over trades of a bucket that ends then."""
    return time_weighted_price(trades, end) if measure == "TWAP" else (BY_SIDE | OF_ALL)[measure](trades)
