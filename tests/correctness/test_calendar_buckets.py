"""Buckets of a calendar and of sessions, in time zones that change their clocks, against Python's own zones."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.moments import FOUR_CONTRACTS
from markets.pipelines import BY_LISTING, Config, bucket_settings, generic_pass_config, run_pass
from oracles.buckets import SECOND, Contract
from oracles.calendars import EPOCH, Session, calendar_bucket
from oracles.results import Result, assert_same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from oracles.buckets import Anchor, Closed

ZONES = [
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Australia/Lord_Howe",  # moves its clocks by half an hour
    "America/Sao_Paulo",  # had days that began at one
    "Atlantic/Azores",  # has days that begin twice
    "America/Havana",
    "America/Nuuk",  # moves its clocks before midnight
    "UTC",
]
RULES = {"1d": "day", "1w": "week", "1mo": "month", "1q": "quarter", "1y": "year"}
QUARTER = 900 * SECOND


@functools.cache
def changes(zone: str) -> tuple[int, ...]:
    """The hours in which a zone changed its clocks, from 1972 to 2038, in nanoseconds."""
    place, found = ZoneInfo(zone), []
    for day in range(66 * 365):
        begin = datetime(1972, 1, 1, tzinfo=UTC) + timedelta(days=day)
        if begin.astimezone(place).utcoffset() != (begin + timedelta(days=1)).astimezone(place).utcoffset():
            found += [begin + timedelta(hours=hour) for hour in range(24)]
    return tuple(round((each - EPOCH) / timedelta(seconds=1)) * SECOND for each in found)


def starts(zone: str) -> st.SearchStrategy[list[int]]:
    """When bars of a quarter of an hour start: near changes of the clocks, and anywhere."""
    anywhere = st.integers(2_000, 68 * 365 * 96).map(lambda number: number * QUARTER)
    near = st.builds(
        lambda change, number: change // QUARTER * QUARTER + number * QUARTER,
        st.sampled_from(changes(zone) or (0,)),
        st.integers(-100, 100),
    )
    return st.lists(near | near | anywhere, unique=True, min_size=1, max_size=40)


def pipeline(moments: Iterable[int], ends: tuple[Anchor, Closed], **settings: object) -> Config:
    contract = Contract(QUARTER, *ends)
    labels = [contract.label_of(moment) // 1_000 for moment in moments]
    bars = pa.table(
        {
            "ListingId": [1] * len(labels),
            "TimeBucket": pa.array(labels, pa.int64()).cast(pa.timestamp("us")),
            "Volume": [1] * len(labels),
            "Close": labels,
        }
    )
    step = generic_pass_config("bars", {"Volume": "sum", "Close": "last"})
    step["generic_analytics"] |= settings
    return {"TABLES": {"bars": {"data": bars, **bucket_settings(contract)}}, "PASSES": [step]}


def expected(
    moments: Iterable[int], ends: tuple[Anchor, Closed], bucket: Callable[[int], tuple[int, int] | None]
) -> Result:
    found: Result = {}
    contract = Contract(QUARTER, *ends)
    for moment in sorted(moments):
        if (edges := bucket(moment)) is not None:
            row = found.setdefault((1, edges[ends[0] == "end"]), {"Volume": 0, "Close": None})
            row |= {"Volume": row["Volume"] + 1, "Close": contract.label_of(moment) // 1_000}
    return found


@pytest.mark.parametrize("zone", ZONES)
@given(st.data(), st.sampled_from(sorted(RULES)), st.sampled_from(FOUR_CONTRACTS))
@settings(max_examples=7)
def test_periods_of_a_calendar(zone: str, data: st.DataObject, rule: str, ends: tuple[Anchor, Closed]) -> None:
    moments = data.draw(starts(zone))
    found = run_pass(pipeline(moments, ends, resample_rule=rule, time_zone=zone), "generic", BY_LISTING)
    place = ZoneInfo(zone)
    assert_same(found, expected(moments, ends, lambda moment: calendar_bucket(moment, RULES[rule], place)))


WIDTHS = {"15m": QUARTER, "1h": 4 * QUARTER, "45m": 3 * QUARTER, "session": None}
SESSIONS = [
    (time(9, 30), time(16)),
    (time(8), time(16, 30)),
    (time(18), time(17)),
    (time(7), time(7)),
]


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Kolkata"])
@given(
    st.data(),
    st.sampled_from(SESSIONS),
    st.sampled_from(["15m", "1h", "45m", "session"]),
    st.sampled_from(FOUR_CONTRACTS),
)
@settings(max_examples=7)
def test_buckets_of_sessions(
    zone: str, data: st.DataObject, times: tuple[time, time], rule: str, ends: tuple[Anchor, Closed]
) -> None:
    moments = data.draw(starts(zone))
    session = Session(*times, ZoneInfo(zone))
    written = {"time_zone": zone, "open": f"{times[0]:%H:%M}", "close": f"{times[1]:%H:%M:%S}"}
    found = run_pass(pipeline(moments, ends, resample_rule=rule, session=written), "generic", BY_LISTING)
    expected_rows = expected(moments, ends, lambda moment: session.bucket(moment, moment + QUARTER, WIDTHS[rule]))
    assert_same(found, expected_rows)


def utc(text: str) -> int:
    return round((datetime.fromisoformat(text).replace(tzinfo=UTC) - EPOCH) / timedelta(seconds=1)) * SECOND


IN_NEW_YORK = {"resample_rule": "1d", "time_zone": "America/New_York"}
IN_THE_AZORES = {"resample_rule": "1d", "time_zone": "Atlantic/Azores"}
IN_TOKYO = {"resample_rule": "1mo", "time_zone": "Asia/Tokyo"}


@pytest.mark.parametrize(
    ("moment", "settings", "labels"),
    [
        # New York put its clocks forward on 9 March 2025: that day has 23 hours
        ("2025-03-09T05:00", IN_NEW_YORK, "2025-03-09T05:00 2025-03-10T04:00"),
        ("2025-03-09T04:45", IN_NEW_YORK, "2025-03-08T05:00 2025-03-09T05:00"),
        ("2025-11-02T04:00", IN_NEW_YORK, "2025-11-02T04:00 2025-11-03T05:00"),
        # the Azores put theirs back at one in the morning of 27 October 2024, to midnight
        ("2024-10-27T00:15", IN_THE_AZORES, "2024-10-27T00:00 2024-10-28T01:00"),
        ("2025-03-05T12:00", {"resample_rule": "1w"}, "2025-03-03T00:00 2025-03-10T00:00"),
        ("2024-02-29T12:00", IN_TOKYO, "2024-01-31T15:00 2024-02-29T15:00"),
        ("2024-02-29T15:00", IN_TOKYO, "2024-02-29T15:00 2024-03-31T15:00"),
    ],
)
def test_published_changes_of_clocks(moment: str, settings: dict[str, Any], labels: str) -> None:
    for anchor, label in zip(("start", "end"), labels.split(), strict=True):
        (key,) = run_pass(pipeline([utc(moment)], (anchor, "left"), **settings), "generic", BY_LISTING)
        assert key == (1, utc(label))


def test_the_last_bucket_of_a_session_ends_when_it_closes_and_bars_outside_are_left_out() -> None:
    session = {"time_zone": "America/New_York", "open": "09:30", "close": "16:00"}
    moments = [utc(f"2025-03-10T{text}") for text in ("13:15", "13:30", "14:15", "14:30", "19:45", "20:00")]
    asked = {"resample_rule": "1h", "session": session}
    found = run_pass(pipeline(moments, ("end", "right"), **asked), "generic", BY_LISTING)
    assert {key[1]: row["Volume"] for key, row in found.items()} == {
        utc("2025-03-10T14:30"): 2,
        utc("2025-03-10T15:30"): 1,
        utc("2025-03-10T20:00"): 1,
    }
