"""How closely each column of a trade pass must be met."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from oracles.buckets import SECOND, Contract
from oracles.measures import ALL_SIDES
from oracles.results import Result, Tolerance
from oracles.trade_pass import column_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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


LARGEST_SUM = 1e6
"""What the magnitudes add up to at most, in basis points, of the discrepancies and costs of a small market's bucket."""


def metric_tolerance(columns: Iterable[str], *, exact: Iterable[str] = ()) -> Tolerance:
    """For metrics of any group: to 1e-12 of their size, or where terms cancel of what was added up; counts, extremes,
    first and last exactly, and columns in ``exact`` as well."""
    inexact = [column for column in columns if not column.endswith(REPEATED) and column not in exact]
    relative = {column: VOLATILITY_RELATIVE if column.endswith("Std") else SUM_RELATIVE for column in inexact}
    return Tolerance(relative, {column: scale(column) * SUM_RELATIVE for column in relative})


REPEATED = ("First", "Last", "Min", "Max", "Open", "High", "Low", "Close", "Count")
"""Ends of names of columns that repeat a value of one trade, or count."""
CANCELLING = ("DiscrepancyTo", "Spread", "PriceImpact")


def scale(column: str) -> float:
    """What the terms of a column add up to at most, where they may cancel."""
    return LARGEST_SUM if any(part in column for part in CANCELLING) else 1.0


ADDED_UP = ("Cum", "Spread", "Imbalance", "WeightedMid", "Microprice", "Depth", "SweepPrice", "CostToTrade")
"""Parts of names of columns of the book that several values were added up for."""


DIFFERENCE_OF_PRICES = 1e-8
"""How far a difference of prices that are nearly equal may be off, in basis points."""


SLOPE_RELATIVE = 1e-8
"""Slopes are by differences of prices that are nearly equal."""
FLOW_ERROR = 1e-8
"""How far the sum of quantities of either sign may be off, where they cancel."""


def book_tolerance(result: Result) -> Tolerance:
    """Sums over levels and what is computed from them to 1e-12, what is read off an update exactly."""
    columns = {name for row in result.values() for name in row if any(part in name for part in ADDED_UP)}
    costs = {name: DIFFERENCE_OF_PRICES for name in columns if "CostToTrade" in name}
    flows = {name: FLOW_ERROR for row in result.values() for name in row if "OrderFlow" in name}
    slopes = {name: SLOPE_RELATIVE for row in result.values() for name in row if name[3:].startswith("Slope")}
    lines = {name: SUM_RELATIVE for name in columns if name.startswith("ImbalanceQuantitySlope")}
    return Tolerance(dict.fromkeys(columns, SUM_RELATIVE) | slopes, costs | flows | slopes | lines)
