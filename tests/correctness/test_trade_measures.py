"""Every generic measure, for every side, equals the oracle."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.moments import MORNING, contracts
from markets.pipelines import BY_LISTING, run_pass, trade_pass_config, trade_result
from markets.trades import Market, markets, trade_table
from oracles.buckets import SECOND, Contract
from oracles.measures import ALL_SIDES, MEASURES
from oracles.results import assert_same
from oracles.tolerances import trade_tolerance
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades

from basalt.errors import BindingError

WIDTHS = st.sampled_from([SECOND, 15 * SECOND // 2, 60 * SECOND, 86_400 * SECOND])
MINUTES = Contract(60 * SECOND)


@given(markets(contracts(WIDTHS)))
@settings(max_examples=7)
def test_every_measure_of_every_side(market: Market) -> None:
    expected = trade_pass(read_trades(market.rows), market.contract, MEASURES, ALL_SIDES)
    actual = trade_result(market.table, market.contract, MEASURES, ALL_SIDES)
    assert_same(actual, expected, trade_tolerance(market.contract))


@given(
    markets(contracts(WIDTHS)),
    st.lists(st.sampled_from(MEASURES), unique=True, min_size=1, max_size=4),
    st.lists(st.sampled_from(ALL_SIDES), unique=True, min_size=1, max_size=3),
)
@settings(max_examples=10)
def test_some_measures_of_some_sides(market: Market, measures: list[str], sides: list[str]) -> None:
    expected = trade_pass(read_trades(market.rows), market.contract, measures, sides)
    actual = trade_result(market.table, market.contract, measures, sides)
    assert_same(actual, expected, trade_tolerance(market.contract))


@given(
    st.lists(
        st.sampled_from([-2.5, -1.0, 0.0, 1.0, 1.5, 100.0, None, float("nan")])
        | st.floats(0.01, 1_000, allow_nan=False),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=7)
def test_prices_that_have_no_logarithm_take_no_part_in_returns(prices: list[float | None]) -> None:
    rows = [trade(place, LocalPrice=price) for place, price in enumerate(prices)]
    expected = trade_pass(read_trades(rows), MINUTES, ["OHLC", "Volatility", "MedianPrice"])
    actual = trade_result(trade_table(rows, "ns"), MINUTES, ["OHLC", "Volatility", "MedianPrice"])
    assert_same(actual, expected, trade_tolerance(MINUTES))


def trade(second: int, **columns: object) -> dict[str, Any]:
    """One lit trade of listing 11 so many seconds into the minute after nine."""
    row = {
        "ListingId": 11,
        "TradeTimestamp": MORNING + (second + 1) * SECOND,
        "LocalPrice": 10.0,
        "Size": 1.0,
        "BMLLSequenceNo": second,
    }
    return row | columns


def only_bucket(table: pa.Table, measures: list[str], **config: object) -> dict[str, Any]:
    """Run a trade pass by the minute and return its one row."""
    settings_of_pass = trade_pass_config(MINUTES, measures)
    settings_of_pass["trade_analytics"] |= config
    (row,) = run_pass({"TABLES": {"trades": table}, "PASSES": [settings_of_pass]}, "bars").values()
    return row


def test_a_trade_that_takes_the_ask_is_buyer_initiated() -> None:
    rows = [trade(1, AggressorSide=1, Size=3.0), trade(2, AggressorSide=2, Size=5.0)]
    result = trade_result(trade_table(rows, "ns"), MINUTES, ["Volume"], ALL_SIDES)
    assert list(result.values()) == [
        {"TradeTotalVolume": 8, "TradeAskVolume": 3, "TradeBidVolume": 5, "TradeUnknownVolume": 0}
    ]


def test_a_side_of_a_source_without_an_aggressor_is_an_error() -> None:
    with pytest.raises(BindingError, match="AggressorSide"):
        trade_result(trade_table([trade(1)], "ns"), MINUTES, ["Count"], ["Bid"])


def test_other_classifications_count_where_they_are_asked_for() -> None:
    rows = [
        trade(place, Classification=name)
        for place, name in enumerate(["LIT_CONTINUOUS", "DARK_CONTINUOUS", "LIT_AUCTION_OPEN", None])
    ]
    table = trade_table(rows, "ns")
    assert only_bucket(table, ["Count"])["TradeTotalCount"] == 1
    chosen = ["DARK_CONTINUOUS", "LIT_AUCTION_OPEN"]
    assert only_bucket(table, ["Count"], classifications=chosen)["TradeTotalCount"] == 2


def test_a_source_without_classifications_counts_every_row() -> None:
    assert only_bucket(trade_table([trade(1), trade(2)], "ns"), ["Count"])["TradeTotalCount"] == 2


def test_a_price_that_is_not_given_is_notional_by_size() -> None:
    rows = [trade(1, TradeNotional=30.0, Size=4.0), trade(2, TradeNotional=None, Size=2.0)]
    table = trade_table(rows, "ns").drop_columns(["LocalPrice"])
    table = table.append_column("Price", pa.array([99.0, 99.0]))
    bucket = only_bucket(table, ["OHLC", "VWAP", "Volume"])
    assert (bucket["Close"], bucket["TradeTotalVWAP"], bucket["TradeTotalVolume"]) == (7.5, 7.5, 6)


def test_a_price_is_the_last_resort() -> None:
    table = trade_table([trade(1)], "ns").rename_columns({"LocalPrice": "Price"})
    assert only_bucket(table, ["OHLC"])["Close"] == 10


def test_a_size_of_zero_gives_no_vwap_and_no_error() -> None:
    bucket = only_bucket(trade_table([trade(1, Size=0.0)], "ns"), ["VWAP", "Count", "OHLC"])
    assert bucket["TradeTotalVWAP"] is None
    assert (bucket["TradeTotalCount"], bucket["Close"]) == (1, 10)


def test_the_nanosecond_column_is_the_event_time_where_both_are_there() -> None:
    rows = [trade(2, LocalPrice=2.0), trade(1, LocalPrice=1.0)]
    table = trade_table([{**row, "TradeTimestamp": MORNING + 1} for row in rows], "ns")
    moments = pa.array([row["TradeTimestamp"] for row in rows], pa.int64()).cast(pa.timestamp("ns"))
    table = table.drop_columns(["BMLLSequenceNo"]).append_column("TradeTimestampNanoseconds", moments)
    assert only_bucket(table, ["OHLC"])["Close"] == 2


def test_whole_nanoseconds_are_an_event_time_too() -> None:
    rows = [trade(2, LocalPrice=2.0), trade(1, LocalPrice=1.0)]
    moments = pa.array([row["TradeTimestamp"] for row in rows], pa.int64())
    table = trade_table(rows, "ns").drop_columns(["TradeTimestamp", "BMLLSequenceNo"])
    table = table.append_column("TradeTimestampNanoseconds", moments)
    assert only_bucket(table, ["OHLC"])["Close"] == 2


@pytest.mark.parametrize("column", ["BMLLSequenceNo", "ExchangeSequenceNo", "EventNo"])
def test_the_sequence_number_orders_trades_of_one_time(column: str) -> None:
    rows = [
        trade(place, TradeTimestamp=MORNING + 1, LocalPrice=price) for place, price in enumerate([5.0, 9.0, 1.0, 7.0])
    ]
    table = trade_table(rows, "ns").rename_columns({"BMLLSequenceNo": column})
    bucket = only_bucket(table, ["OHLC"])
    assert (bucket["Open"], bucket["Close"]) == (5, 7)


def test_a_source_may_name_its_own_sequence() -> None:
    rows = [trade(place, TradeTimestamp=MORNING + 1, LocalPrice=price) for place, price in enumerate([5.0, 9.0, 1.0])]
    source = {"data": trade_table(rows, "ns"), "sequence": "-BMLLSequenceNo"}
    config = {"TABLES": {"trades": source}, "PASSES": [trade_pass_config(MINUTES, ["OHLC"])]}
    (bucket,) = run_pass(config, "bars").values()
    assert (bucket["Open"], bucket["Close"]) == (1, 5)


def test_venue_ticker_and_the_last_market_state_are_carried() -> None:
    rows = [
        trade(3, MarketState="HALTED", MIC="XAAA"),
        trade(1, MarketState="OPEN", MIC="XAAA"),
        trade(2, MarketState="AUCTION", MIC="XAAA"),
    ]
    table = trade_table(rows, "ns").append_column("Ticker", pa.array(["ALF"] * 3))
    assert only_bucket(table, ["Count"]) == {
        "MIC": "XAAA",
        "Ticker": "ALF",
        "MarketState": "HALTED",
        "TradeTotalCount": 3,
    }


@given(markets(contracts(WIDTHS), sequences=st.just("unique")))
@settings(max_examples=5)
def test_sources_with_other_column_names_are_mapped(market: Market) -> None:
    renamed = {"LocalPrice": "px", "Size": "qty", "ListingId": "id", "TradeTimestamp": "t"}
    source = {
        "data": market.table.rename_columns(renamed),
        "columns": dict(renamed.items()),
    }
    expected = trade_pass(read_trades(market.rows), market.contract, ["VWAP", "OHLC", "Volume"])
    config = {
        "TABLES": {"trades": source},
        "PASSES": [trade_pass_config(market.contract, ["VWAP", "OHLC", "Volume"])],
    }
    assert_same(run_pass(config, "bars", BY_LISTING), expected, trade_tolerance(market.contract))
