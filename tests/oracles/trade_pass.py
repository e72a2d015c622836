"""A trade pass: the measures asked for, per listing and time bucket."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from oracles.measures import EVERY_ROW, EXTREMES, FLOWS, PLACEMENTS, PRICES, Value, volatility

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from oracles.buckets import Contract
    from oracles.results import Result
    from oracles.trades import Trade


def trade_pass(
    trades: Iterable[Trade], contract: Contract, measures: Sequence[str], sides: Sequence[str] = ("Total",)
) -> Result:
    """Return (ListingId, TimeBucket) to its columns; a bucket is there if a row falls in it that a measure reads."""
    reads_every_row = any(measure in EVERY_ROW for measure in measures)
    buckets: dict[tuple[int, int], list[Trade]] = defaultdict(list)
    for trade in trades:
        if trade.lit or reads_every_row:
            buckets[trade.listing, contract.label(trade.event)].append(trade)
    return {key: dict(columns(rows, contract, measures, sides)) for key, rows in buckets.items()}


def columns(
    trades: list[Trade], contract: Contract, measures: Sequence[str], sides: Sequence[str]
) -> Iterator[tuple[str, Value]]:
    """Give the columns of one bucket with their values, in the order asked for."""
    for measure in measures:
        for side in sides:
            selected = [trade for trade in trades if side in ("Total", trade.side)]
            for name, value in values(selected, contract, measure):
                yield column_name(side, name), value


def values(trades: list[Trade], contract: Contract, measure: str) -> list[tuple[str, Value]]:
    """Return what a measure gives over the trades of a side: one value, or four for OHLC."""
    if measure in EVERY_ROW:
        return [(measure, EVERY_ROW[measure](trades))]
    lit = [trade for trade in trades if trade.lit]
    if measure == "OHLC":
        return [(name, extreme(lit)) for name, extreme in EXTREMES.items()]
    if measure == "Volatility":
        return [(measure, volatility(lit, contract.width))]
    return [(measure, {**FLOWS, **PRICES, **PLACEMENTS}[measure](lit))]


def column_name(side: str, measure: str) -> str:
    """What a column is called; the total's open, high, low and close go by their plain names."""
    return measure if side == "Total" and measure in EXTREMES else f"Trade{side}{measure}"
