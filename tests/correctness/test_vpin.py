"""VPIN equals the oracle that fills volume buckets trade by trade, and is what the paper's formula says by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.large import large_market, shuffled
from markets.moments import MORNING, contracts
from markets.pipelines import analytics_result
from markets.trades import Market, markets, trade_table
from oracles.buckets import SECOND, Contract
from oracles.further_measures import told_apart
from oracles.results import Result, Tolerance, assert_same
from oracles.trades import Trade, read_trades
from oracles.volume_buckets import vpin

import basalt
from basalt.errors import ConfigurationError

if TYPE_CHECKING:
    from random import Random

    from markets.pipelines import Config

MINUTES = Contract(60 * SECOND)
NAME = "TradeTotalVPIN"
SIZES = ("7", "100", "33.333333333", "12345.678")

counts = st.integers(1, 60).map(lambda count: {"vpin_bucket_count": count})
sizes = st.sampled_from(SIZES).map(lambda size: {"vpin_bucket_size": float(size)})


def asked(**settings_: object) -> Config:
    """A group that asks for VPIN alone."""
    return {"generic_metrics": [{"measures": "VPIN", **settings_}]}


def expected(rows: list[dict[str, Any]], contract: Contract, cut: dict[str, Any]) -> Result:
    """Return VPIN by listing and time bucket, of trades in order."""
    buckets: dict[tuple[int, int], list[Trade]] = {}
    for trade in told_apart(read_trades(rows)):
        if trade.lit:
            buckets.setdefault((trade.listing, contract.label(trade.event)), []).append(trade)
    size = Fraction(str(cut["vpin_bucket_size"])) if "vpin_bucket_size" in cut else None
    count = cut.get("vpin_bucket_count", 50)
    return {key: {NAME: vpin(trades, count, size)} for key, trades in buckets.items()}


@given(markets(contracts(st.sampled_from([SECOND, 60 * SECOND]))), counts | sizes)
@settings(max_examples=10)
def test_any_number_and_any_size_of_volume_buckets(market: Market, cut: dict[str, Any]) -> None:
    actual = analytics_result(market.table, market.contract, asked(**cut))
    assert_same(actual, expected(market.rows, market.contract, cut), Tolerance({NAME: 1e-12}))


@given(
    st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.7, 1.0]), min_size=1, max_size=40),
    st.sampled_from(["0.1", "0.5", "1"]),
    st.randoms(use_true_random=False),
)
@settings(max_examples=8)
def test_fractions_fill_buckets_exactly_whatever_the_order_of_rows(sizes: list[float], size: str, rng: Random) -> None:
    rows = [trade(place, each, place % 2 + 1) for place, each in enumerate(sizes)]
    cut = {"vpin_bucket_size": float(size)}
    oracle = expected(rows, MINUTES, cut)
    rng.shuffle(rows)
    actual = analytics_result(trade_table(rows, "ns"), MINUTES, asked(**cut))
    assert_same(actual, oracle, Tolerance({NAME: 1e-12}))


@pytest.mark.parametrize("threads", [1, 2, 4])
@pytest.mark.parametrize("cut", [{}, {"vpin_bucket_size": 1_234.5}])
def test_neither_order_nor_threads_change_a_digit(threads: int, cut: dict[str, Any]) -> None:
    table = large_market(20_000, seed=8)
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    first = analytics_result(table, MINUTES, asked(**cut))
    assert sum(row[NAME] is not None for row in first.values()) >= 100
    again = analytics_result(shuffled(table, threads), MINUTES, asked(**cut), connection)
    assert_same(again, first)


def trade(second: int, size: float, side: int | None) -> dict[str, Any]:
    """One lit trade of listing 11 so many seconds into the minute after nine."""
    moment = MORNING + (second + 1) * SECOND
    numbers = {"LocalPrice": 10.0, "Size": size, "BMLLSequenceNo": second}
    return {"ListingId": 11, "TradeTimestamp": moment, **numbers, "AggressorSide": side}


def of(*trades: tuple[float, int | None], **cut: object) -> float | None:
    """VPIN of trades of so many shares and that aggressor, one after the other."""
    rows = [trade(second, *each) for second, each in enumerate(trades)]
    ((_, row),) = analytics_result(trade_table(rows, "ns"), MINUTES, asked(**cut)).items()
    return row[NAME]


BUY, SELL = 1, 2


def test_by_hand() -> None:
    flow = [(60.0, BUY), (70.0, SELL), (70.0, BUY)]
    assert of(*flow, vpin_bucket_size=100) == pytest.approx((abs(60 - 40) + abs(70 - 30)) / 200)
    assert of(*flow, vpin_bucket_count=4) == pytest.approx((50 + (40 - 10) + (30 - 20) + 50) / 200)
    assert of(*flow, vpin_bucket_count=1) == pytest.approx(abs(130 - 70) / 200)
    assert of(*flow, (99.0, SELL), vpin_bucket_size=100) == pytest.approx(60 / 200)
    assert of(*flow, (100.0, SELL), vpin_bucket_size=100) == pytest.approx(160 / 300)


def test_a_trade_of_many_buckets() -> None:
    assert of((50.0, SELL), (1e9 + 50, BUY), vpin_bucket_size=100) == pytest.approx(1e9 / (1e9 + 100))
    assert of((1e17, BUY), vpin_bucket_size=1e-9) == 1
    assert of((1.0, BUY), (1.0, SELL), vpin_bucket_count=1_000) == 1


def test_an_unknown_aggressor_fills_buckets_and_takes_no_side() -> None:
    assert of((50.0, BUY), (50.0, None), (100.0, 0), vpin_bucket_size=100) == pytest.approx(50 / 200)


@pytest.mark.parametrize(
    ("flow", "cut"),
    [
        ([(99.0, BUY)], {"vpin_bucket_size": 100}),
        ([(100.0, None), (100.0, 0)], {"vpin_bucket_size": 100}),
        ([(100.0, None), (99.0, BUY)], {"vpin_bucket_size": 100}),
        ([(0.0, BUY)], {}),
        ([(1e18, BUY)], {}),
    ],
)
def test_null_without_a_full_bucket_that_has_signed_volume(flow: list[tuple[float, int | None]], cut: Config) -> None:
    assert of(*flow, **cut) is None


def test_a_bucket_of_which_as_much_was_bought_as_sold_is_zero() -> None:
    assert of((50.0, BUY), (50.0, SELL), vpin_bucket_size=100) == 0


def test_several_ways_to_cut_in_one_pass() -> None:
    groups = [
        {"measures": "VPIN"},
        {"measures": ["VPIN", "Volume"], "vpin_bucket_size": 100, "output_name_pattern": "{measures}Of100"},
        {"measures": "VPIN", "vpin_bucket_count": 1, "attribute_filters": {"AggressorSide": [1]}}
        | {"output_name_pattern": "Bought"},
    ]
    rows = [trade(second, 50.0, side) for second, side in enumerate([BUY, SELL, BUY, BUY])]
    ((_, row),) = analytics_result(trade_table(rows, "ns"), MINUTES, {"generic_metrics": groups}).items()
    assert row == {"TradeTotalVPIN": 49 / 50, "VPINOf100": 0.5, "VolumeOf100": 200.0, "Bought": 1.0}


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"measures": "VPIN", "vpin_bucket_count": 5, "vpin_bucket_size": 5}, "exclude each other"),
        ({"measures": "VWAP", "vpin_bucket_count": 5}, "vpin_bucket_count is for VPIN, which is not among"),
        ({"measures": "VPIN", "vpin_bucket_count": 0}, "must be at least 1, not 0"),
        ({"measures": "VPIN", "vpin_bucket_size": -1}, "must be at least 1e-09, not -1"),
    ],
)
def test_settings_without_a_meaning_are_refused(settings_: Config, message: str) -> None:
    analytics = {"generic_metrics": [settings_]}
    with pytest.raises(ConfigurationError, match=message):
        basalt.compile({"PASSES": [{"name": "bars", "modules": "trade", "trade_analytics": analytics}]})
