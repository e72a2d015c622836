"""Worked cases of the trade module: bucket labels and widths."""

from __future__ import annotations

import pytest
from cases.worked_case import WorkedCase, assert_close, needs_cases
from oracles.buckets import SECOND, Contract
from oracles.results import Result, by_key, rows_of
from oracles.trade_pass import trade_pass
from oracles.trades import Trade, read_trades

import basalt

BUCKETS = {
    "bucket_end_right": Contract(60 * SECOND),
    "bucket_start_left": Contract(60 * SECOND, "start", "left"),
    "bucket_size_7p5s": Contract(15 * SECOND // 2),
}


def listings(case: WorkedCase) -> list[int]:
    """The universe of these cases: the other implementation reads only listings of the reference table."""
    return [row["ListingId"] for row in case.rows("reference")]


def trades_of(case: WorkedCase) -> list[Trade]:
    known = set(listings(case))
    return read_trades(row for row in case.rows("trades") if row["ListingId"] in known)


def run(case: WorkedCase) -> Result:
    with basalt.run({**case.pipeline(), "UNIVERSE": listings(case)}) as result:
        return by_key(rows_of(result["pass1"].arrow()), case.keys)


def oracle(case: WorkedCase) -> Result:
    (metrics,) = case.config["passes"][0]["trade_analytics"]["generic_metrics"]
    return trade_pass(trades_of(case), BUCKETS[case.name], metrics["measures"])


def market_states(case: WorkedCase) -> Result:
    """The last known market state of each bucket."""
    states: Result = {}
    for trade in trades_of(case):
        if trade.lit:
            row = states.setdefault((trade.listing, BUCKETS[case.name].label(trade.event)), {"MarketState": None})
            row["MarketState"] = trade.market_state or row["MarketState"]
    return states


def without_a_price(case: WorkedCase) -> set[tuple[int, int]]:
    """Buckets with a trade that has no price."""
    contract = BUCKETS[case.name]
    return {
        (trade.listing, contract.label(trade.event)) for trade in trades_of(case) if trade.lit and trade.price is None
    }


def without_a_counted_trade(case: WorkedCase) -> set[tuple[int, int]]:
    """Buckets whose only trades have no size."""
    contract, known = BUCKETS[case.name], set(listings(case))
    lit = [row for row in case.rows("trades") if row["Classification"] == "LIT_CONTINUOUS"]
    found = {(row["ListingId"], contract.label(row["TradeTimestamp"])) for row in lit if row["ListingId"] in known}
    return found - set(oracle(case))


@needs_cases
@pytest.mark.parametrize("name", BUCKETS)
def test_equals_the_worked_case(name: str) -> None:
    case = WorkedCase(name)
    expected, ours = case.expected("pass1"), oracle(case)
    # The other implementation has a row for a bucket whose only trade has no size. Such a row does not count.
    for key in without_a_counted_trade(case):
        assert expected.pop(key)["TradeTotalVolume"] == 0
    # The other implementation lets a trade without a price into the volume that a VWAP is divided by.
    # A row without a price counts in Volume and not in VWAP.
    for key in without_a_price(case):
        if "TradeTotalVWAP" in expected[key]:
            expected[key]["TradeTotalVWAP"] = ours[key]["TradeTotalVWAP"]
    assert_close(run(case), expected)


@needs_cases
@pytest.mark.parametrize("name", BUCKETS)
def test_columns_left_out_equal_the_oracle(name: str) -> None:
    case = WorkedCase(name)
    assert case.left_out == ["pass1.Close", "pass1.MarketState", "pass1.Open"]
    actual = run(case)
    assert_close(actual, oracle(case))
    assert_close(actual, market_states(case))


@needs_cases
def test_a_listing_no_reference_row_knows_is_read_where_no_universe_is_given() -> None:
    case = WorkedCase("bucket_end_right")
    (unknown,) = {row["ListingId"] for row in case.rows("trades")} - set(listings(case))
    actual = {key: row for key, row in case.run()["pass1"].items() if key[0] == unknown}
    trades = read_trades(row for row in case.rows("trades") if row["ListingId"] == unknown)
    expected = trade_pass(trades, BUCKETS[case.name], ["Volume", "Count", "OHLC", "VWAP"])
    assert len(expected) == 1
    assert_close(actual, expected)
