"""A run over a range of dates gives what a run over all dates gives for them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import talib
from vendor_bars import Config, by_listing, in_order, indicator, numbers, pipeline, random_bars

import basalt
from basalt.catalog.indicator_memory import memory
from basalt.catalog.indicators import indicator_function
from basalt.compiler.indicators import Indicator
from basalt.engine.indicators import ReadBack, SortedRows

BARS = random_bars(60)
MIDDLE = date(2025, 4, 17)
PLAIN = ("ListingId", "TimeBucket", "Open", "High", "Low", "Close", "Volume", "Period")
SPLIT = 1e-9


def remembers(name: str) -> str:
    function = indicator_function(name)
    return memory(function, function.defaults)


NAMES = sorted(talib.get_functions())
FADING = [name for name in NAMES if remembers(name) == "fading"]


def assert_split_is_whole(config: Config, middle: date = MIDDLE, name: str = "averages") -> None:
    """Compare two runs, up to a day and from it on, with one run over all days."""
    whole = in_order(config, name)
    halves = [
        in_order(config | {"END_DATE": middle - timedelta(days=1)}, name),
        in_order(config | {"START_DATE": middle}, name),
    ]
    assert all(half.num_rows for half in halves)
    keys = [key for key in ("ListingId", "TimeBucket") if key in whole.column_names]
    split = pa.concat_tables(halves).sort_by([(key, "ascending") for key in keys])
    assert split.select(keys).equals(whole.select(keys))
    for column in [name for name in whole.column_names if name not in PLAIN]:
        expected = numbers(whole, column)
        scale = np.max(np.abs(expected), initial=0.0, where=np.isfinite(expected))
        np.testing.assert_allclose(numbers(split, column), expected, rtol=SPLIT, atol=SPLIT * scale, err_msg=column)


def test_functions_are_told_apart_by_what_they_remember() -> None:
    assert {remembers(name) for name in ("SMA", "STDDEV", "CORREL", "CDLENGULFING", "WILLR", "LN")} == {"window"}
    assert {remembers(name) for name in ("EMA", "MACD", "RSI", "ADXR", "STOCHRSI", "TRIX", "KAMA")} == {"fading"}
    assert {remembers(name) for name in ("OBV", "AD", "SAR", "MAXINDEX", "HT_TRENDMODE", "MAMA")} == {"unlimited"}


@pytest.mark.parametrize("kind", ["window", "unlimited"])
def test_every_function_of_a_kind_in_two_runs_is_that_in_one(kind: str) -> None:
    names = [name for name in NAMES if remembers(name) == kind]
    assert_split_is_whole(pipeline(BARS, *(indicator(name) for name in names)))


@pytest.mark.parametrize("name", FADING)
def test_a_recursive_function_in_two_runs_is_that_in_one(name: str) -> None:
    assert_split_is_whole(pipeline(BARS, indicator(name)))


def test_a_moving_average_of_a_chosen_kind_remembers_as_that_kind_does() -> None:
    for kind in ("SMA", "KAMA", "T3", "MAMA"):
        assert_split_is_whole(pipeline(BARS, indicator("MA", timeperiod=20, parameters={"matype": kind})))


@pytest.mark.parametrize("nulls", ["skip", "propagate", "reset"])
def test_two_runs_are_one_with_nulls(nulls: str) -> None:
    close = BARS.column("Close").to_numpy().copy()
    close[np.random.default_rng(5).random(len(close)) < 0.002] = np.nan
    bars = BARS.set_column(BARS.column_names.index("Close"), "Close", pa.array(close))
    asked = [indicator(name, nulls=nulls) for name in ("SMA", "RSI", "OBV", "ATR")]
    assert_split_is_whole(pipeline(bars, *asked))


def test_two_runs_are_one_where_series_begin_anew_each_day() -> None:
    asked = [indicator(name, reset="day", timeperiod=5) for name in ("SMA", "EMA")]
    assert_split_is_whole(pipeline(BARS, *asked, indicator("OBV", reset="day")))


def test_two_runs_are_one_where_listings_come_late_and_trade_rarely() -> None:
    late = BARS.filter(pc.or_(pc.not_equal(BARS["ListingId"], 1), pc.greater(BARS["TimeBucket"], moment(MIDDLE, 3))))
    rare = late.filter(pc.or_(pc.not_equal(late["ListingId"], 2), pc.less(pc.minute(late["TimeBucket"]), 2)))
    assert rare.num_rows < late.num_rows < BARS.num_rows
    assert_split_is_whole(pipeline(rare, indicator("SMA"), indicator("RSI"), indicator("MACD")))


def moment(day: date, days_later: int) -> pa.Scalar:
    return pa.scalar(datetime(day.year, day.month, day.day) + timedelta(days=days_later), pa.timestamp("us"))  # noqa: DTZ001


def further_pass(name: str, source: str, *indicators: Config, **settings: object) -> Config:
    analytics = {"source_pass": source, "talib_indicators": list(indicators), **settings}
    return {"name": name, "modules": ["generic"], "generic_analytics": analytics}


def test_an_average_of_an_average_in_two_runs_is_that_in_one() -> None:
    config = pipeline(BARS, indicator("EMA", timeperiod=20))
    config["PASSES"].append(further_pass("twice", "averages", indicator("RSI", input_col="EMA_20")))
    assert_split_is_whole(config, name="twice")


@pytest.mark.parametrize("rule", ["15m", "7m", "1d"])
def test_averages_of_wider_bars_in_two_runs_are_those_in_one(rule: str) -> None:
    wider = further_pass(
        "wider", "averages", indicator("SMA", timeperiod=5), resample_rule=rule, aggregations={"Close": "last"}
    )
    config = pipeline(BARS)
    config["PASSES"].append(wider)
    assert_split_is_whole(config, name="wider")


def trades() -> pa.Table:
    """Trades of two listings on 12 days, some of them at midnight."""
    draw = np.random.default_rng(9)
    count = 4000
    at = np.sort(draw.integers(0, 12 * 86_400, count)) * 1_000_000
    return pa.table(
        {
            "ListingId": draw.integers(1, 3, count),
            "TradeTimestamp": pa.array(at, pa.timestamp("us")),
            "LocalPrice": np.round(50 + np.cumsum(draw.normal(0, 0.05, count)), 2),
            "Size": draw.integers(1, 100, count).astype(np.float64),
            "TradeId": np.arange(count),
        }
    )


def test_bars_are_made_of_the_trades_of_as_many_days_as_are_needed() -> None:
    quarters = {
        "name": "quarters",
        "modules": ["trade"],
        "time_bucket_seconds": 900,
        "trade_analytics": {"generic_metrics": [{"measures": ["Volume", "OHLC"], "sides": ["Total"]}]},
    }
    averages = further_pass("averages", "quarters", indicator("ATR"), indicator("SMA"), indicator("ADOSC"))
    config = {"TABLES": {"trades": trades()}, "PASSES": [quarters, averages]}
    assert_split_is_whole(config, date(1970, 1, 9))


def test_the_views_of_a_run_show_its_range_and_nothing_is_left_behind() -> None:
    config = pipeline(BARS, indicator("SMA"), START_DATE=MIDDLE)
    config["PASSES"].append(further_pass("same", "averages"))
    with basalt.run(config) as result:
        views = result["same"].arrow()
        assert pc.min(views.column("TimeBucket")).as_py().date() == MIDDLE
        schemas = result.connection.sql("SELECT schema_name FROM duckdb_schemas()").fetchall()
        assert not [name for (name,) in schemas if "before" in name]
        assert result.connection.sql("SELECT current_schema()").fetchall() == [("main",)]


def read_back_of(name: str, per_day: int, **changes: Any) -> list[tuple[date | None, date]]:  # noqa: ANN401 - fields
    """The days that are read for a function of the close over bars of a few minutes each day."""
    bars = random_bars(400, per_day, listings=2, first=date(2024, 1, 1))
    function = indicator_function(name)
    parameters = dict(function.defaults)
    asked = Indicator(
        function=name,
        inputs=("Close",),
        parameters=parameters,
        outputs=({"index": 0, "column": name, "type": "DOUBLE"},),
        lookback=function.lookback(parameters),
        memory=memory(function, parameters),
        **changes,
    )
    first = date(2025, 1, 20)
    start = moment(first, 0)
    asked_for: list[tuple[date | None, date]] = []

    def read(begin: date | None, end: date) -> pa.Table:
        asked_for.append((begin, end))
        days = pc.cast(pc.floor_temporal(bars["TimeBucket"], unit="day"), pa.timestamp("us"))
        low = pc.greater_equal(days, moment(begin, 0)) if begin else pc.is_valid(days)
        return bars.filter(pc.and_(low, pc.less_equal(days, moment(end, 0))))

    present = bars.filter(pc.greater_equal(bars["TimeBucket"], start)).sort_by(
        [("ListingId", "ascending"), ("TimeBucket", "ascending")]
    )
    back = ReadBack((asked,), ("ListingId",), first, is_by_days=True, place="pass p")
    back.extended(SortedRows(present, ("ListingId",)), read)
    return asked_for


def test_no_more_days_are_read_than_are_needed() -> None:
    two_days = [(date(2025, 1, 18), date(2025, 1, 19))]
    eight_days = [*two_days, (date(2025, 1, 12), date(2025, 1, 17))]
    assert read_back_of("SMA", 40) == eight_days, "the two days before are a weekend"
    assert read_back_of("RSI", 40) == [*eight_days, (date(2024, 12, 19), date(2025, 1, 11))]
    assert read_back_of("SIN", 40) == []
    assert read_back_of("CUMSUM", 40) == [(None, date(2025, 1, 19))]
    assert read_back_of("SMA", 40, day_offset=0) == []
    assert read_back_of("RSI", 1)[-1][0] is None


def test_all_listings_of_the_bars_are_in_the_split() -> None:
    assert [each.num_rows > 1000 for each in by_listing(BARS)] == [True] * 3
