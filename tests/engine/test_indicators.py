"""TA-Lib on a pass: one series per key in time order, nulls skipped, warm-up null, failures named."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import talib
from markets.pipelines import generic_pass_config
from oracles.indicators import exponential_average, macd, simple_average, skipping_nulls
from oracles.results import Tolerance
from tape_examples import Config, sorted_rows

import basalt
from basalt.catalog.indicators import IndicatorFunction
from basalt.errors import IndicatorError

MINUTE = 60_000_000
WALK = [100 + math.sin(3 * step) + step / 10 for step in range(60)]
CLOSE = Tolerance({"value": 1e-9})

Series = list[float | None]


def bars(series: dict[int | None, Series]) -> pa.Table:
    """Bars of one minute by listing, all listings mixed, the last minute first."""
    rows = [
        {"ListingId": listing, "TimeBucket": number * MINUTE, "Close": value, "Volume": float(number)}
        for listing, values in series.items()
        for number, value in enumerate(values)
    ]
    rows.sort(key=lambda row: -row["TimeBucket"])
    return pa.table(
        {
            "ListingId": pa.array([row["ListingId"] for row in rows], pa.int64()),
            "TimeBucket": pa.array([row["TimeBucket"] for row in rows], pa.timestamp("us")),
            "Close": pa.array([row["Close"] for row in rows], pa.float64()),
            "Volume": pa.array([row["Volume"] for row in rows], pa.float64()),
        }
    )


def indicator(name: str, **settings: Any) -> Config:  # noqa: ANN401 - whatever a pipeline says
    return {"name": name, "input_col": "Close", **settings}


def pipeline(table: pa.Table, *indicators: Config, **settings: object) -> Config:
    """A pass that hands the bars on with indicators."""
    step = generic_pass_config("vendor", {}, indicators=indicators, name="averages")
    del step["generic_analytics"]["aggregations"]
    source = {"data": table, "time_bucket_seconds": 60, "time_bucket_anchor": "start", "time_bucket_closed": "left"}
    return {"TABLES": {"vendor": source}, "PASSES": [step | settings]}


def series_of(table: pa.Table, column: str) -> dict[Any, Series]:
    """A column's values by listing, in order of time; no value may be not-a-number."""
    found: dict[Any, Series] = {}
    for row in sorted(sorted_rows(table), key=lambda row: row["TimeBucket"]):
        value = row[column]
        assert value is None or not math.isnan(value)
        found.setdefault(row["ListingId"], []).append(value)
    return found


def computed(table: pa.Table, *indicators: Config) -> pa.Table:
    with basalt.run(pipeline(table, *indicators)) as result:
        return result["averages"].arrow()


def assert_close(actual: Series, expected: Series) -> None:
    """Compare series: null where and only where null is expected."""
    assert len(actual) == len(expected)
    assert [pair for pair in zip(actual, expected, strict=True) if not CLOSE.accepts("value", *pair)] == []


def test_each_key_is_a_series_of_its_own_in_order_of_time() -> None:
    walks = {1: WALK, 2: [value * 3 for value in reversed(WALK)], 3: WALK[:2]}
    averages = series_of(computed(bars(walks), indicator("SMA", timeperiod=5)), "SMA_5")
    assert set(averages) == {1, 2, 3}
    for listing, walk in walks.items():
        assert_close(averages[listing], simple_average(walk, 5))


def test_a_null_key_is_a_series_too() -> None:
    averages = series_of(
        computed(bars({None: WALK, 0: WALK[::-1], -1: WALK[:9]}), indicator("SMA", timeperiod=5)), "SMA_5"
    )
    assert_close(averages[None], simple_average(WALK, 5))
    assert_close(averages[0], simple_average(WALK[::-1], 5))
    assert_close(averages[-1], simple_average(WALK[:9], 5))


def test_the_warm_up_is_null() -> None:
    averages = series_of(computed(bars({1: WALK}), indicator("SMA", timeperiod=14)), "SMA_14")[1]
    assert averages[:13] == [None] * 13
    assert None not in averages[13:]


@pytest.mark.parametrize("count", [0, 1, 13])
def test_a_series_that_is_too_short_is_all_null(count: int) -> None:
    table = bars({1: WALK[:count], 2: WALK})
    averages = series_of(computed(table, indicator("SMA", timeperiod=14)), "SMA_14")
    assert averages.get(1, []) == [None] * count
    assert_close(averages[2], simple_average(WALK, 14))


def test_nulls_and_not_a_number_are_skipped_and_come_back_null() -> None:
    holes: Series = [None if step % 7 == 3 else value for step, value in enumerate(WALK)]
    holes[0] = holes[-1] = None
    nans: Series = [math.nan if value is None else value for value in holes]
    table = computed(bars({1: holes, 2: nans}), indicator("EMA", timeperiod=4))
    expected = skipping_nulls(holes, lambda values: exponential_average(values, 4))
    assert_close(series_of(table, "EMA_4")[1], expected)
    assert_close(series_of(table, "EMA_4")[2], expected)


def test_a_series_of_nulls_is_null() -> None:
    averages = series_of(computed(bars({1: [None] * 20, 2: WALK}), indicator("SMA", timeperiod=3)), "SMA_3")
    assert averages[1] == [None] * 20
    assert_close(averages[2], simple_average(WALK, 3))


def test_macd_has_three_outputs() -> None:
    parameters = {"fastperiod": 3, "slowperiod": 6, "signalperiod": 4}
    table = computed(bars({1: WALK, 2: WALK[::-1]}), indicator("MACD", parameters=parameters))
    names = ["MACD_3_6_4", "MACD_3_6_4_Signal", "MACD_3_6_4_Hist"]
    assert table.column_names == ["ListingId", "TimeBucket", "Close", "Volume", *names]
    for listing, walk in ((1, WALK), (2, WALK[::-1])):
        for name, expected in zip(names, macd(walk, 3, 6, 4), strict=True):
            assert_close(series_of(table, name)[listing], expected)


def test_one_output_may_be_chosen_and_named() -> None:
    parameters = {"fastperiod": 3, "slowperiod": 6, "signalperiod": 4}
    chosen = indicator("MACD", parameters=parameters, output_index=1, output_col="Signal")
    table = computed(bars({1: WALK}), chosen)
    assert table.column_names == ["ListingId", "TimeBucket", "Close", "Volume", "Signal"]
    assert_close(series_of(table, "Signal")[1], macd(WALK, 3, 6, 4)[1])


def test_an_indicator_of_whole_numbers_gives_whole_numbers() -> None:
    table = computed(bars({1: WALK}), indicator("MAXINDEX", timeperiod=5))
    assert table.schema.field("MAXINDEX_5").type == pa.int32()
    places = series_of(table, "MAXINDEX_5")[1]
    assert places[:4] == [None] * 4
    assert places[4:] == talib.MAXINDEX(np.array(WALK), 5)[4:].tolist()


def test_several_indicators_come_in_the_order_asked_for() -> None:
    table = computed(bars({1: WALK}), indicator("WMA", timeperiod=3), indicator("SMA", timeperiod=2))
    assert table.column_names[-2:] == ["WMA_3", "SMA_2"]
    assert_close(series_of(table, "SMA_2")[1], simple_average(WALK, 2))


def test_whole_numbers_can_be_averaged() -> None:
    table = bars({1: WALK}).set_column(3, "Volume", pa.array(range(60), pa.int32()))
    volume = {"name": "SMA", "input_col": "Volume", "timeperiod": 2}
    averages = series_of(computed(table, volume), "SMA_2")[1]  # the last minute comes first, and has volume 0
    assert averages == [None, *(58.5 - number for number in range(59))]


def by_listing(name: str, source: str) -> Config:
    """A pass that sums up what another one has, averages included, without time."""
    return generic_pass_config(source, {"SMA_5": "last", "Close": "max"}, group_by=["ListingId"], name=name)


def test_a_pass_reads_the_averages_of_another_and_both_are_written(tmp_path: Path) -> None:
    config = pipeline(bars({1: WALK, 2: WALK[::-1]}), indicator("SMA", timeperiod=5))
    config["PASSES"].append(by_listing("summary", "averages"))
    config["OUTPUT_TARGET"] = {"path_template": f"{tmp_path}/{{pass}}.parquet"}
    with basalt.run(config) as result:
        assert sorted(result.outputs) == ["averages", "summary"]
        for name, path in result.outputs.items():
            assert sorted_rows(pq.read_table(path)) == sorted_rows(result[name].arrow())
    summary = {row["ListingId"]: row for row in sorted_rows(pq.read_table(tmp_path / "summary.parquet"))}
    for listing, walk in ((1, WALK), (2, WALK[::-1])):
        assert_close([summary[listing]["SMA_5"]], simple_average(walk, 5)[-1:])
        assert summary[listing]["Close"] == max(WALK)


def test_only_the_reader_of_a_pass_with_averages_is_written(tmp_path: Path) -> None:
    config = pipeline(bars({1: WALK}), indicator("SMA", timeperiod=5))
    config["PASSES"].append(by_listing("summary", "averages") | {"output": {"path_template": f"{tmp_path}/s.parquet"}})
    with basalt.run(config) as result:
        assert list(result.outputs) == ["summary"]
    (row,) = sorted_rows(pq.read_table(tmp_path / "s.parquet"))
    assert_close([row["SMA_5"]], simple_average(WALK, 5)[-1:])


def test_an_average_of_an_average() -> None:
    config = pipeline(bars({1: WALK, 2: WALK[::-1]}), indicator("SMA", timeperiod=3))
    smoothed = generic_pass_config(
        "averages",
        {},
        indicators=[{"name": "SMA", "input_col": "SMA_3", "output_col": "Twice", "timeperiod": 4}],
        name="twice",
    )
    del smoothed["generic_analytics"]["aggregations"]
    config["PASSES"].append(smoothed)
    with basalt.run(config) as result:
        twice = series_of(result["twice"].arrow(), "Twice")
    for listing, walk in ((1, WALK), (2, WALK[::-1])):
        expected = skipping_nulls(simple_average(walk, 3), lambda values: simple_average(values, 4))
        assert_close(twice[listing], expected)


def test_a_function_that_fails_is_named_with_its_series_and_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> list[Any]:
        message = "TA_BAD_PARAM"
        raise Exception(message)  # noqa: TRY002 - what TA-Lib raises

    config = pipeline(bars({7: WALK}), indicator("SMA", timeperiod=5))
    with basalt.run(config) as result:
        monkeypatch.setattr(IndicatorFunction, "call", fail)
        with pytest.raises(IndicatorError) as caught:
            result["averages"].arrow()
    (problem,) = caught.value.problems
    assert problem.place == "pass averages"
    for told in ("SMA(Close, timeperiod=5)", "ListingId=7", "TA_BAD_PARAM"):
        assert told in problem.message
    assert caught.value.code == "BAS402"


def test_bars_without_rows_have_the_columns_of_their_averages() -> None:
    table = computed(bars({1: WALK}).slice(0, 0), indicator("SMA", timeperiod=5), indicator("MAXINDEX", timeperiod=5))
    assert table.num_rows == 0
    assert table.schema.field("SMA_5").type == pa.float64()
    assert table.schema.field("MAXINDEX_5").type == pa.int32()
