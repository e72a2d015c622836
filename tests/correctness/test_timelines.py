"""Dense timelines of phases of the market, and of a book that stood before they begin, against plain Python."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import book_table, books
from markets.moments import MIDNIGHT, MORNING, contracts
from markets.pipelines import bucket_settings, run_pass
from markets.sessions import CONTINUOUS, Change, breaks_of, changes_near, moments_of, state_table
from markets.trades import markets, trade_table
from oracles.book_times import l2tw_pass
from oracles.books import l2_pass, with_what_stood
from oracles.buckets import DAY, SECOND, Contract
from oracles.results import Result, Tolerance, assert_same
from oracles.timelines import Stands, book_rows, interval, phases, trade_rows
from oracles.tolerances import trade_tolerance

import basalt
from basalt.engine import slices
from basalt.errors import BindingError, CompileError, ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

MINUTE = 60 * SECOND
MINUTES = Contract(MINUTE)
BOOK = {"liquidity": [{"sides": ["Bid"], "levels": [1], "measures": ["Price"]}], "updates": [{"measures": ["Count"]}]}
MEASURES = ["Volume", "VWAP", "OHLC"]
TRADES = {"generic_metrics": [{"measures": MEASURES}]}
AGES = st.sampled_from([None, 45 * SECOND, 3_600 * SECOND])


def dense_config(contract: Contract, modules: list[str], **sections: Any) -> dict[str, Any]:  # noqa: ANN401
    return {"name": "bars", "modules": modules, **bucket_settings(contract), "timeline_mode": "dense", **sections}


def change(second: float, state: str | None, listing: int = 11) -> Change:
    return {"ListingId": listing, "TimestampNanoseconds": MORNING + int(second * SECOND), "MarketState": state}


def measured_book(rows: list[dict[str, Any]], contract: Contract, max_age: int | None, **more: Any) -> Result:  # noqa: ANN401
    tables = more.pop("TABLES", {})
    pipeline = {name: more.pop(name) for name in ("START_DATE", "END_DATE") if name in more}
    asked = {**BOOK, "max_state_age_seconds": None if max_age is None else max_age / SECOND}
    asked["session_breaks"] = more.pop("session_breaks", [])
    config = dense_config(contract, ["l2"], l2_analytics=asked, **more)
    return run_pass({"TABLES": {"l2": book_table(rows), **tables}, "PASSES": [config], **pipeline}, "bars")


@given(books(contracts(st.just(MINUTE)), most=10), AGES, st.data())
@settings(max_examples=14)
def test_a_book_on_the_phases_of_the_market(market: Any, max_age: int | None, data: st.DataObject) -> None:  # noqa: ANN401
    contract = market.contract
    changes = data.draw(changes_near(market.rows, "TimestampNanoseconds", contract.width))
    spans, stands = phases(changes, [CONTINUOUS]), Stands(breaks_of(changes), max_age, is_carried_in=True)
    expected = book_rows(market.rows, contract, BOOK).timeline(spans, stands, ["UpdateCount"])
    tables = {"marketstate": state_table(changes)}
    actual = measured_book(market.rows, contract, max_age, TABLES=tables, timeline_market_states=CONTINUOUS)
    assert_same(actual, expected)


@given(markets(contracts(st.just(MINUTE)), st.just("unique"), st.just("ns"), most=12), st.data())
@settings(max_examples=7)
def test_trades_on_the_phases_of_the_market(market: Any, data: st.DataObject) -> None:  # noqa: ANN401 - a market
    contract = market.contract
    changes = data.draw(changes_near(market.rows, "TradeTimestamp", contract.width))
    spans, stands = phases(changes, [CONTINUOUS]), Stands(breaks_of(changes))
    expected = trade_rows(market.rows, contract, MEASURES).timeline(spans, stands, ["TradeTotalVolume"])
    config = dense_config(contract, ["trade"], trade_analytics=TRADES, timeline_market_states=[CONTINUOUS])
    tables = {"trades": market.table, "marketstate": state_table(changes)}
    assert_same(run_pass({"TABLES": tables, "PASSES": [config]}, "bars"), expected, trade_tolerance(contract))


@given(books(contracts(st.sampled_from([900 * SECOND, 1_000 * SECOND])), most=10), AGES, st.data())
@settings(max_examples=14)
def test_a_book_that_stood_before_an_interval(market: Any, max_age: int | None, data: st.DataObject) -> None:  # noqa: ANN401
    contract = market.contract
    begin, end = data.draw(st.sampled_from([("00:00", "24:00"), ("09:10", "10:00"), ("00:10", "23:50")]))
    bounds = [
        sum(int(part) * size for part, size in zip(time.split(":"), (60, 1), strict=True)) for time in (begin, end)
    ]
    spans = interval(*(minutes * MINUTE for minutes in bounds))
    expected = book_rows(market.rows, contract, BOOK).timeline(
        spans, Stands({}, max_age, is_carried_in=True), ["UpdateCount"]
    )
    actual = measured_book(
        market.rows, contract, max_age, timeline_interval=[begin, "24:00" if end == "24:00" else end]
    )
    assert_same(actual, expected)


def update(second: float, bid: float | None, **more: object) -> dict[str, Any]:
    return {"ListingId": 11, "TimestampNanoseconds": MORNING + int(second * SECOND), "BidPrice1": bid} | more


def by_minute(found: Result) -> dict[int, dict[str, Any]]:
    return {(label - MORNING) // MINUTE: row for (_, label), row in sorted(found.items())}


HALTED = [
    change(0, "PRE_OPEN"),
    change(90, CONTINUOUS),
    change(250, "HALTED"),
    change(400, CONTINUOUS),
    change(480, "END"),
]


def test_a_halt_is_neither_filled_nor_bridged() -> None:
    rows = [update(50, 99.0), update(100, 100.0), update(430, 101.0)]
    tables = {"marketstate": state_table(HALTED)}
    found = by_minute(measured_book(rows, MINUTES, None, TABLES=tables, timeline_market_states=CONTINUOUS))
    assert {minute: row["BidPrice1"] for minute, row in found.items()} == {
        2: 100, 3: 100, 4: 100, 5: 100, 7: None, 8: 101,
    }  # fmt: skip
    assert [row["UpdateCount"] for row in found.values()] == [1, 0, 0, 0, 0, 1]


def test_what_was_set_after_the_break_stands_when_the_phase_begins() -> None:
    tables = {"marketstate": state_table(HALTED)}
    rows = [update(50, 99.0), update(130, 100.0), update(395, 98.0), update(475, 97.0)]
    found = by_minute(measured_book(rows, MINUTES, None, TABLES=tables, timeline_market_states=CONTINUOUS))
    assert [(minute, row["BidPrice1"]) for minute, row in found.items()] == [
        (2, 99), (3, 100), (4, 100), (5, 100), (7, 98), (8, 97),
    ]  # fmt: skip


def test_what_is_weighted_by_time_does_not_stand_over_a_halt() -> None:
    asked = {"prices": [{"source": "Bid"}], "enable_book_coverage": True}
    config = dense_config(MINUTES, ["l2tw"], l2tw_analytics=asked, timeline_market_states=[CONTINUOUS])
    tables = {"l2": book_table([update(100, 100.0), update(430, 101.0)]), "marketstate": state_table(HALTED)}
    found = by_minute(run_pass({"TABLES": tables, "PASSES": [config]}, "bars"))
    told = {minute: (row["BidTWA"], row["BookCoverageRatio"]) for minute, row in found.items()}
    assert told == {
        2: (100, 20 / 60), 3: (100, 1), 4: (100, 1), 5: (100, 10 / 60), 7: (None, None), 8: (101, 50 / 60),
    }  # fmt: skip


def test_a_break_ends_what_stands_on_any_dense_timeline() -> None:
    rows = [update(10, 99.0), update(290, 100.0)]
    tables = {"marketstate": state_table([change(100, "HALTED")])}
    found = by_minute(measured_book(rows, MINUTES, None, TABLES=tables, session_breaks=["HALTED"]))
    assert [row["BidPrice1"] for row in found.values()] == [99, 99, None, None, 100]


def test_trades_and_book_of_one_timeline_meet() -> None:
    trades = [{"ListingId": 11, "TradeTimestamp": MORNING + 110 * SECOND, "LocalPrice": 5.0, "Size": 2.0}]
    config = dense_config(MINUTES, ["trade", "l2"], trade_analytics=TRADES, l2_analytics=BOOK)
    config["timeline_market_states"] = CONTINUOUS
    tables = {"trades": trade_table(trades, "ns"), "l2": book_table([update(100, 100.0)])}
    tables["marketstate"] = state_table(HALTED)
    found = by_minute(run_pass({"TABLES": tables, "PASSES": [config]}, "bars"))
    assert [(minute, row["TradeTotalVolume"], row["Close"], row["BidPrice1"]) for minute, row in found.items()] == [
        (2, 2, 5, 100), (3, 0, 5, 100), (4, 0, 5, 100), (5, 0, 5, 100), (7, 0, None, None), (8, 0, None, None),
    ]  # fmt: skip


def two_days() -> list[dict[str, Any]]:
    """Updates of two listings every few minutes around a midnight, with a pause over it."""
    moments = [*range(-9_000, -1_000, 171), *range(2_000, 9_000, 171)]
    return [
        {
            "ListingId": place % 2,
            "BMLLSequenceNo": place,
            "TimestampNanoseconds": MIDNIGHT + moment * SECOND,
            "BidPrice1": float(place),
        }
        for place, moment in enumerate(moments)
    ]


OVER_NIGHT = [change(-7 * 3_600, CONTINUOUS, listing) for listing in (0, 1)]
SPANS = [{"timeline_interval": ["00:00", "24:00"]}, {"timeline_market_states": CONTINUOUS}]


@pytest.mark.parametrize("span", SPANS, ids=["interval", "phases"])
@pytest.mark.parametrize("max_age", [None, 2_500 * SECOND, 7_200 * SECOND])
def test_days_one_by_one_and_a_range_give_what_one_run_gives(
    span: dict[str, Any], max_age: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = two_days()
    pq.write_table(book_table(rows), tmp_path / "l2.parquet", row_group_size=4)
    more = {**span, "TABLES": {"l2": str(tmp_path / "l2.parquet"), "marketstate": state_table(OVER_NIGHT)}}
    whole = measured_book(rows, MINUTES, max_age, **more)
    spans = interval(0, DAY) if "timeline_interval" in span else phases(OVER_NIGHT, [CONTINUOUS])
    stands = Stands({}, max_age, is_carried_in=True)
    assert_same(whole, book_rows(rows, MINUTES, BOOK).timeline(spans, stands, ["UpdateCount"]))
    at_midnight = [whole[listing, MIDNIGHT + MINUTE]["BidPrice1"] for listing in (0, 1)]
    assert (None in at_midnight) == (max_age is None)
    second = measured_book(rows, MINUTES, max_age, **more, START_DATE=date(2025, 3, 4))
    assert_same(second, {key: row for key, row in whole.items() if key[1] > MIDNIGHT})
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 15)
    assert_same(measured_book(rows, MINUTES, max_age, **more), whole)


ONE_SIDED = {"prices": [{"source": ["Bid", "Ask"]}]}


@given(books(contracts(st.just(MINUTE)), most=12), AGES, st.sampled_from(["l2", "l2tw"]), st.data())
@settings(max_examples=14)
def test_a_side_that_is_unchanged_is_unknown_after_a_break(
    market: Any,  # noqa: ANN401 - a market
    max_age: int | None,
    module: str,
    data: st.DataObject,
) -> None:
    contract = market.contract
    changes = data.draw(changes_near(market.rows, "TimestampNanoseconds", contract.width))
    halts = [row for row in changes if row["MarketState"] == "HALTED"]
    known = with_what_stood(market.rows, max_age, moments_of(halts))
    expected = (
        l2_pass(known, contract, ONE_SIDED) if module == "l2" else l2tw_pass(known, contract, ONE_SIDED, max_age, halts)
    )
    asked = {**ONE_SIDED, "session_breaks": "HALTED", "max_state_age_seconds": max_age and max_age / SECOND}
    config = {"name": "bars", "modules": [module], **bucket_settings(contract), f"{module}_analytics": asked}
    tables = {"l2": {"data": market.table, "nulls": "unchanged"}, "marketstate": state_table(changes)}
    columns = {name for row in expected.values() for name in row}
    assert_same(
        run_pass({"TABLES": tables, "PASSES": [config]}, "bars"), expected, Tolerance(dict.fromkeys(columns, 1e-12))
    )


@pytest.mark.parametrize("module", ["l2", "l2tw"])
def test_one_sided_rows_with_breaks_day_by_day_are_those_of_one_run(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [row | {"AskPrice1": 9_999.0 if place % 5 == 0 else None} for place, row in enumerate(two_days())]
    rows = [row | ({"BidPrice1": None} if place % 5 == 0 else {}) for place, row in enumerate(rows)]
    pq.write_table(book_table(rows), tmp_path / "l2.parquet", row_group_size=4)
    halts = [{**row, "TimestampNanoseconds": MIDNIGHT - 1_000 * SECOND} for row in OVER_NIGHT]
    halts = [{**row, "MarketState": "HALTED"} for row in halts if row["ListingId"] == 1]
    asked = {**ONE_SIDED, "session_breaks": "HALTED", "max_state_age_seconds": 7_200}
    tables = {"l2": {"path": str(tmp_path / "l2.parquet"), "nulls": "unchanged"}, "marketstate": state_table(halts)}
    config = {"name": "bars", "modules": [module], **bucket_settings(MINUTES), f"{module}_analytics": asked}
    whole = run_pass({"TABLES": tables, "PASSES": [config]}, "bars")
    after = {listing: row for (listing, label), row in sorted(whole.items(), reverse=True) if label > MIDNIGHT}
    ask = {"l2": "Ask", "l2tw": "AskTWA"}[module]
    assert {listing: row[ask] is None for listing, row in after.items()} == {0: False, 1: True}
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 15)
    assert_same(run_pass({"TABLES": tables, "PASSES": [config]}, "bars"), whole)


def test_a_timeline_that_is_none_is_refused() -> None:
    phased = dense_config(MINUTES, ["trade"], trade_analytics=TRADES, timeline_market_states=[CONTINUOUS])
    wrong = [
        (phased | {"timeline_mode": "sparse_original"}, "market states are of timeline_mode: dense"),
        (phased | {"timeline_interval": ["08:00", "16:30"]}, "not of both"),
        (
            dense_config(MINUTES, ["l2tw"], l2tw_analytics={"session_breaks": CONTINUOUS})
            | {"timeline_market_states": [CONTINUOUS]},
            "cannot be of timeline_market_states and a break",
        ),
    ]
    for config, told in wrong:
        with pytest.raises(ConfigurationError, match=told):
            basalt.compile({"PASSES": [config]}, schemas={})
    lacking = {"marketstate": {"ListingId": "BIGINT", "TimestampNanoseconds": "TIMESTAMP"}}
    with pytest.raises(BindingError, match="timeline_market_states needs column MarketState"):
        basalt.compile({"PASSES": [phased]}, schemas=lacking)


def test_breaks_that_would_end_nothing_are_refused() -> None:
    config = dense_config(MINUTES, ["l2"], l2_analytics={**BOOK, "session_breaks": "HALTED"})
    with pytest.raises(CompileError, match="each update of l2 stands for itself"):
        basalt.compile({"PASSES": [config | {"timeline_mode": "sparse_original"}]}, schemas={})
