"""What must hold between the columns of a trade pass, whatever the market."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st
from markets.moments import contracts
from markets.pipelines import trade_result
from markets.trades import Market, markets
from oracles.buckets import SECOND
from oracles.measures import ALL_SIDES, EVERY_ROW, FLOWS
from oracles.trade_pass import column_name

if TYPE_CHECKING:
    from oracles.results import Result

MARKETS = markets(contracts(st.sampled_from([SECOND, 60 * SECOND])))
PRICES = ("Open", "High", "Low", "Close", "VWAP", "AvgPrice", "MedianPrice")
ROUNDING = 1e-12


def results(market: Market, measures: list[str]) -> Result:
    found = trade_result(market.table, market.contract, measures, ALL_SIDES)
    assert bool(found) == any(size_is_known(row["Size"]) and counts(row, measures) for row in market.rows)
    return found


def size_is_known(size: float | None) -> bool:
    return size is not None and not math.isnan(size)


def counts(row: dict[str, object], measures: list[str]) -> bool:
    return row["Classification"] == "LIT_CONTINUOUS" or any(measure in EVERY_ROW for measure in measures)


@given(MARKETS)
@settings(max_examples=6)
def test_flows_of_the_sides_add_up_to_the_total(market: Market) -> None:
    for row in results(market, [*FLOWS, *EVERY_ROW]).values():
        for measure in (*FLOWS, *EVERY_ROW):
            total, *sides = (row[column_name(side, measure)] for side in ALL_SIDES)
            assert math.isclose(total, math.fsum(sides), rel_tol=ROUNDING)


@given(MARKETS)
@settings(max_examples=6)
def test_every_price_is_between_the_low_and_the_high(market: Market) -> None:
    for row in results(market, ["OHLC", "VWAP", "AvgPrice", "MedianPrice"]).values():
        for side in ALL_SIDES:
            low, high = row[column_name(side, "Low")], row[column_name(side, "High")]
            for price in (row[column_name(side, measure)] for measure in PRICES):
                assert price is None or low * (1 - ROUNDING) <= price <= high * (1 + ROUNDING)


@given(MARKETS)
@settings(max_examples=6)
def test_prices_are_there_together_or_not_at_all(market: Market) -> None:
    for row in results(market, ["OHLC", "AvgPrice", "MedianPrice", "Count"]).values():
        for side in ALL_SIDES:
            present = {
                row[column_name(side, measure)] is not None
                for measure in ("Open", "High", "Low", "Close", "AvgPrice", "MedianPrice")
            }
            assert len(present) == 1
            assert present == {False} or row[column_name(side, "Count")] > 0
