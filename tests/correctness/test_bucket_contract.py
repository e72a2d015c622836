"""Buckets: four contracts, fractional widths, origins, every resolution of the event time."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.moments import (
    BEFORE_1970,
    FOUR_CONTRACTS,
    HALF_PAST_ONE,
    MIDNIGHT,
    MORNING,
    contracts,
    moment_text,
)
from markets.pipelines import bucket_settings, trade_pass_config, trade_result
from markets.trades import STEPS, Market, Resolution, markets, trade_table
from oracles.buckets import SECOND, Anchor, Closed, Contract
from oracles.results import assert_same
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades

import basalt

WIDTHS = {
    "a tenth of a microsecond": 100,
    "a microsecond": 1_000,
    "a tenth of a second": SECOND // 10,
    "7.5 seconds": 15 * SECOND // 2,
    "a minute": 60 * SECOND,
    "7 minutes": 420 * SECOND,
    "a day": 86_400 * SECOND,
}
ORIGINS = st.sampled_from(
    [0, HALF_PAST_ONE, SECOND // 4, 1, HALF_PAST_ONE + 123_456_789, MORNING + 450 * SECOND, BEFORE_1970 + 7]
)


@given(markets(contracts(st.sampled_from(sorted(WIDTHS.values())), ORIGINS), most=16))
@settings(max_examples=18)
def test_every_event_is_in_its_bucket(market: Market) -> None:
    expected = trade_pass(read_trades(market.rows), market.contract, ["Count"])
    assert_same(trade_result(market.table, market.contract, ["Count"]), expected)


def edge_rows(width: int, base: int, step: int) -> list[dict[str, object]]:
    """Trades one step before, on and one step after three edges around ``base``; each its own size."""
    edges = [base // width * width + number * width for number in (-1, 0, 1)]
    moments = [edge + beside for edge in edges for beside in (-step, 0, step)]
    return [
        {"ListingId": 11, "TradeTimestamp": moment, "LocalPrice": 1.0, "Size": float(2**place)}
        for place, moment in enumerate(moments)
    ]


@pytest.mark.parametrize(("anchor", "closed"), FOUR_CONTRACTS)
@pytest.mark.parametrize("resolution", STEPS)
@pytest.mark.parametrize("base", [MORNING, MIDNIGHT, 0, BEFORE_1970], ids=["morning", "midnight", "epoch", "before"])
def test_edges_and_one_step_beside_them(anchor: Anchor, closed: Closed, resolution: Resolution, base: int) -> None:
    contract = Contract(60 * SECOND, anchor, closed)
    rows = edge_rows(contract.width, base, STEPS[resolution])
    expected = trade_pass(read_trades(rows), contract, ["Volume"])
    assert len(expected) == 4
    assert_same(trade_result(trade_table(rows, resolution), contract, ["Volume"]), expected)


def time_bucket_type(contract: Contract) -> pa.DataType:
    """The type of TimeBucket in the result of a trade pass."""
    table = trade_table(edge_rows(contract.width, MORNING, 1), "ns")
    config = {"TABLES": {"trades": table}, "PASSES": [trade_pass_config(contract, ["Count"])]}
    with basalt.run(config) as result:
        return result["bars"].arrow().schema.field("TimeBucket").type


@pytest.mark.parametrize("width", WIDTHS.values(), ids=list(WIDTHS))
@pytest.mark.parametrize("origin", [0, SECOND // 4, 1], ids=["no origin", "quarter second", "one nanosecond"])
def test_labels_are_microseconds_unless_they_need_nanoseconds(width: int, origin: int) -> None:
    contract = Contract(width, origin=origin)
    assert time_bucket_type(contract) == pa.timestamp("ns" if contract.needs_nanoseconds else "us")


def test_the_default_is_a_minute_labelled_by_its_end_and_closed_on_the_right() -> None:
    rows = edge_rows(60 * SECOND, MORNING, 1)
    trade_pass_only = trade_pass_config(Contract(60 * SECOND), ["Volume"])
    for name in bucket_settings(Contract(60 * SECOND)):
        del trade_pass_only[name]
    config = {"TABLES": {"trades": trade_table(rows, "ns")}, "PASSES": [trade_pass_only]}
    with basalt.run(config) as result:
        found = result["bars"].arrow().sort_by("TimeBucket").to_pydict()
    assert found["TradeTotalVolume"] == [3.0, 28.0, 224.0, 256.0]
    assert [label.minute for label in found["TimeBucket"]] == [59, 0, 1, 2]


@pytest.mark.parametrize(("anchor", "closed"), FOUR_CONTRACTS)
def test_no_bucket_ends_before_its_last_event_or_starts_after_its_first(anchor: Anchor, closed: Closed) -> None:
    contract = Contract(7 * SECOND, anchor, closed, origin=HALF_PAST_ONE)
    rows = edge_rows(contract.width, MORNING, 1)
    labels = {label for _, label in trade_result(trade_table(rows, "ns"), contract, ["Count"])}
    for row in rows:
        holding = [
            start
            for start in map(contract.start_of, labels)
            if start <= row["TradeTimestamp"] <= start + contract.width
        ]
        assert holding


def test_an_origin_may_be_a_time_of_day_or_a_moment() -> None:
    contract = Contract(420 * SECOND, origin=HALF_PAST_ONE)
    table = trade_table(edge_rows(420 * SECOND, MORNING, 1), "ns")
    expected = trade_result(table, contract, ["Volume"])
    for origin in ("13:30", "1970-01-01T13:30:00", moment_text(HALF_PAST_ONE)):
        settings_of_pass = trade_pass_config(contract, ["Volume"]) | {"time_bucket_origin": origin}
        with basalt.run({"TABLES": {"trades": table}, "PASSES": [settings_of_pass]}) as result:
            labels = result["bars"].arrow().column("TimeBucket").cast(pa.int64()).to_pylist()
        assert sorted(label * 1_000 for label in labels) == sorted(label for _, label in expected)


def test_the_session_time_zone_changes_nothing() -> None:
    rows = edge_rows(86_400 * SECOND, MORNING, 1_000)
    table, contract = trade_table(rows, "us, UTC"), Contract(86_400 * SECOND)
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'America/New_York'")
    actual = trade_result(table, contract, ["Volume"], connection=connection)
    assert_same(actual, trade_pass(read_trades(rows), contract, ["Volume"]))
