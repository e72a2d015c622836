"""Rows of a range are whole, wherever it cuts buckets: the days of a range, run one by one, are the range.

The oracle is a run over all days, whose rows are told apart by their days in plain Python.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import basalt

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = timedelta(days=1)
FIRST, DAYS = date(2025, 2, 25), 12
"""Days over the end of a month, with a Monday among them."""
RULES: dict[str, dict[str, Any]] = {
    "weeks": {"resample_rule": "1w"},
    "months": {"resample_rule": "1mo"},
    "days in Tokyo": {"resample_rule": "1d", "time_zone": "Asia/Tokyo"},
    "a session over midnight": {
        "resample_rule": "session",
        "session": {"time_zone": "America/Chicago", "open": "17:00", "close": "16:00"},
    },
    "seven hours": {"resample_rule": "7h"},
    "forty hours": {"resample_rule": "40h"},
}
SUMS = {"TradeTotalVolume": "sum", "TradeTotalVWAP": "auto", "High": "max", "Close": "last"}


def trades() -> pa.Table:
    """A trade or so an hour, of two listings, at prices that never repeat."""
    start = datetime.combine(FIRST, datetime.min.time(), UTC)
    rows = [
        {
            "ListingId": 1 + number % 2,
            "TradeTimestamp": (start + timedelta(minutes=53 * number, seconds=number)).replace(tzinfo=None),
            "LocalPrice": 100.0 + (number * 37) % 101 / 8,
            "Size": 1.0 + number % 7,
            "TradeId": str(number),
        }
        for number in range(DAYS * 27)
    ]
    return pa.Table.from_pylist(rows)


def pipeline(rule: str, first: date | None, last: date | None, anchor: str = "end") -> dict[str, Any]:
    """Ten-minute bars, resampled, then with a mean of two bars; and the volumes of the range."""
    ten_minutes = {"time_bucket_seconds": 600, "time_bucket_anchor": anchor}
    metrics = {"generic_metrics": [{"measures": ["Volume", "VWAP"], "sides": "Total"}, {"measures": ["OHLC"]}]}
    coarse = {"source_pass": "bars", "group_by": ["ListingId", "TimeBucket"], **RULES[rule], "aggregations": SUMS}
    means = {"source_pass": "coarse", "talib_indicators": [_mean()], "indicators": "arrow"}
    total = {"source_pass": "bars", "group_by": ["ListingId"], "aggregations": {"TradeTotalVolume": "sum"}}
    return {
        "TABLES": {"trades": trades()},
        "PASSES": [
            {"name": "bars", "modules": ["trade"], **ten_minutes, "trade_analytics": metrics},
            {"name": "coarse", "modules": ["generic"], "generic_analytics": coarse},
            {"name": "means", "modules": ["generic"], "generic_analytics": means},
            {"name": "total", "modules": ["generic"], "generic_analytics": total},
        ],
        **({} if first is None else {"START_DATE": first}),
        **({} if last is None else {"END_DATE": last}),
    }


def _mean() -> dict[str, Any]:
    return {"name": "SMA", "input_col": "Close", "timeperiod": 2, "output_col": "Mean"}


def rows_of(config: dict[str, Any], name: str) -> list[tuple[Any, ...]]:
    """The rows of a pass, sorted."""
    with basalt.run(config) as result:
        return sorted(map(tuple, map(dict.values, result[name].arrow().to_pylist())), key=lambda row: row[:2])


def day_of(label: datetime, rule: str, anchor: str) -> date:
    """The day that a row belongs to."""
    if rule.endswith("hours"):
        width = timedelta(hours=7 if rule == "seven hours" else 40)
        return (label - (width if anchor == "end" else timedelta())).date()
    return (label - (timedelta(microseconds=1) if anchor == "end" else timedelta())).date()


def spans(cuts: list[int]) -> Iterator[tuple[date | None, date | None]]:
    """Ranges without a gap between them, open at both ends."""
    edges = [FIRST + cut * DAY for cut in sorted(set(cuts))]
    yield from zip([None, *edges], [*(edge - DAY for edge in edges), None], strict=True)


@pytest.mark.parametrize("rule", RULES)
@given(
    cuts=st.lists(st.integers(0, DAYS), min_size=1, max_size=3),
    anchor=st.sampled_from(["start", "end"]),
    name=st.sampled_from(["bars", "coarse", "means"]),
)
@settings(max_examples=4)
def test_ranges_run_apart_are_one_run(rule: str, cuts: list[int], anchor: str, name: str) -> None:
    everything = rows_of(pipeline(rule, None, None, anchor), name)
    apart = [row for first, last in spans(cuts) for row in rows_of(pipeline(rule, first, last, anchor), name)]
    assert sorted(apart, key=lambda row: row[:2]) == everything


@pytest.mark.parametrize("anchor", ["start", "end"])
@pytest.mark.parametrize("rule", RULES)
def test_a_range_has_the_whole_rows_of_its_days(rule: str, anchor: str) -> None:
    first, last = FIRST + 3 * DAY, FIRST + 8 * DAY
    everything = rows_of(pipeline(rule, None, None, anchor), "coarse")
    expected = [row for row in everything if first <= day_of(row[1], rule, anchor) <= last]
    assert rows_of(pipeline(rule, first, last, anchor), "coarse") == expected


@pytest.mark.parametrize("rule", RULES)
def test_a_pass_without_time_has_the_rows_of_the_range_only(rule: str) -> None:
    first, last = FIRST + 3 * DAY, FIRST + 8 * DAY
    bars = rows_of(pipeline(rule, first, last), "bars")
    listings = {row[0] for row in bars}
    volume = [(each, sum(row[2] for row in bars if row[0] == each)) for each in sorted(listings)]
    assert rows_of(pipeline(rule, first, last), "total") == volume


@pytest.mark.parametrize("span", [(None, None), (FIRST + 2 * DAY, FIRST + 9 * DAY)])
def test_weekends_are_left_out_where_that_is_asked_for(span: tuple[date | None, date | None]) -> None:
    config = pipeline("weeks", *span)
    weekdays = [row for row in rows_of(config, "bars") if day_of(row[1], "weeks", "end").isoweekday() < 6]
    sums: dict[tuple[int, date], float] = {}
    everything = rows_of(pipeline("weeks", None, None), "bars")
    for listing, label, volume, *_ in everything:
        day = day_of(label, "weeks", "end")
        if day.isoweekday() < 6:
            monday = day - (day.isoweekday() - 1) * DAY
            sums[listing, monday + 7 * DAY] = sums.get((listing, monday + 7 * DAY), 0) + volume
    assert rows_of({**config, "EXCLUDE_WEEKENDS": True}, "bars") == weekdays
    weeks = {(row[0], row[1].date()): row[2] for row in rows_of({**config, "EXCLUDE_WEEKENDS": True}, "coarse")}
    within = {key for key in sums if span[0] is None or span[0] < key[1] <= FIRST + 10 * DAY}
    assert weeks == {key: sums[key] for key in within}
