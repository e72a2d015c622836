"""A dense timeline has every bucket, and fills what is empty by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import book_table, books
from markets.moments import MIDNIGHT, MORNING, contracts
from markets.pipelines import bucket_settings, generic_pass_config, run_pass
from markets.trades import markets, trade_table
from oracles.books import l2_pass
from oracles.buckets import SECOND, Contract
from oracles.dense import dense
from oracles.joined import joined
from oracles.results import Result, assert_same
from oracles.tolerances import trade_tolerance
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades

import basalt
from basalt.engine import slices
from basalt.errors import CompileError, ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

MINUTES = Contract(60 * SECOND)
WIDTHS = st.sampled_from([15 * SECOND, 60 * SECOND])
BID = {"liquidity": [{"sides": ["Bid"], "levels": [1], "measures": ["Price"]}]}
MEASURES = ["Volume", "VWAP", "OHLC"]
FLOWS, CARRIED = ["TradeTotalVolume"], ["Open", "Close", "BidPrice1"]


def pass_config(contract: Contract, modules: list[str], **sections: Any) -> dict[str, Any]:  # noqa: ANN401
    """A pass on a dense timeline."""
    return {"name": "bars", "modules": modules, **bucket_settings(contract), "timeline_mode": "dense", **sections}


TRADES = {"generic_metrics": [{"measures": MEASURES}]}


@st.composite
def both(draw: Any) -> tuple[Contract, list[dict[str, Any]], list[dict[str, Any]]]:  # noqa: ANN401 - hypothesis draws
    market = draw(markets(contracts(WIDTHS), st.just("unique"), st.just("ns"), most=12))
    return market.contract, market.rows, draw(books(st.just(market.contract), most=8)).rows


def assert_dense(actual: Result, expected: Result, contract: Contract) -> None:
    assert_same(actual, expected, trade_tolerance(contract))


@given(both())
@settings(max_examples=6)
def test_every_bucket_between_the_first_and_the_last_of_a_day(
    drawn: tuple[Contract, list[dict[str, Any]], list[dict[str, Any]]],
) -> None:
    contract, trades, updates = drawn
    lit = [trade for trade in read_trades(trades) if trade.lit]
    bars, book = trade_pass(lit, contract, MEASURES), l2_pass(updates, contract, BID)
    expected = joined(*(dense(each, contract, FLOWS, CARRIED) for each in (bars, book)), flows=FLOWS)
    config = pass_config(contract, ["trade", "l2"], trade_analytics=TRADES, l2_analytics=BID)
    tables = {"trades": trade_table(trades, "ns"), "l2": book_table(updates)}
    actual = run_pass({"TABLES": tables, "PASSES": [config]}, "bars")
    assert_dense(actual, expected, contract)


@given(markets(contracts(st.just(900 * SECOND)), st.just("unique"), st.just("ns"), most=12))
@settings(max_examples=4)
def test_every_bucket_within_an_interval_of_the_day(market: Any) -> None:  # noqa: ANN401 - a market
    lit = [trade for trade in read_trades(market.rows) if trade.lit]
    sparse = trade_pass(lit, market.contract, MEASURES)
    interval = ["08:50", "10:00"]
    config = pass_config(market.contract, ["trade"], trade_analytics=TRADES, timeline_interval=interval)
    actual = run_pass({"TABLES": {"trades": market.table}, "PASSES": [config]}, "bars")
    bounds = ((8 * 60 + 50) * 60 * SECOND, 10 * 3_600 * SECOND)
    assert_dense(actual, dense(sparse, market.contract, FLOWS, CARRIED, bounds), market.contract)


def update(second: float, bid: float) -> dict[str, Any]:
    return {"ListingId": 11, "TimestampNanoseconds": MORNING + int(second * SECOND), "BidPrice1": bid}


WORKED = [update(30, 99.0), update(80, 99.0), update(100, 109.0), update(180, 119.0), update(255, 129.0)]


def over_time(**more: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - any setting of a pass
    asked = {"prices": [{"source": "Bid"}], "enable_book_coverage": True}
    config = pass_config(MINUTES, ["l2tw"], l2tw_analytics=asked, **more)
    found = run_pass({"TABLES": {"l2": book_table(WORKED)}, "PASSES": [config]}, "bars")
    return [{"minute": (label - MORNING) // (60 * SECOND), **row} for (_, label), row in sorted(found.items())]


def test_the_worked_example_has_what_stood_in_a_minute_without_an_update() -> None:
    rows = over_time()
    assert [(row["minute"], row["BidTWA"]) for row in rows] == [
        (1, 99), (2, (99 * 40 + 109 * 20) / 60), (3, 109), (4, 119), (5, 126.5),
    ]  # fmt: skip
    assert [row["BookCoverageRatio"] for row in rows] == [0.5, 1, 1, 1, 1]


def test_beyond_what_stood_an_interval_has_nothing_to_say() -> None:
    rows = over_time(timeline_interval=["09:00", "09:07"])
    assert [row["BidTWA"] for row in rows][4:] == [126.5, None, None]


def test_a_bucket_without_trades_adds_nothing_to_a_later_pass() -> None:
    trades = [
        {"ListingId": 11, "TradeTimestamp": MORNING + second * SECOND, "LocalPrice": price, "Size": 2.0}
        for second, price in ((1, 5.0), (400, 7.0))
    ]
    wide = {"TradeTotalVolume": "sum", "TradeTotalVWAP": "auto", "Close": "last", "Open": "first"}
    passes = [pass_config(MINUTES, ["trade"], trade_analytics=TRADES), generic_pass_config("bars", wide, rule="15m")]
    config = {"TABLES": {"trades": trade_table(trades, "ns")}, "PASSES": passes}
    assert len(run_pass(config, "bars")) == 7
    (row,) = run_pass(config, "generic").values()
    assert row == {"TradeTotalVolume": 4, "TradeTotalVWAP": 6, "Close": 7, "Open": 5}


def test_days_one_by_one_give_what_one_run_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        {"ListingId": place % 2, "TimestampNanoseconds": MIDNIGHT + moment * SECOND, "BidPrice1": float(place)}
        for place, moment in enumerate(range(-3_000, 3_000, 171))
    ]
    pq.write_table(book_table(rows), tmp_path / "l2.parquet", row_group_size=4)
    asked = {"l2_analytics": BID, "l2tw_analytics": {"prices": [{"source": "Bid"}]}}
    config = {
        "TABLES": {"l2": str(tmp_path / "l2.parquet")},
        "PASSES": [pass_config(MINUTES, ["l2", "l2tw"], **asked)],
    }
    whole = run_pass(config, "bars")
    assert len(whole) > 150
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 15)
    assert_dense(run_pass(config, "bars"), whole, MINUTES)


@pytest.mark.parametrize(
    ("settings_of_pass", "told"),
    [
        ({"timeline_interval": ["16:30", "08:00"]}, "the earlier one first"),
        ({"timeline_interval": ["08:00"]}, "timeline_interval"),
        ({"timeline_interval": ["08:00", "soon"]}, "'soon' is neither a time of day"),
        ({"timeline_mode": "sparse_original", "timeline_interval": ["08:00", "16:30"]}, "timeline_mode: dense"),
    ],
)
def test_an_interval_that_is_none_is_refused(settings_of_pass: dict[str, Any], told: str) -> None:
    config = pass_config(MINUTES, ["trade"], trade_analytics=TRADES) | settings_of_pass
    with pytest.raises(ConfigurationError, match=told):
        basalt.compile({"PASSES": [config]}, schemas={})


def test_a_dense_timeline_is_of_listings_and_buckets() -> None:
    first = pass_config(MINUTES, ["trade"], trade_analytics=TRADES)
    later = generic_pass_config("bars", {"Close": "last"}, group_by=["InstrumentId", "TimeBucket"])
    with pytest.raises(CompileError, match="rows per ListingId and TimeBucket"):
        basalt.compile({"PASSES": [first, later | {"timeline_mode": "dense"}]}, schemas={})
