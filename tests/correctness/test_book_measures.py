"""Every measure of the order book equals the oracle."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import EVERYTHING, SOME, Books, analytics, book_table, books
from markets.moments import MIDNIGHT, MORNING, contracts
from markets.pipelines import BY_LISTING, book_pass_config, run_pass
from oracles.books import l2_pass, with_what_stood
from oracles.buckets import SECOND, Contract
from oracles.results import Result, assert_same
from oracles.tolerances import book_tolerance

from basalt.errors import BindingError, ConfigurationError

WIDTHS = st.sampled_from([SECOND, 15 * SECOND // 2, 60 * SECOND, 43_200 * SECOND])
MINUTES = Contract(60 * SECOND)


def book_result(table: Any, contract: Contract, asked: dict[str, Any]) -> Result:  # noqa: ANN401 - any kind of source
    """Run one l2 pass over a table of updates."""
    config = {"TABLES": {"l2": table}, "PASSES": [book_pass_config(contract, asked)]}
    return run_pass(config, "books", BY_LISTING)


@given(books(contracts(WIDTHS)))
@settings(max_examples=5)
def test_every_measure(market: Books) -> None:
    expected = l2_pass(market.rows, market.contract, EVERYTHING)
    assert_same(book_result(market.table, market.contract, EVERYTHING), expected, book_tolerance(expected))


@given(books(contracts(WIDTHS)), analytics())
@settings(max_examples=7)
def test_measures_in_market_states(market: Books, asked: dict[str, Any]) -> None:
    expected = l2_pass(market.rows, market.contract, asked)
    assert_same(book_result(market.table, market.contract, asked), expected, book_tolerance(expected))


@given(books(contracts(WIDTHS)), st.sampled_from([None, SECOND, 90 * SECOND]))
@settings(max_examples=5)
def test_what_is_not_told_stands_as_it_did(market: Books, max_age: int | None) -> None:
    asked = {**SOME, "max_state_age_seconds": None if max_age is None else max_age / SECOND}
    source = {"data": market.table, "nulls": "unchanged"}
    expected = l2_pass(with_what_stood(market.rows, max_age), market.contract, SOME)
    assert_same(book_result(source, market.contract, asked), expected, book_tolerance(expected))


def test_what_stands_on_the_first_day_was_told_before_it() -> None:
    rows = [
        update(1, 9.0, 11.0, TimestampNanoseconds=MIDNIGHT - 40 * SECOND),
        update(2, None, 12.0, TimestampNanoseconds=MIDNIGHT + SECOND),
    ]
    asked = {"prices": [{"source": ["Bid", "Ask"]}], "max_state_age_seconds": 60}
    config = {
        "START_DATE": "2025-03-04",
        "TABLES": {"l2": {"data": book_table(rows), "nulls": "unchanged"}},
        "PASSES": [book_pass_config(MINUTES, asked)],
    }
    assert run_pass(config, "books") == {(11, MIDNIGHT + 60 * SECOND): {"Bid": 9, "Ask": 12}}


def update(second: float, bid: float | None, ask: float | None, **more: object) -> dict[str, Any]:
    """One update of listing 11 so many seconds after nine."""
    moment = MORNING + int(second * SECOND)
    row = {"ListingId": 11, "TimestampNanoseconds": moment, "BMLLSequenceNo": int(second * 1000)}
    return row | {"BidPrice1": bid, "AskPrice1": ask, "BidQuantity1": 100.0, "AskQuantity1": 300.0} | more


def only_bucket(rows: list[dict[str, Any]], asked: dict[str, Any]) -> dict[str, Any]:
    (row,) = book_result(book_table(rows), MINUTES, asked).values()
    return row


PRICED = {"prices": [{"source": ["Mid", "WeightedMid"]}], "spreads": [{"variant": ["Abs", "BPS"]}]}


def test_the_book_is_the_one_at_the_last_update_and_not_the_last_value_of_each_column() -> None:
    rows = [update(1, 9.0, 11.0), update(2, None, 12.0)]
    asked = {"liquidity": [{"levels": 1, "measures": ["Price", "CumQuantity"]}], **PRICED}
    assert only_bucket(rows, asked) == {
        "BidPrice1": None, "BidCumQuantity1": 100, "AskPrice1": 12, "AskCumQuantity1": 300,
        "SpreadAbs": None, "SpreadBps": None, "Mid": None, "WeightedMid": None,
    }  # fmt: skip


def test_the_price_is_weighted_by_what_stands_on_the_other_side() -> None:
    assert only_bucket([update(1, 9.0, 11.0)], PRICED) == {
        "SpreadAbs": 2, "SpreadBps": 2000, "Mid": 10, "WeightedMid": 9.5,
    }  # fmt: skip


def test_a_locked_book_has_a_spread_of_zero_and_a_crossed_one_none() -> None:
    assert only_bucket([update(1, 10.0, 10.0)], PRICED)["SpreadAbs"] == 0
    crossed = only_bucket([update(1, 10.5, 10.0)], {**PRICED, "imbalances": [{"measures": "Quantity"}]})
    assert set(crossed.values()) == {None}


def test_a_slope_of_the_imbalance_by_hand() -> None:
    """Imbalances of 1/2, 0 and -3/4 at levels 1, 2 and 3: 1/2 less over one step, and 5/8 a step over two."""
    quantities = {"BidQuantity1": 300.0, "AskQuantity1": 100.0, "BidQuantity2": 50.0, "AskQuantity2": 50.0}
    rows = [update(1, 9.0, 11.0, **quantities, BidQuantity3=10.0, AskQuantity3=70.0)]
    asked = {"imbalances": [{"levels": [2, 3], "measures": "QuantitySlope"}]}
    assert only_bucket(rows, asked) == {
        "ImbalanceQuantitySlope2": pytest.approx(-0.5),
        "ImbalanceQuantitySlope3": pytest.approx(-0.625),
    }
    empty = [{**rows[0], "AskQuantity2": None}]
    assert set(only_bucket(empty, asked).values()) == {None}
    locked = [{**rows[0], "BidPrice1": 11.0}]
    assert only_bucket(locked, asked)["ImbalanceQuantitySlope3"] == pytest.approx(-0.625)


@pytest.mark.parametrize("levels", [{}, {"levels": [1, 3]}])
def test_a_slope_over_one_level_is_refused(levels: dict[str, Any]) -> None:
    asked = {"imbalances": [{**levels, "measures": ["Quantity", "QuantitySlope"]}]}
    with pytest.raises(ConfigurationError, match="over two levels or more"):
        only_bucket([update(1, 9.0, 11.0)], asked)


def test_an_empty_side_adds_up_to_nothing() -> None:
    rows = [update(1, None, 10.0, BidQuantity1=None)]
    asked = {"liquidity": [{"sides": "Bid", "measures": ["Quantity", "CumQuantity", "CumNotional"]}]}
    assert only_bucket(rows, asked) == {"BidQuantity1": None, "BidCumQuantity1": 0, "BidCumNotional1": 0}


def test_a_filter_that_no_update_passes_leaves_no_book() -> None:
    rows = [update(1, 9.0, 10.0, MarketState="HALTED")]
    asked = {"liquidity": [{"sides": "Bid", "measures": "CumQuantity", "market_states": "CONTINUOUS_TRADING"}]}
    assert only_bucket(rows, asked) == {"MarketState": "HALTED", "BidCumQuantity1": None}


def test_the_nanosecond_decides_the_bucket_and_the_sequence_the_last_update() -> None:
    minute = MORNING + 60 * SECOND
    rows = [
        update(1, 1.0, 9.0, TimestampNanoseconds=minute, BMLLSequenceNo=7),
        update(1, 2.0, 9.0, TimestampNanoseconds=minute, BMLLSequenceNo=8),
        update(1, 3.0, 9.0, TimestampNanoseconds=minute, BMLLSequenceNo=6),
        update(1, 4.0, 9.0, TimestampNanoseconds=minute + 1, BMLLSequenceNo=1),
    ]
    result = book_result(book_table(rows), MINUTES, {"prices": [{"source": "Bid"}]})
    assert result == {(11, minute): {"Bid": 2}, (11, minute + 60 * SECOND): {"Bid": 4}}


@pytest.mark.parametrize("order", [1, -1])
def test_of_updates_that_nothing_orders_the_greatest_is_the_last(order: int) -> None:
    """Their values are of one update, whichever row comes first."""
    rows = [
        update(1, 9.0, 11.0, BidQuantity1=2.0, AskQuantity1=1.0),
        update(1, 9.0, 11.0, BidQuantity1=1.0, AskQuantity1=5.0),
    ]
    unnumbered = [{name: value for name, value in row.items() if name != "BMLLSequenceNo"} for row in rows[::order]]
    assert only_bucket(unnumbered, {"liquidity": [{"measures": "Quantity"}]}) == {"BidQuantity1": 2, "AskQuantity1": 1}


def test_a_close_before_opens_the_bar_counts_in_it_and_fills_one_without_a_price() -> None:
    rows = [update(1, 9.0, 11.0), update(61, 11.0, 13.0), update(121, None, 5.0), update(181, 1.0, 3.0)]
    result = book_result(book_table(rows), MINUTES, {"ohlc": [{"source": "Mid", "open_mode": "prev_close"}]})
    assert [list(row.values()) for _, row in sorted(result.items())] == [
        [10, 10, 10, 10],
        [10, 12, 10, 12],
        [12, 12, 12, 12],
        [12, 12, 2, 2],
    ]


def test_no_close_of_the_day_before_opens_a_bar() -> None:
    rows = [
        update(1, 9.0, 11.0, TimestampNanoseconds=MIDNIGHT - SECOND),
        update(2, 1.0, 3.0, TimestampNanoseconds=MIDNIGHT + SECOND),
    ]
    result = book_result(book_table(rows), MINUTES, {"ohlc": [{"source": "Mid", "open_mode": "prev_close"}]})
    assert [row["MidOpen"] for _, row in sorted(result.items())] == [10, 2]


def test_the_default_measures_are_those_of_the_levels_there_are() -> None:
    asked: dict[str, Any] = {}
    assert list(only_bucket([update(1, 9.0, 11.0)], asked)) == [
        "BidPrice1", "BidQuantity1", "BidCumQuantity1", "AskPrice1", "AskQuantity1", "AskCumQuantity1",
        "ImbalanceCumQuantity1", "SpreadBps",
    ]  # fmt: skip


def test_a_prefix_begins_the_names_of_metrics_and_of_the_market_state() -> None:
    rows = [update(1, 9.0, 11.0, MarketState="HALTED", MIC="XAAA")]
    asked = {"metric_prefix": "L2_", "prices": [{"source": "Mid", "output_name_pattern": "{source}AtClose"}]}
    assert only_bucket(rows, asked) == {"MIC": "XAAA", "L2_MarketState": "HALTED", "L2_MidAtClose": 10}


def test_every_column_that_is_missing_is_told() -> None:
    with pytest.raises(BindingError) as refused:
        book_result(book_table([update(1, 9.0, 11.0)]), MINUTES, EVERYTHING)
    told = str(refused.value)
    assert all(column in told for column in ("BidPrice3", "AskNumOrders1", "BidSizeAhead2"))
