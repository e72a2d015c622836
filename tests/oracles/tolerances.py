"""How closely each column of a trade pass must be met."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from oracles.buckets import SECOND, Contract
from oracles.measures import ALL_SIDES
from oracles.results import Tolerance
from oracles.trade_pass import column_name

if TYPE_CHECKING:
    from collections.abc import Sequence

SUMS = ("Volume", "Notional", "NotionalEUR", "NotionalUSD", "AuctionNotional", "OTCVolume", "VWAP", "AvgPrice")
"""Measures that add doubles up."""

SUM_RELATIVE = 1e-12
"""Sums of doubles may be taken in any order."""
VOLATILITY_RELATIVE = 1e-9
"""A spread of log returns loses digits where the returns are nearly equal."""
RETURN_ERROR = 1e-12
"""How far the spread of equal returns may be from zero, before it is annualised."""


def trade_tolerance(contract: Contract, sides: Sequence[str] = ALL_SIDES, largest_bucket: int = 100) -> Tolerance:
    """Against another implementation: sums and ratios to 1e-12, volatility to 1e-9, everything else exactly."""
    medians = {column_name(side, "MedianPrice"): SUM_RELATIVE for side in sides}
    by_order = order_tolerance(contract, sides, largest_bucket)
    return Tolerance({**by_order.relative, **medians}, by_order.absolute)


def order_tolerance(contract: Contract, sides: Sequence[str] = ALL_SIDES, largest_bucket: int = 100) -> Tolerance:
    """Against the same rows in another order: only what adds doubles up may differ."""
    annual = math.sqrt(252 * 24 * 3600 * largest_bucket * SECOND / contract.width)
    sums = {column_name(side, measure): SUM_RELATIVE for side in sides for measure in SUMS}
    volatilities = {column_name(side, "Volatility"): VOLATILITY_RELATIVE for side in sides}
    return Tolerance(sums | volatilities, dict.fromkeys(volatilities, RETURN_ERROR * annual))
