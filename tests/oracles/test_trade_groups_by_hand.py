"""The oracles of the groups of trade metrics against values worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pytest

from oracles.buckets import SECOND, Contract
from oracles.results import EXACT
from oracles.tolerances import metric_tolerance
from oracles.trade_groups import grouped_pass
from oracles.trades import read_trades

MINUTE = Contract(60 * SECOND)
NOT_A_NUMBER = float("nan")


def trade(second: int, price: float | None, side: int | None = 1, **columns: object) -> dict[str, Any]:
    row = {"ListingId": 1, "TradeTimestamp": second * SECOND, "LocalPrice": price, "Size": 2.0, "AggressorSide": side}
    return row | columns


def bucket(rows: list[dict[str, Any]], **analytics: object) -> dict[str, Any]:
    """The columns of the only bucket of some trades."""
    (columns,) = grouped_pass(read_trades(rows), MINUTE, analytics).values()
    return columns


def test_discrepancies_of_trades_with_a_finite_price_and_a_positive_reference() -> None:
    rows = [
        trade(1, 101.0, PreTradeMid=100.0),
        trade(2, 100.0, 2, PreTradeMid=200.0),
        trade(3, 50.0, PreTradeMid=0.0),
        trade(4, None, PreTradeMid=100.0),
        trade(5, math.inf, PreTradeMid=100.0),
        trade(6, 100.0, PreTradeMid=NOT_A_NUMBER),
    ]
    group = {
        "references": "PreTradeMid",
        "aggregations": ["First", "Last", "Min", "Max", "Mean", "Sum", "Median", "Std"],
    }
    values = list(bucket(rows, discrepancy_metrics=[group]).values())
    assert values[:7] == [100, -5000, -5000, 100, -2450, -4900, -2450]
    assert values[7] == pytest.approx(5100 / math.sqrt(2), rel=1e-15)
    sides = {"references": "PreTradeMid", "sides": ["Ask", "Bid", "Unknown"], "aggregations": ["Mean", "Std"]}
    assert bucket(rows, discrepancy_metrics=[sides]) == {
        "DiscrepancyToPreTradeMidAsk": 100,
        "DiscrepancyToPreTradeMidAskStd": None,
        "DiscrepancyToPreTradeMidBid": -5000,
        "DiscrepancyToPreTradeMidBidStd": None,
        "DiscrepancyToPreTradeMidUnknown": None,
        "DiscrepancyToPreTradeMidUnknownStd": None,
    }


def test_a_middle_needs_both_prices() -> None:
    rows = [trade(1, 11.0, BestBidPrice=9.0, BestAskPrice=11.0), trade(2, 99.0, BestBidPrice=None, BestAskPrice=11.0)]
    assert bucket(rows, discrepancy_metrics=[{"references": "EBBO"}]) == {"DiscrepancyToEBBO": 1000}


def test_costs_of_trades_that_have_an_aggressor() -> None:
    rows = [
        trade(1, 101.0, 1, PreTradeMid=100.0, PostTradeMid1000ms=100.5),
        trade(2, 98.0, 2, PreTradeMid=100.0, PostTradeMid1000ms=0.0),
        trade(3, 500.0, 0, PreTradeMid=100.0, PostTradeMid1000ms=100.0),
        trade(4, 500.0, 1, PreTradeMid=-1.0, PostTradeMid1000ms=100.0),
    ]
    variants = ["EffectiveSpread", "RealizedSpread", "PriceImpact"]
    costs = bucket(rows, impact_metrics=[{"variant": variants}])
    assert costs == {"EffectiveSpread1s": 3, "RealizedSpread1s": 1, "PriceImpact1s": 1}
    in_basis_points = bucket(rows, impact_metrics=[{"variant": variants, "unit": "bps"}])
    assert list(in_basis_points.values()) == [300, 100, 100]


def test_flags_by_their_codes_and_their_mean_value() -> None:
    rows = [
        trade(1, 1.0, LotType="ODD", TradeNotional=10.0),
        trade(2, 1.0, 2, LotType="MIXED", TradeNotional=None),
        trade(3, 1.0, LotType="ROUND", TradeNotional=99.0),
        trade(4, 1.0, LotType=None, TradeNotional=99.0),
    ]
    group = {"flags": "OddLotTrade", "measures": ["Volume", "Count", "AvgNotional"], "sides": ["Total", "Bid"]}
    assert list(bucket(rows, flag_metrics=[group]).values()) == [4, 2, 2, 1, 10, None]
    codes = {"OddLotTrade": {"column": "LotType", "values": "ROUND"}}
    assert list(bucket(rows, flag_metrics=[group], flag_codes=codes).values()) == [2, 0, 1, 0, 99, None]


def test_changes_skip_what_was_not_measured() -> None:
    rows = [trade(place, 1.0, PricePointAtVenue=value) for place, value in enumerate([1.0, None, NOT_A_NUMBER, 0.5], 1)]
    group = {"measures": "PricePoint", "scopes": "Venue"}
    assert bucket(rows, change_metrics=[group]) == {"PricePointAtVenue": 0.75}


def test_retail_trades_without_an_aggressor_are_in_the_denominator_only() -> None:
    rows = [
        trade(place, 1.0, side, TradeNotionalEUR=value, BMLLParticipantType=kind)
        for place, (side, value, kind) in enumerate(
            [(1, 50.0, "RETAIL"), (2, 10.0, "RETAIL"), (None, 40.0, "RETAIL"), (1, 99.0, None), (2, None, "RETAIL")], 1
        )
    ]
    assert bucket(rows, enable_retail_imbalance=True) == {"RetailTradeImbalance": 0.4}
    assert bucket(rows[3:], enable_retail_imbalance=True) == {"RetailTradeImbalance": None}


def test_a_filter_keeps_the_bucket_and_leaves_out_its_trades() -> None:
    rows = [trade(1, 3.0, Kind="a", MarketState="OPEN"), trade(2, 5.0, Kind="b", MarketState=None)]
    for filtered, volume in [({"Kind": "a"}, 2), ({"Kind": ["a", "b"]}, 4), ({"Kind": "c"}, 0)]:
        group = {"measures": "Volume", "attribute_filters": filtered}
        assert bucket(rows, generic_metrics=[group]) == {"TradeTotalVolume": volume}
    assert bucket(rows, generic_metrics=[{"measures": "Volume", "market_states": "OPEN"}]) == {"TradeTotalVolume": 2}


def test_nothing_asked_for_is_the_default_set() -> None:
    rows = [trade(1, 3.0, PricePoint=2.0), trade(2, 5.0, PricePoint=0.25), trade(3, None, PricePoint=None)]
    assert bucket(rows) == {
        "VWAP": 4,
        "VolumeWeightedPricePlacement": 0.25,
        "Volume": 6,
        "Open": 3,
        "High": 5,
        "Low": 3,
        "Close": 5,
    }


def test_the_tolerance_leaves_no_room_for_counts_and_repeated_values() -> None:
    tolerance = metric_tolerance(["DiscrepancyToEBBO", "DiscrepancyToEBBOLast", "OddLotTradeCount", "Volume"])
    assert set(tolerance.relative) == {"DiscrepancyToEBBO", "Volume"}
    assert not tolerance.accepts("DiscrepancyToEBBOLast", 1 + 1e-15, 1)
    assert not tolerance.accepts("DiscrepancyToEBBO", 1.00001, 1)
    assert not tolerance.accepts("Volume", 1 + 1e-11, 1)
    assert EXACT.accepts("Volume", 1, 1)
