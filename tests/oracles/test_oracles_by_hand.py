"""The oracles against values worked out by hand, and the indicator oracles against TA-Lib itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
import talib

from oracles.buckets import SECOND, Contract, day_of
from oracles.generic_pass import aggregated, in_order, resampled
from oracles.indicators import (
    Series,
    exponential_average,
    macd,
    simple_average,
    skipping_nulls,
    weighted_average,
)
from oracles.reference import by_validity
from oracles.results import EXACT, Tolerance
from oracles.trade_pass import trade_pass
from oracles.trades import by_instrument, quotient, read_trades

MINUTE = 60 * SECOND
NOT_A_NUMBER = float("nan")


@pytest.mark.parametrize(
    ("anchor", "closed", "labels"),
    [
        ("end", "right", [0, 60, 60, 60, 120]),
        ("start", "right", [-60, 0, 0, 0, 60]),
        ("end", "left", [60, 60, 60, 120, 120]),
        ("start", "left", [0, 0, 0, 60, 60]),
    ],
)
def test_labels_at_an_edge_and_one_nanosecond_beside_it(anchor: str, closed: str, labels: list[int]) -> None:
    contract = Contract(MINUTE, anchor, closed)
    events = [0, 1, MINUTE - 1, MINUTE, MINUTE + 1]
    assert [contract.label(event) // SECOND for event in events] == labels


def test_buckets_before_1970_reach_back_and_not_toward_zero() -> None:
    assert Contract(MINUTE).label(-1) == 0
    assert Contract(MINUTE).label(-MINUTE) == -MINUTE
    assert Contract(MINUTE, "start", "left").label(-1) == -MINUTE
    assert day_of(-1) == -1


def test_an_origin_moves_the_edges() -> None:
    contract = Contract(7 * MINUTE, "start", "left", origin=30 * MINUTE)
    assert contract.label(29 * MINUTE) == 23 * MINUTE
    assert contract.label(30 * MINUTE) == 30 * MINUTE


def test_a_bar_goes_whole_into_the_bucket_that_contains_it() -> None:
    ending = Contract(MINUTE)
    assert ending.resample(15 * MINUTE, ending.coarser(15)) == 15 * MINUTE
    assert ending.resample(16 * MINUTE, ending.coarser(15)) == 30 * MINUTE
    starting = Contract(MINUTE, "start", "left")
    assert starting.resample(15 * MINUTE, starting.coarser(15)) == 15 * MINUTE
    assert starting.resample(14 * MINUTE, starting.coarser(15)) == 0


def row(second: int, price: float | None, size: float | None, **columns: object) -> dict[str, object]:
    return {"ListingId": 1, "TradeTimestamp": second * SECOND, "LocalPrice": price, "Size": size} | columns


def test_measures_of_four_trades() -> None:
    rows = [
        row(30, 40.0, 1.0, AggressorSide=2),
        row(10, 10.0, 3.0, AggressorSide=1),
        row(20, 20.0, 1.0, AggressorSide=1),
        row(40, NOT_A_NUMBER, 5.0, AggressorSide=None),
        row(50, 99.0, None, AggressorSide=1),
    ]
    measures = ["Volume", "Count", "VWAP", "AvgPrice", "MedianPrice", "OHLC", "Volatility"]
    result = trade_pass(read_trades(rows), Contract(MINUTE), measures, ["Total", "Ask", "Bid", "Unknown"])
    bucket = result[1, MINUTE]
    assert bucket["TradeTotalVolume"] == 10
    assert bucket["TradeTotalCount"] == 4
    assert bucket["TradeTotalVWAP"] == (30 + 20 + 40) / 5
    assert bucket["TradeTotalAvgPrice"] == pytest.approx(70 / 3, rel=1e-15)
    assert bucket["TradeTotalMedianPrice"] == 20
    assert [bucket[name] for name in ("Open", "High", "Low", "Close")] == [10, 40, 10, 40]
    assert [bucket[f"TradeAsk{name}"] for name in ("Open", "High", "Low", "Close")] == [10, 20, 10, 20]
    assert bucket["TradeTotalVolatility"] == 0
    assert bucket["TradeAskVolatility"] is None
    assert bucket["TradeUnknownVolume"] == 5
    assert bucket["TradeUnknownVWAP"] is None


def test_volatility_of_two_returns() -> None:
    rows = [row(10, 1.0, 1.0), row(20, math.e, 1.0), row(30, 0.0, 1.0), row(40, 1.0, 1.0)]
    bucket = trade_pass(read_trades(rows), Contract(MINUTE), ["Volatility"])[1, MINUTE]
    assert bucket["TradeTotalVolatility"] == pytest.approx(math.sqrt(2) * math.sqrt(252 * 24 * 60 * 2), rel=1e-12)


def test_auction_and_otc_measures_read_every_row_and_the_others_only_lit_ones() -> None:
    rows = [
        row(10, 10.0, 1.0, Classification="LIT_CONTINUOUS", TradeNotional=10.0),
        row(20, 10.0, 2.0, Classification="LIT_AUCTION_OPEN", TradeNotional=20.0),
        row(90, 10.0, 4.0, Classification="OTC_OFF_BOOK", TradeNotional=40.0),
        row(190, 10.0, 8.0, Classification=None, TradeNotional=80.0),
    ]
    trades = read_trades(rows)
    assert list(trade_pass(trades, Contract(MINUTE), ["Volume"])) == [(1, MINUTE)]
    result = trade_pass(trades, Contract(MINUTE), ["Volume", "AuctionNotional", "OTCVolume"])
    assert [tuple(result[1, minute * MINUTE].values()) for minute in (1, 2, 4)] == [(1, 20, 0), (0, 0, 4), (0, 0, 0)]


def test_ties_go_by_sequence_then_price_then_size() -> None:
    rows = [
        row(10, 3.0, 1.0, BMLLSequenceNo=1),
        row(10, 2.0, 1.0, BMLLSequenceNo=2),
        row(10, 1.0, 1.0, BMLLSequenceNo=2),
    ]
    bucket = trade_pass(read_trades(rows), Contract(MINUTE), ["OHLC"])[1, MINUTE]
    assert (bucket["Open"], bucket["Close"]) == (3, 2)


def test_an_instrument_is_its_listings_taken_together() -> None:
    rows = [row(10, 3.0, 1.0), row(5, 2.0, 1.0) | {"ListingId": 2}]
    trades = by_instrument(read_trades(rows), {1: 7, 2: 7})
    assert trade_pass(trades, Contract(MINUTE), ["OHLC"])[7, MINUTE]["Open"] == 2


def test_a_notional_by_no_size_is_no_price_or_an_infinite_one() -> None:
    assert quotient(10.0, 4.0) == 2.5
    assert quotient(0.0, 0.0) is None
    assert quotient(None, 4.0) is None
    assert quotient(10.0, 0.0) == math.inf


def test_aggregations_skip_nulls_and_go_by_time_then_listing() -> None:
    bars = [
        {"ListingId": 2, "TimeBucket": MINUTE, "Close": 5.0},
        {"ListingId": 1, "TimeBucket": MINUTE, "Close": None},
        {"ListingId": 1, "TimeBucket": 2 * MINUTE, "Close": 4.0},
        {"ListingId": 2, "TimeBucket": 2 * MINUTE, "Close": 3.0},
        {"ListingId": 2, "TimeBucket": 3 * MINUTE, "Close": None},
    ]
    contract = Contract(MINUTE)
    expected = {"sum": 12, "mean": 4, "first": 5, "last": 3, "max": 5, "min": 3, "count": 3}
    for method, value in expected.items():
        wide = resampled(in_order(bars), contract, contract.coarser(15))
        assert aggregated(wide, ["TimeBucket"], {"Close": method}) == {(15 * MINUTE,): {"Close": value}}
    empty = [{"ListingId": 1, "TimeBucket": 0, "Close": None}]
    for method, value in {"sum": None, "mean": None, "first": None, "max": None, "count": 0}.items():
        assert aggregated(empty, ["ListingId"], {"Close": method}) == {(1,): {"Close": value}}


def test_a_reference_row_holds_on_its_last_day_and_not_after_it() -> None:
    rows = [{"ListingId": 1, "InstrumentId": 7, "ValidFrom": 0, "ValidTo": 1}]
    look_up = by_validity(rows, "InstrumentId", Contract(MINUTE))
    two_days = 2 * 24 * 60 * MINUTE
    assert look_up({"ListingId": 1, "TimeBucket": two_days}) == {"InstrumentId": 7}
    assert look_up({"ListingId": 1, "TimeBucket": two_days + MINUTE}) == {"InstrumentId": None}


def test_the_comparison_tells_null_from_a_number_and_refuses_not_a_number() -> None:
    assert EXACT.accepts("Volume", None, None)
    assert not EXACT.accepts("Volume", None, 0)
    assert not EXACT.accepts("Volume", 0, None)
    assert not EXACT.accepts("Volume", NOT_A_NUMBER, NOT_A_NUMBER)
    assert not EXACT.accepts("Volume", 1 + 1e-15, 1)
    close = Tolerance({"Volume": 1e-12})
    assert close.accepts("Volume", 1 + 1e-15, 1)
    assert not close.accepts("Volume", NOT_A_NUMBER, 1)
    assert not close.accepts("Volume", 1 + 1e-11, 1)


def as_nulls(values: np.ndarray) -> Series:
    return [None if math.isnan(value) else value for value in values]


WALK = [100 + math.sin(3 * step) + step / 10 for step in range(40)]


def assert_series(ours: Series, theirs: np.ndarray, relative: float) -> None:
    tolerance = Tolerance({"value": relative})
    assert len(ours) == len(theirs)
    assert [pair for pair in zip(ours, as_nulls(theirs), strict=True) if not tolerance.accepts("value", *pair)] == []


def test_averages_equal_those_of_talib() -> None:
    walk = np.array(WALK)
    assert_series(simple_average(WALK, 5), talib.SMA(walk, 5), 1e-12)
    assert_series(weighted_average(WALK, 5), talib.WMA(walk, 5), 1e-12)
    assert_series(exponential_average(WALK, 5), talib.EMA(walk, 5), 1e-12)
    assert simple_average(WALK[:3], 5) == [None] * 3
    assert exponential_average(WALK[:3], 5) == [None] * 3


def test_macd_equals_that_of_talib() -> None:
    for ours, theirs in zip(macd(WALK, 3, 6, 4), talib.MACD(np.array(WALK), 3, 6, 4), strict=True):
        assert_series(ours, theirs, 1e-9)


def test_nulls_are_skipped_and_stay_null() -> None:
    values = [1.0, None, 3.0, 5.0]
    assert skipping_nulls(values, lambda found: simple_average(found, 2)) == [None, None, 2.0, 4.0]
