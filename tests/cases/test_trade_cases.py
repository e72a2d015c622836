"""Worked cases of the trade module: changes, the default metrics, market states."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
from cases.worked_case import WorkedCase, assert_close, needs_cases
from oracles.buckets import SECOND, Contract
from oracles.results import Key, Result, by_key, rows_of
from oracles.trade_costs import CHANGES, SCOPES, mid_before
from oracles.trade_groups import grouped_pass
from oracles.trades import Row, Trade, number, read_trade, read_trades

import basalt

pytestmark = needs_cases

CASES = ("trade_change_all", "trade_generic_default", "trade_market_states_one")
LIT = {"LIT_CONTINUOUS"}


def contract(case: WorkedCase) -> Contract:
    return Contract(case.config["passes"][0]["time_bucket_seconds"] * SECOND)


def listings(case: WorkedCase) -> list[int]:
    """The universe of these cases: the other implementation reads only listings of the reference table."""
    return [row["ListingId"] for row in case.rows("reference")]


def lit_rows(case: WorkedCase) -> list[Row]:
    known = set(listings(case))
    return [row for row in case.rows("trades") if row["ListingId"] in known and row["Classification"] in LIT]


def run(case: WorkedCase) -> Result:
    with basalt.run({**case.pipeline(), "UNIVERSE": listings(case)}) as result:
        return by_key(rows_of(result["pass1"].arrow()), case.keys)


def oracle(case: WorkedCase) -> Result:
    return grouped_pass(read_trades(lit_rows(case)), contract(case), case.config["passes"][0]["trade_analytics"])


def buckets_with(case: WorkedCase, condition: Callable[[Row], bool]) -> set[Key]:
    """Buckets that have a row of which something holds."""
    label = contract(case).label
    return {(row["ListingId"], label(row["TradeTimestamp"])) for row in lit_rows(case) if condition(row)}


def has_no_size(row: Row) -> bool:
    return number(row["Size"]) is None


def has_no_price(row: Row) -> bool:
    """The price of these cases is notional by size, which may be no number, or infinite."""
    return not has_no_size(row) and not is_finite(as_trade(row).price)


def has_no_mid_before(row: Row) -> bool:
    mid = mid_before(as_trade(row))
    return mid is not None and mid <= 0


def as_trade(row: Row) -> Trade:
    return read_trade({**row, "Size": number(row["Size"]) or 0.0}, LIT)


def is_finite(price: float | None) -> bool:
    return price is not None and math.isfinite(price)


def correct(expected: Result, ours: Result, columns: list[str], keys: set[Key]) -> None:
    """Put the oracle's values where the other implementation means something else; they must all differ somewhere."""
    for column in columns:
        theirs = {key: expected[key][column] for key in keys}
        assert theirs != {key: ours[key][column] for key in keys}
        for key in keys:
            expected[key][column] = ours[key][column]


@pytest.mark.parametrize("name", CASES)
def test_every_column_equals_the_oracle(name: str) -> None:
    case = WorkedCase(name)
    assert_close(run(case), oracle(case))


@pytest.mark.parametrize("name", CASES)
def test_the_last_market_state_is_carried(name: str) -> None:
    case = WorkedCase(name)
    assert "pass1.MarketState" in case.left_out
    states: dict[Key, dict[str, Any]] = {}
    for trade in read_trades(lit_rows(case)):
        row = states.setdefault((trade.listing, contract(case).label(trade.event)), {"MarketState": None})
        row["MarketState"] = trade.market_state or row["MarketState"]
    assert_close(run(case), states)


def test_changes_equal_the_worked_case() -> None:
    case = WorkedCase("trade_change_all")
    expected, ours = case.expected("pass1"), oracle(case)
    # The other implementation counts rows without a size. Only rows with one count.
    every_column = [f"{measure}{scope}" for measure in CHANGES for scope in SCOPES.values()]
    correct(expected, ours, every_column, buckets_with(case, has_no_size))
    # In the other implementation one trade that was not measured leaves the mean without a number. NaN is ignored.
    correct(expected, ours, ["PricePoint"], buckets_with(case, lambda row: math.isnan(row["PricePoint"] or 0.0)))
    assert_close(run(case), expected)


def test_the_default_metrics_equal_the_worked_case() -> None:
    case = WorkedCase("trade_generic_default")
    expected, ours = case.expected("pass1"), oracle(case)
    # The other implementation divides by the volume of trades without a price as well. Such a row is not in a VWAP.
    correct(expected, ours, ["VWAP"], buckets_with(case, has_no_price))
    assert_close(run(case), expected)


def test_metrics_in_market_states_equal_the_worked_case() -> None:
    case = WorkedCase("trade_market_states_one")
    expected, ours = case.expected("pass1"), oracle(case)
    # As in the default metrics, a row without a finite price is not in a VWAP.
    correct(expected, ours, ["TradeTotalVWAP"], buckets_with(case, has_no_price))
    # A distance from a mid of zero, or of a price that is none, is infinite or no number there. Such rows do not count.
    without = buckets_with(case, lambda row: has_no_price(row) or has_no_mid_before(row))
    correct(expected, ours, ["DiscrepancyToPreTradeMid"], without)
    # The other implementation counts trades of unknown aggressor as free. Trades without an aggressor do not count.
    free = buckets_with(case, lambda row: row["MarketState"] == "HALTED" and row["AggressorSide"] not in (1, 2))
    correct(expected, ours, ["EffectiveSpread1s"], free)
    assert_close(run(case), expected)
