"""What stands near the mid and what it costs to trade against it equal a walk through the levels."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import Books, book_table, books
from markets.ladders import DEPTH, ladder_books
from markets.moments import MORNING, contracts
from markets.pipelines import BY_LISTING, book_pass_config, run_pass
from oracles.books import l2_pass
from oracles.buckets import SECOND, Contract
from oracles.results import Result, assert_same
from oracles.tolerances import book_tolerance

import basalt
from basalt.errors import ConfigurationError

WIDTHS = st.sampled_from([SECOND, 60 * SECOND])
MINUTES = Contract(60 * SECOND)
LADDER = {
    "BidPrice1": 99.9, "BidQuantity1": 100.0, "BidPrice2": 99.8, "BidQuantity2": 300.0,
    "AskPrice1": 100.1, "AskQuantity1": 200.0, "AskPrice2": 100.4, "AskQuantity2": 100.0,
}  # fmt: skip


def depth_result(market: Books, asked: dict[str, Any]) -> Result:
    config = {"TABLES": {"l2": market.table}, "PASSES": [book_pass_config(market.contract, asked)]}
    return run_pass(config, "books", BY_LISTING)


def only_row(book: dict[str, float | None], asked: dict[str, Any]) -> dict[str, Any]:
    rows = [{"ListingId": 1, "BMLLSequenceNo": 1, "TimestampNanoseconds": MORNING + SECOND, **book}]
    config = {"TABLES": {"l2": book_table(rows)}, "PASSES": [book_pass_config(MINUTES, asked)]}
    (row,) = run_pass(config, "books", BY_LISTING).values()
    return row


@given(ladder_books(contracts(WIDTHS)))
@settings(max_examples=7)
def test_books_as_exchanges_show_them(market: Books) -> None:
    expected = l2_pass(market.rows, market.contract, DEPTH)
    assert_same(depth_result(market, DEPTH), expected, book_tolerance(expected))


@given(books(contracts(WIDTHS)))
@settings(max_examples=5)
def test_levels_that_are_out_of_order_and_lack_prices_or_quantities(market: Books) -> None:
    expected = l2_pass(market.rows, market.contract, DEPTH)
    assert_same(depth_result(market, DEPTH), expected, book_tolerance(expected))


def test_a_book_by_hand() -> None:
    row = only_row(
        LADDER,
        {
            "microprices": [{"levels": [1, 2]}],
            "depth": [{"bps": [10, 15], "measures": ["Quantity", "Notional"]}],
            "sweeps": [{"sides": "Ask", "sizes": [100, 250], "measures": ["SweepPrice", "CostToTrade"]}],
            "notional_sweeps": [{"sides": "Bid", "notionals": 24_960, "measures": ["SweepPrice", "CostToTrade"]}],
        },
    )
    assert row == pytest.approx(
        {
            "Microprice1": (99.9 * 200 + 100.1 * 100) / 300,
            "Microprice2": (99.9 * 300 + 100.1 * 400) / 700,
            "BidDepth10bps": 100, "BidDepthNotional10bps": 9_990, "BidDepth15bps": 100, "BidDepthNotional15bps": 9_990,
            "AskDepth10bps": 200, "AskDepthNotional10bps": 20_020, "AskDepth15bps": 200,
            "AskDepthNotional15bps": 20_020,
            "AskSweepPrice100": 100.1, "AskCostToTrade100": 10,
            "AskSweepPrice250": 100.16, "AskCostToTrade250": 16,
            "BidSweepPriceNotional24960": 24_960 / (100 + 150), "BidCostToTradeNotional24960": 16,
        }
    )  # fmt: skip


def test_what_the_levels_cannot_answer_is_null() -> None:
    row = only_row(
        LADDER,
        {
            "depth": [{"bps": [20], "sides": "Bid"}, {"bps": [15], "sides": "Bid", "max_level": 1},
                       {"bps": [9], "sides": "Bid", "max_level": 1, "output_name_pattern": "{column}AtBest"}],
            "sweeps": [{"sizes": [300, 300.001], "sides": "Ask", "measures": "SweepPrice"},
                       {"sizes": 101, "sides": "Bid", "max_level": 1, "measures": "SweepPrice"}],
            "notional_sweeps": [{"notionals": [39_930, 39_930.01], "sides": "Bid", "measures": "SweepPrice"}],
        },
    )  # fmt: skip
    assert row == {
        "BidDepth20bps": None,
        "BidDepth15bps": None,
        "BidDepth9bpsAtBest": 0,
        "AskSweepPrice300": pytest.approx((100.1 * 200 + 100.4 * 100) / 300),
        "AskSweepPrice300_001": None,
        "BidSweepPrice101": None,
        "BidSweepPriceNotional39930": pytest.approx(39_930 / 400),
        "BidSweepPriceNotional39930_01": None,
    }


def test_a_slope_by_hand() -> None:
    found = only_row(LADDER, {"slopes": [{"sides": "Ask", "levels": [1, 2]}]})
    first = math.log(200) / (100.1 / 100 - 1)
    second = (math.log(300) / math.log(200) - 1) / (100.4 / 100.1 - 1)
    assert found == pytest.approx({"AskSlope1": first, "AskSlope2": (first + second) / 2})


@pytest.mark.parametrize(
    "change", [{"AskPrice2": None}, {"AskPrice2": 100.1}, {"AskQuantity1": 1.0}, {"BidPrice1": 100.1}]
)
def test_a_book_that_has_no_slope(change: dict[str, float | None]) -> None:
    assert only_row({**LADDER, **change}, {"slopes": [{"sides": "Ask", "levels": 2}]}) == {"AskSlope2": None}


@pytest.mark.parametrize("tick", range(1, 40))
def test_a_price_at_exactly_the_distance_counts(tick: int) -> None:
    """Its binary digits may put it a little farther away than the distance."""
    mid = 10_000 + 100 * tick
    near, far = mid / 100 - mid / 1_000_000 * 10, mid / 100 - 1
    book = {"BidPrice1": round(near, 6), "BidQuantity1": 5.0, "BidPrice2": far, "BidQuantity2": 7.0}
    book |= {"AskPrice1": round(2 * mid / 100 - near, 6), "AskQuantity1": 3.0, "AskPrice2": None, "AskQuantity2": None}
    row = only_row(book, {"depth": [{"bps": 10, "measures": ["Quantity", "Notional"]}]})
    assert (row["BidDepth10bps"], row["AskDepth10bps"]) == (5, 3)
    assert row["BidDepthNotional10bps"] == pytest.approx(5 * book["BidPrice1"])
    assert row["AskDepthNotional10bps"] == pytest.approx(3 * book["AskPrice1"])


def test_quantities_whose_sum_is_the_size_but_for_binary_digits_are_enough() -> None:
    book = {"AskPrice1": 10.0, "AskQuantity1": 0.7, "AskPrice2": 11.0, "AskQuantity2": 0.1}
    assert 0.7 + 0.1 < 0.8
    row = only_row({**LADDER, **book}, {"sweeps": [{"sizes": 0.8, "sides": "Ask", "measures": "SweepPrice"}]})
    assert row["AskSweepPrice0_8"] == pytest.approx((7 + 1.1) / 0.8)


def notional_sweep(book: dict[str, float | None], notional: float) -> Any:  # noqa: ANN401 - a value
    asked = {"notional_sweeps": [{"notionals": notional, "sides": "Ask", "measures": "SweepPrice"}]}
    (price,) = only_row({**LADDER, **book}, asked).values()
    return price


def test_notionals_whose_sum_is_the_notional_but_for_binary_digits_are_enough() -> None:
    book: dict[str, float | None] = {"AskPrice1": 10.1, "AskQuantity1": 0.1, "AskPrice2": 11.3, "AskQuantity2": 3.8}
    assert 10.1 * 0.1 + 11.3 * 3.8 < 43.95
    assert notional_sweep(book, 43.95) == pytest.approx(43.95 / (0.1 + 3.8))


def test_a_notional_is_not_traded_where_a_price_that_is_needed_is_not_known_or_not_positive() -> None:
    assert notional_sweep({"AskPrice2": None}, 20_020) == pytest.approx(100.1)
    assert notional_sweep({"AskPrice2": None}, 20_021) is None
    assert notional_sweep({"BidPrice1": -2.0, "AskPrice1": -1.0, "AskPrice2": 5.0}, 50) is None


@pytest.mark.parametrize("amount", [0, -1, float("nan"), float("inf"), True])
def test_an_amount_is_a_number_above_zero(amount: float) -> None:
    asked = {"sweeps": [{"sizes": amount, "measures": "SweepPrice"}]}
    with pytest.raises(ConfigurationError, match="sizes"):
        basalt.compile({"PASSES": [book_pass_config(MINUTES, asked)]})
