"""Gaps within sessions: a row for each bucket in between, by the kind of each column."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.moments import FOUR_CONTRACTS
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, analytics_config, generic_pass_config, run_pass
from markets.trades import trade_table
from oracles.buckets import SECOND, Contract
from oracles.calendars import EPOCH, Session, local
from oracles.results import Result, Tolerance, assert_same

if TYPE_CHECKING:
    from oracles.buckets import Anchor, Closed

QUARTER, HOUR = 900 * SECOND, 3_600 * SECOND
NEW_YORK = Session(time(9, 30), time(16), ZoneInfo("America/New_York"))
WRITTEN = {"time_zone": "America/New_York", "open": "09:30", "close": "16:00"}
MORNING = round((datetime(2025, 3, 7, 14, 30, tzinfo=UTC) - EPOCH) / timedelta(seconds=1)) * SECOND
"""The open of a Friday; over the weekend clocks are put forward."""
METRICS = {"generic_metrics": [{"measures": ["Volume", "Count", "VWAP", "OHLC"]}]}

trades = st.lists(
    st.tuples(
        st.sampled_from([11, 12, 21]),
        st.sampled_from([0, 0, 71, 72]),
        st.integers(-3, 40),
        st.integers(1, 10),
        st.integers(1, 9),
    ),
    min_size=1,
    max_size=20,
)


def rows_of(drawn: list[tuple[int, int, int, int, int]]) -> list[dict[str, Any]]:
    """Trades in the middle of quarters of an hour, on Friday or Monday, told apart by their numbers."""
    return [
        {
            "ListingId": listing,
            "TradeTimestamp": MORNING + hours * HOUR + quarters * QUARTER + QUARTER // 2,
            "BMLLSequenceNo": number,
            "LocalPrice": float(price),
            "Size": float(size),
        }
        for number, (listing, hours, quarters, price, size) in enumerate(drawn)
    ]


def filled_by_hand(rows: list[dict[str, Any]], ends: tuple[Anchor, Closed], key: dict[int, int]) -> Result:
    """Hours of the session by group, trade by trade; between two of a session flows are 0 and states as before."""
    bars = Contract(QUARTER, *ends)
    groups: dict[tuple[int, int], dict[int, list[dict[str, Any]]]] = {}
    for row in sorted(rows, key=lambda row: (row["TradeTimestamp"], row["BMLLSequenceNo"])):
        start = bars.start(row["TradeTimestamp"])
        edges = NEW_YORK.bucket(start, start + QUARTER, HOUR)
        if edges is not None:
            day = local(start, NEW_YORK.zone).date().toordinal()
            groups.setdefault((key[row["ListingId"]], day), {}).setdefault(edges[0], []).append(row)
    found: Result = {}
    for (group, _), buckets in groups.items():
        carried: dict[str, Any] = {}
        for start in range(min(buckets), max(buckets) + 1, HOUR):
            edges = NEW_YORK.bucket(start, start + QUARTER, HOUR)
            assert edges is not None
            carried = measured(buckets.get(start, []), carried)
            found[group, edges[ends[0] == "end"]] = carried
    return found


def measured(rows: list[dict[str, Any]], before: dict[str, Any]) -> dict[str, Any]:
    if not rows:
        nothing = {"TradeTotalVolume": 0, "TradeTotalCount": 0, "TradeTotalVWAP": None, "High": None, "Low": None}
        return nothing | {name: before[name] for name in ("Open", "Close")}
    prices, volume = [row["LocalPrice"] for row in rows], sum(row["Size"] for row in rows)
    value = sum(row["LocalPrice"] * row["Size"] for row in rows)
    return {
        "TradeTotalVolume": volume,
        "TradeTotalCount": len(rows),
        "TradeTotalVWAP": value / volume,
        "Open": prices[0],
        "High": max(prices),
        "Low": min(prices),
        "Close": prices[-1],
    }


@pytest.mark.parametrize("ends", FOUR_CONTRACTS)
@given(trades)
@settings(max_examples=4)
def test_metrics_in_gaps_by_kind(ends: tuple[Anchor, Closed], drawn: list[tuple[int, int, int, int, int]]) -> None:
    rows = rows_of(drawn)
    instruments = {11: 901, 12: 901, 21: 902}
    reference = pa.table({"ListingId": list(instruments), "InstrumentId": list(instruments.values())})
    step = generic_pass_config("bars", "auto", rule="1h", group_by=BY_INSTRUMENT)
    step["generic_analytics"] |= {"session": WRITTEN, "gaps": "filled"}
    config = {
        "TABLES": {"trades": trade_table(rows, "ns"), "reference": reference},
        "PASSES": [analytics_config(Contract(QUARTER, *ends), METRICS), step],
    }
    expected = filled_by_hand(rows, ends, instruments)
    assert_same(run_pass(config, "generic", BY_INSTRUMENT), expected, Tolerance({"TradeTotalVWAP": 1e-12}))


def one_listing(*quarters: int) -> pa.Table:
    """A bar of a quarter of an hour at each place after the open."""
    labels = [(MORNING + (number + 1) * QUARTER) // 1_000 for number in quarters]
    return pa.table(
        {
            "ListingId": pa.nulls(len(labels), pa.int64()),
            "TimeBucket": pa.array(labels, pa.int64()).cast(pa.timestamp("us")),
            "Volume": [number + 0.5 for number in quarters],
        }
    )


def test_plain_columns_in_gaps_go_by_what_was_made_of_them_and_a_null_key_is_a_series() -> None:
    asked = {"Volume": ["count", "last", "mean", "max"]}
    step = generic_pass_config("bars", asked, rule="30m", group_by=BY_LISTING)
    step["generic_analytics"] |= {"session": WRITTEN, "gaps": "filled"}
    table = {"data": one_listing(0, 1, 6), "time_bucket_seconds": 900}
    found = run_pass({"TABLES": {"bars": table}, "PASSES": [step]}, "generic", BY_LISTING)
    labels = [MORNING + number * 2 * QUARTER for number in (1, 2, 3, 4)]
    columns = ["VolumeCount", "VolumeLast", "VolumeMean", "VolumeMax"]
    rows = [[2, 1.5, 1.0, 1.5], [0, 1.5, None, None], [0, 1.5, None, None], [1, 6.5, 6.5, 6.5]]
    assert found == {
        (None, label): dict(zip(columns, row, strict=True)) for label, row in zip(labels, rows, strict=True)
    }


def test_a_later_pass_merges_what_was_carried_without_counting_it_twice() -> None:
    rows = rows_of([(11, 0, 0, 5, 1), (11, 0, 20, 6, 2), (12, 0, 4, 7, 3)])
    hours = generic_pass_config("bars", "auto", rule="1h", group_by=BY_LISTING, name="hours")
    hours["generic_analytics"] |= {"session": WRITTEN, "gaps": "filled"}
    whole = generic_pass_config("hours", "auto", group_by=["Market"], name="whole")
    config = {
        "TABLES": {"trades": trade_table(rows, "ns"), "reference": pa.table({"ListingId": [11, 12], "Market": [1, 1]})},
        "PASSES": [analytics_config(Contract(QUARTER), METRICS), hours, whole],
    }
    assert run_pass(config, "whole", ["Market"]) == {
        (1,): measured(sorted(rows, key=lambda row: row["TradeTimestamp"]), {})
    }
