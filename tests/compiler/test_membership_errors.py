"""Memberships that do not fit the bars."""

from __future__ import annotations

import pytest
from asked import BARS, Config, generic, refused

from basalt.errors import BindingError, PassOrderError, UnknownColumnError

MEMBERS = {"ListingId": "BIGINT", "Index": "VARCHAR", "Weight": "DOUBLE"}


def indices(**settings: object) -> Config:
    asked = {"membership": "members", "group_by": ["Index", "TimeBucket"], "aggregations": {"Volume": "sum"}}
    return generic("vendor", "p", **{**asked, **settings})


def tables(members: dict[str, str] = MEMBERS, bars: dict[str, str] = BARS, **stated: object) -> Config:
    return {
        "schemas": {"vendor": bars, "members": members},
        "TABLES": {"vendor": {"table": "vendor"}, "members": {"table": "members", **stated}},
    }


@pytest.mark.parametrize(
    ("settings", "told", "hint"),
    [
        ({"membership": {"table": "members", "on": "Venue"}}, "members has no column 'Venue'", ""),
        ({"membership": {"table": "members", "on": "Index"}}, "vendor has no column 'Index'", ""),
        (
            {"membership": {"table": "members", "weight": "Wieght"}},
            "members has no column 'Wieght'",
            "did you mean 'Weight'?",
        ),
    ],
)
def test_columns_that_are_not_there_are_told_with_the_nearest(
    settings: dict[str, object], told: str, hint: str
) -> None:
    (problem,) = refused(UnknownColumnError, indices(**settings), **tables())
    assert problem.message.startswith(told)
    assert (problem.place, problem.suggestion) == ("pass p: membership", hint)


def test_a_key_is_taken_from_the_members() -> None:
    (problem,) = refused(BindingError, indices(group_by=["Venue", "TimeBucket"]), **tables())
    assert problem.message == "group_by names no column of members; it has ListingId, Index, Weight"


def test_a_weight_is_a_number() -> None:
    (problem,) = refused(
        BindingError, indices(membership={"table": "members", "weight": "Index"}, group_by=["Weight"]), **tables()
    )
    assert problem.message == "pass p: membership needs column Index as a number, it is VARCHAR"


@pytest.mark.parametrize("time", ["Date", "ValidFrom", "TimeBucket"])
def test_members_with_times_need_bars_with_a_time(time: str) -> None:
    bars = {"ListingId": "BIGINT", "Volume": "DOUBLE"}
    members = {**MEMBERS, time: "TIMESTAMP" if time == "TimeBucket" else "DATE"}
    (problem,) = refused(BindingError, indices(group_by=["Index"]), **tables(members, bars))
    assert problem.message == "members has times, but vendor has no TimeBucket to look them up by"


def test_members_by_bucket_have_the_buckets_of_the_bars() -> None:
    members = {**MEMBERS, "TimeBucket": "TIMESTAMP"}
    (problem,) = refused(BindingError, indices(), **tables(members, time_bucket_seconds=3600))
    assert problem.message == (
        "members has 3600 s buckets (start, end], labelled by their end, "
        "but vendor 60 s buckets (start, end], labelled by their end"
    )
    assert problem.suggestion.startswith("say in TABLES.members how its TimeBucket is made")


def test_members_are_a_table_or_a_pass() -> None:
    (problem,) = refused(PassOrderError, indices(membership="memebrs"), **tables())
    assert problem.message.startswith("pass p reads 'memebrs', which is neither a pass nor a table")
    assert problem.place == "PASSES[0].generic_analytics.membership.table"
    assert problem.suggestion == "did you mean 'members'?"


def test_a_pass_of_members_by_bucket_has_the_buckets_of_the_bars() -> None:
    wide = generic("vendor", "wide", resample_rule="5m", aggregations={"Volume": "sum", "Venue": "last"})
    wide["generic_analytics"]["output_name_pattern"] = "{aggregation}Venue"
    asked = indices(membership="wide", group_by=["lastVenue", "TimeBucket"])
    (problem,) = refused(BindingError, wide, asked, **tables())
    assert problem.message.startswith("wide has 300 s buckets (start, end], labelled by their end, but vendor 60 s")
