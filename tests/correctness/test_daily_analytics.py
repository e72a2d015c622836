"""Daily analytics: the measures of a whole UTC day, labelled with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import book_table, books
from markets.moments import MIDNIGHT
from markets.pipelines import generic_pass_config, run_pass
from markets.trades import markets, trade_table
from oracles.book_times import l2tw_pass
from oracles.books import l2_pass
from oracles.buckets import DAY, SECOND, Contract
from oracles.joined import joined
from oracles.results import Tolerance, assert_same
from oracles.tolerances import trade_tolerance
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades

import basalt
from basalt.engine import slices
from basalt.errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

DAYS = Contract(DAY, "start", "left")
MINUTES = Contract(60 * SECOND)
MEASURES = ["Volume", "VWAP", "OHLC"]
SECTIONS = {
    "trade_analytics": {"generic_metrics": [{"measures": MEASURES}]},
    "l2_analytics": {"liquidity": [{"sides": ["Bid"], "levels": [1], "measures": ["Price"]}]},
    "l2tw_analytics": {"prices": [{"source": ["Bid"]}]},
}
FLOWS = ["TradeTotalVolume"]


def daily(**more: Any) -> dict[str, Any]:  # noqa: ANN401 - any setting of a pass
    config = {"name": "days", "modules": ["trade", "l2", "l2tw"], "timeline_mode": "daily_analytics", **SECTIONS}
    return config | more


@st.composite
def both(draw: Any) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # noqa: ANN401 - hypothesis draws
    """Trades and updates around the same minutes, often around a midnight."""
    market = draw(markets(st.just(MINUTES), st.just("unique"), st.just("ns"), most=12))
    return market.rows, draw(books(st.just(MINUTES), most=10)).rows


@given(both(), st.sampled_from([{}, {"time_bucket_origin": "22:00"}, {"time_bucket_closed": "right"}]))
@settings(max_examples=6)
def test_the_measures_of_a_day(drawn: tuple[list[dict[str, Any]], list[dict[str, Any]]], said: dict[str, str]) -> None:
    trades, updates = drawn
    origin = 22 * 3_600 * SECOND if "time_bucket_origin" in said else 0
    contract = Contract(DAY, "start", "right" if "time_bucket_closed" in said else "left", origin)
    lit = [trade for trade in read_trades(trades) if trade.lit]
    expected = joined(
        trade_pass(lit, contract, MEASURES),
        l2_pass(updates, contract, SECTIONS["l2_analytics"]),
        l2tw_pass(updates, contract, SECTIONS["l2tw_analytics"], 3_600 * SECOND),
        flows=FLOWS,
    )
    tables = {"trades": trade_table(trades, "ns"), "l2": book_table(updates)}
    relative = trade_tolerance(contract)
    tolerance = Tolerance({**relative.relative, "BidTWA": 1e-12}, relative.absolute)
    assert_same(run_pass({"TABLES": tables, "PASSES": [daily(**said)]}, "days"), expected, tolerance)


def trade(seconds: float, price: float) -> dict[str, Any]:
    moment = MIDNIGHT + int(seconds * SECOND)
    return {"ListingId": 11, "TradeTimestamp": moment, "BMLLSequenceNo": moment, "LocalPrice": price, "Size": 1.0}


AROUND = [trade(-5, 1.0), trade(0, 2.0), trade(5, 3.0), trade(DAY / SECOND, 4.0)]


def test_a_row_is_labelled_with_its_day_to_which_its_midnight_belongs() -> None:
    config = daily(modules=["trade"], l2_analytics=None, l2tw_analytics=None)
    later = generic_pass_config("days", {"TradeTotalVolume": "sum", "Close": "last"}, rule="1w") | {"name": "weeks"}
    later["generic_analytics"]["time_zone"] = "UTC"
    pipeline = {"TABLES": {"trades": trade_table(AROUND, "ns")}, "PASSES": [config, later]}
    found = run_pass(pipeline, "days")
    assert {(label - MIDNIGHT) // DAY: row["Open"] for (_, label), row in found.items()} == {-1: 1, 0: 2, 1: 4}
    (week,) = run_pass(pipeline, "weeks").values()
    assert week == {"TradeTotalVolume": 4, "Close": 4}


def test_days_one_by_one_are_those_of_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [trade(seconds, float(place)) for place, seconds in enumerate(range(-90_000, 180_000, 7_200))]
    pq.write_table(trade_table(rows, "ns"), tmp_path / "trades.parquet", row_group_size=3)
    config = daily(modules=["trade"], l2_analytics=None, l2tw_analytics=None)
    pipeline = {"TABLES": {"trades": str(tmp_path / "trades.parquet")}, "PASSES": [config]}
    whole = run_pass(pipeline, "days")
    assert len(whole) == 5
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 12)
    assert_same(run_pass(pipeline, "days"), whole)


def test_it_is_a_bucket_of_a_day() -> None:
    wide = daily(timeline_mode="sparse_original", time_bucket_seconds=86_400)
    wide |= {"time_bucket_anchor": "start", "time_bucket_closed": "left"}
    compiled = [basalt.compile({"PASSES": [each]}, schemas={}).passes["days"].sql for each in (daily(), wide)]
    assert compiled[0] == compiled[1]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"time_bucket_seconds": 60}, "leave time_bucket_seconds out"),
        ({"timeline_interval": ["08:00", "16:30"]}, "an interval is of timeline_mode: dense"),
        (
            {"modules": ["trade", "l2", "l2tw", "generic"], "generic_analytics": {"source_pass": "x"}},
            "resample_rule: 1d",
        ),
        ({"modules": ["trade", "l2", "l2tw", "book"], "book_analytics": {}}, "a book has a row per update"),
    ],
)
def test_what_contradicts_a_day_is_refused(said: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        basalt.compile({"PASSES": [daily(**said)]}, schemas={})
