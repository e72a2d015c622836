"""Volatility of a price of the book on a regular grid of times, from the definition."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from oracles.book_times import Stood, what_stood
from oracles.books import Row, Value, price
from oracles.buckets import SECOND, Contract
from oracles.results import Result

YEAR = 252 * 24 * 3600


def seen(stood: Sequence[Stood], moment: int, start: int, contract: Contract, source: str) -> Value:
    """The logarithm of the price at a moment; at an end that is not the bucket's own, that of just before it."""
    is_before = contract.closed == "left" and moment == start + contract.width
    there = [
        each
        for each in stood
        if (each.since < moment <= each.until if is_before else each.since <= moment < each.until)
    ]
    value = price(there[-1].row, source) if there else None
    return math.log(value) if value is not None and value > 0 else None


def variance(prices: Sequence[Value], contract: Contract) -> Value:
    """The variance per year of the returns between neighbours that both have a price."""
    returns = [after - before for before, after in pairwise(prices) if before is not None and after is not None]
    if len(returns) < 2:
        return None
    return statistics.variance(returns) * YEAR * len(returns) / (contract.width / SECOND)


def volatility_pass(
    rows: Sequence[Row],
    contract: Contract,
    group: Mapping[str, Any],
    max_age: int | None = None,
    breaks: Sequence[Row] = (),
) -> Result:
    """Return (ListingId, TimeBucket) to the volatilities; ``group`` has source, step and shift, in nanoseconds."""
    result: Result = {}
    states = group.get("market_states", [])
    for listing, every in what_stood(rows, max_age, breaks).items():
        stood = [each for each in every if not states or each.row["MarketState"] in states]
        for start in sorted({contract.start(each.since) for each in every}):
            result[listing, contract.label_of(start)] = {
                f"L2Volatility{source}Std": volatility(stood, start, contract, group, source)
                for source in group["source"]
            }
    return result


def volatility(stood: Sequence[Stood], start: int, contract: Contract, group: Mapping[str, Any], source: str) -> Value:
    """The root of the mean variance of the grids of one bucket."""
    end = start + contract.width
    grids = [range(first, end + 1, group["step"]) for first in range(start, start + group["step"], group["shift"])]
    found = [variance([seen(stood, moment, start, contract, source) for moment in grid], contract) for grid in grids]
    known = [each for each in found if each is not None]
    return math.sqrt(sum(known) / len(known)) if known else None
