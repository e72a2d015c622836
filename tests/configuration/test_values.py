"""Kinds of values that the models share, and what they refuse."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from basalt.configuration import TableConfig, TradeGenericConfig, UniverseConfig
from basalt.configuration.buckets import parse_origin, parse_rule, seconds_to_nanoseconds

SECOND = 1_000_000_000


def test_one_value_is_a_list_of_one() -> None:
    assert TradeGenericConfig(measures="VWAP", sides="Bid") == TradeGenericConfig(measures=["VWAP"], sides=["Bid"])


def test_a_filter_takes_one_value_or_several_but_not_none() -> None:
    several = TradeGenericConfig(measures="VWAP", attribute_filters={"Venue": ["A", "B"], "Lit": True})
    assert several.attribute_filters == {"Venue": ["A", "B"], "Lit": [True]}
    with pytest.raises(ValidationError, match="at least 1 item"):
        TradeGenericConfig(measures="VWAP", attribute_filters={"Venue": []})


@pytest.mark.parametrize("data", [pa.table({"x": [1]}), pd.DataFrame({"x": [1]}), pl.DataFrame({"x": [1]})])
def test_data_in_memory_is_kept_as_it_is(data: object) -> None:
    assert TableConfig(data=data).data is data


@pytest.mark.parametrize("data", ["x", 5, {"x": [1]}, [1]])
def test_other_data_is_refused(data: object) -> None:
    with pytest.raises(ValidationError, match="data takes an Arrow table"):
        TableConfig(data=data)


def test_values_of_a_universe_keep_their_type() -> None:
    assert UniverseConfig(where={"Ticker": ["700", 700, 7.5]}).where == {"Ticker": ["700", 700, 7.5]}
    with pytest.raises(ValidationError, match="should not be true or false"):
        UniverseConfig(where={"Ticker": [True]})


@pytest.mark.parametrize(
    ("seconds", "nanoseconds"),
    [
        (0.1, 100_000_000),
        (60, 60 * SECOND),
        ("7.5", 7_500_000_000),
        (Decimal("1e-9"), 1),
        (9_223_372_036, 9_223_372_036 * SECOND),
    ],
)
def test_seconds_are_exact(seconds: float | str | Decimal, nanoseconds: int) -> None:
    assert seconds_to_nanoseconds(seconds) == nanoseconds


@pytest.mark.parametrize("seconds", [0, -1, "x", float("nan"), float("inf"), 1e-10, 9_223_372_037, 1e300])
def test_seconds_that_are_no_width(seconds: float | str) -> None:
    with pytest.raises(ValueError, match=r"width|number of seconds"):
        seconds_to_nanoseconds(seconds)


@pytest.mark.parametrize("rule", ["1d", "15m", "15min", "1h", "30s", "500ms", "d", "7us", "1ns", "106751d"])
def test_rules(rule: str) -> None:
    assert parse_rule(rule) > 0


@pytest.mark.parametrize("rule", ["", "15", "15x", "1M", "-1m", "1.5h", "0s", "106752d", "9" * 30 + "s"])
def test_rules_that_are_none(rule: str) -> None:
    with pytest.raises(ValueError, match=r"rule|width"):
        parse_rule(rule)


@pytest.mark.parametrize(
    ("origin", "nanoseconds"),
    [
        ("13:30", 48_600 * SECOND),
        (time(13, 30), 48_600 * SECOND),
        ("13:30:00.000000001", 48_600 * SECOND + 1),
        ("1970-01-02", 86_400 * SECOND),
        (date(1970, 1, 2), 86_400 * SECOND),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:59:59.999999999", -1),
    ],
)
def test_origins(origin: str | date | time, nanoseconds: int) -> None:
    assert parse_origin(origin) == nanoseconds


@pytest.mark.parametrize("origin", ["noon", "", "25:00", 810, "2262-04-12", "1677-09-20", "0001-01-01T00:00:00+23:59"])
def test_origins_that_are_none(origin: object) -> None:
    with pytest.raises(ValueError, match=r"time of day|64 bits"):
        parse_origin(origin)  # type: ignore[arg-type]


@given(moment=st.datetimes(datetime(1700, 1, 1), datetime(2250, 1, 1)))  # noqa: DTZ001 - origins without a zone are UTC
def test_an_origin_counts_microseconds_from_the_epoch(moment: datetime) -> None:
    microseconds = (moment - datetime(1970, 1, 1)) // (datetime.resolution)  # noqa: DTZ001
    assert parse_origin(moment) == parse_origin(moment.isoformat()) == microseconds * 1_000
