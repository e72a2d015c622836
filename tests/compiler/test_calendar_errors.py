"""Rules of a calendar and sessions that do not fit what they are asked of, and what they are in words."""

from __future__ import annotations

import pytest
from asked import BARS, Config, generic, only, over_bars, refused, refused_over_bars, trade

from basalt.errors import BindingError, CompileError

NEW_YORK = {"time_zone": "America/New_York", "open": "09:30", "close": "16:00"}


def asked(rule: str, name: str = "p", **settings: object) -> Config:
    return generic("vendor", name, resample_rule=rule, aggregations={"Volume": "sum"}, **settings)


@pytest.mark.parametrize(
    ("settings", "described"),
    [
        ({"rule": "1d"}, "86400 s buckets"),
        ({"rule": "1d", "time_zone": "Asia/Tokyo"}, "days in Asia/Tokyo"),
        ({"rule": "1w"}, "weeks in UTC"),
        ({"rule": "1mo", "time_zone": "Asia/Tokyo"}, "months in Asia/Tokyo"),
        ({"rule": "session", "session": NEW_YORK}, "sessions 09:30 to 16:00 in America/New_York"),
        ({"rule": "1h", "session": NEW_YORK}, "3600 s buckets of sessions 09:30 to 16:00 in America/New_York"),
    ],
)
def test_buckets_are_described(settings: dict[str, object], described: str) -> None:
    found = only(over_bars(asked(**settings)))
    assert found.columns[1].title == f"{described} (start, end], labelled by their end"
    assert found.columns[1].type == "TIMESTAMP"


@pytest.mark.parametrize(
    ("settings", "within"),
    [
        ({"rule": "1d", "time_zone": "UTC"}, True),
        ({"rule": "1d", "time_zone": "Europe/London"}, False),
        ({"rule": "1w"}, False),
        ({"rule": "session", "session": NEW_YORK}, True),
        ({"rule": "session", "session": {**NEW_YORK, "time_zone": "Australia/Sydney"}}, False),
        ({"rule": "session", "session": {**NEW_YORK, "open": "18:00", "close": "17:00"}}, False),
    ],
)
def test_whether_a_bucket_stays_within_a_utc_day_is_known(settings: dict[str, object], within: bool) -> None:  # noqa: FBT001 - a case
    assert only(over_bars(asked(**settings))).is_within_days is within


def test_a_time_zone_that_there_is_not_is_told_with_the_nearest() -> None:
    (problem,) = refused_over_bars(BindingError, asked("1d", time_zone="America/New_Yrok"))
    assert problem.message == "there is no time zone 'America/New_Yrok'"
    assert (problem.place, problem.suggestion) == ("pass p: time_zone", "did you mean 'America/New_York'?")
    (problem,) = refused_over_bars(BindingError, asked("1h", session={**NEW_YORK, "time_zone": "Nowhere"}))
    assert problem.place == "pass p: session.time_zone"


@pytest.mark.parametrize(
    ("seconds", "settings", "told"),
    [
        (3600, {"rule": "1d", "time_zone": "Asia/Kolkata"}, "midnight in Asia/Kolkata does not always fall on an edge"),
        (3600, {"rule": "1h", "session": NEW_YORK}, "the open or close of a session in America/New_York does not"),
        (60, {"rule": "90s", "session": NEW_YORK}, "resample_rule 90s is not a multiple of the source's 60 s"),
        (7, {"rule": "1d", "time_zone": "Asia/Tokyo"}, "midnight in Asia/Tokyo does not always fall on an edge"),
    ],
)
def test_buckets_are_made_of_whole_bars(seconds: int, settings: dict[str, object], told: str) -> None:
    (problem,) = refused_over_bars(CompileError, asked(**settings), time_bucket_seconds=seconds)
    assert problem.message.startswith(told)
    assert "narrower buckets" in problem.suggestion


def test_an_origin_has_no_meaning_in_a_calendar() -> None:
    (problem,) = refused_over_bars(CompileError, asked("1w", time_bucket_origin="09:30"))
    assert problem.message == "time_bucket_origin has no meaning for buckets of a calendar or a session"


def test_a_pass_over_buckets_of_a_calendar_keeps_them() -> None:
    days = generic(
        "minutes", "days", resample_rule="1d", time_zone="Asia/Tokyo", aggregations={"TradeTotalVolume": "sum"}
    )
    again = {"group_by": ["TimeBucket"], "aggregations": {"TradeTotalVolume": "sum"}}
    (problem,) = refused(CompileError, trade(), days, generic("days", "p", resample_rule="1w", **again))
    assert problem.message == (
        "days has days in Asia/Tokyo (start, end], labelled by their end, which are not resampled again"
    )
    (problem,) = refused(CompileError, trade(), days, generic("days", "p", time_bucket_anchor="start", **again))
    assert problem.message.endswith("a pass that reads it keeps them")
    (problem,) = refused(BindingError, trade(), days, generic("days", "p", time_bucket_seconds=60, **again))
    assert problem.message.startswith("time_bucket_seconds is 60, but days has days in Asia/Tokyo")


def test_a_reference_with_dates_is_looked_up_before_buckets_of_a_calendar() -> None:
    days = generic("vendor", "days", resample_rule="1d", time_zone="Asia/Tokyo", aggregations={"Close": "last"})
    reference = {"ListingId": "BIGINT", "InstrumentId": "BIGINT", "Date": "DATE"}
    (problem,) = refused(
        BindingError,
        days,
        generic("days", "p", group_by=["InstrumentId"], aggregations={"Close": "mean"}),
        schemas={"vendor": BARS, "reference": reference},
        TABLES={"vendor": {"table": "vendor"}},
    )
    assert problem.message.startswith("reference has dates, but days has days in Asia/Tokyo")
