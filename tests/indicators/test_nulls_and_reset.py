"""What a null does to a series, and series that begin anew each day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracles.indicators import Series, exponential_average, simple_average, skipping_nulls
from vendor_bars import in_order, indicator, pipeline

import basalt
from basalt.compiler.indicators import Rows, resolve_indicators
from basalt.configuration import TalibIndicatorConfig
from basalt.engine.indicators import SortedRows, add_indicators

if TYPE_CHECKING:
    from collections.abc import Callable

MINUTE = 60_000_000
DAY = 86_400_000_000
FUNCTIONS = {"SMA": simple_average, "EMA": exponential_average}
PERIOD = 3

values = st.one_of(st.none(), st.integers(1, 1000).map(float))
listings = st.lists(st.lists(values, max_size=25), min_size=1, max_size=4)


def bars(walks: list[Series], every: int = MINUTE) -> pa.Table:
    """Bars by listing, so far apart, from shortly after midnight on."""
    rows = [
        (listing, place * every + MINUTE, value)
        for listing, walk in enumerate(walks)
        for place, value in enumerate(walk)
    ]
    return pa.table(
        {
            "ListingId": pa.array([row[0] for row in rows], pa.int64()),
            "TimeBucket": pa.array([row[1] for row in rows], pa.timestamp("us")),
            "Close": pa.array([row[2] for row in rows], pa.float64()),
        }
    )


def computed(table: pa.Table, name: str, **settings: Any) -> list[float | None]:  # noqa: ANN401 - fields
    """One indicator on sorted bars, without a pipeline around it."""
    asked = TalibIndicatorConfig(name=name, timeperiod=PERIOD, output_col="Found", **settings)
    indicators = resolve_indicators([asked], Rows(tuple(table.column_names), label_offset=0), "pass p")
    added = add_indicators(SortedRows(table, ("ListingId",)), indicators, "pass p")
    found: list[float | None] = added.column("Found").to_pylist()
    return found


def stretches(walk: Series) -> list[Series]:
    """A series cut after each null; the null ends its stretch."""
    found: list[Series] = [[]]
    for value in walk:
        found[-1].append(value)
        if value is None:
            found.append([])
    return found


def restarting(walk: Series, average: Callable[[list[float]], Series]) -> Series:
    return [value for stretch in stretches(walk) for value in skipping_nulls(stretch, average)]


def propagating(walk: Series, average: Callable[[list[float]], Series], *, forgets: bool) -> Series:
    """Null where an output depends on a null: until it has left the window, or for ever; a late start is no null."""
    late = next((place for place, value in enumerate(walk) if value is not None), len(walk))
    begun = walk[late:]
    if forgets:
        windows = [begun[max(0, place - PERIOD + 1) : place + 1] for place in range(len(begun))]
        whole = [None if None in window or len(window) < PERIOD else window for window in windows]
        return [None] * late + [None if window is None else average(window)[-1] for window in whole]  # type: ignore[arg-type]
    upto = begun.index(None) if None in begun else len(begun)
    return (
        [None] * late + average([value for value in begun[:upto] if value is not None]) + [None] * (len(begun) - upto)
    )


def assert_close(actual: Series, expected: Series) -> None:
    assert [value is None for value in actual] == [value is None for value in expected]
    pairs = [(a, e) for a, e in zip(actual, expected, strict=True) if a is not None and e is not None]
    assert all(math.isclose(a, e, rel_tol=1e-9) for a, e in pairs)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(walks=listings)
def test_nulls_are_skipped(name: str, walks: list[Series]) -> None:
    def average(found: list[float]) -> Series:
        return FUNCTIONS[name](found, PERIOD)

    expected = [value for walk in walks for value in skipping_nulls(walk, average)]
    assert_close(computed(bars(walks), name), expected)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(walks=listings)
def test_a_series_begins_anew_after_a_null(name: str, walks: list[Series]) -> None:
    expected = [value for walk in walks for value in restarting(walk, lambda found: FUNCTIONS[name](found, PERIOD))]
    assert_close(computed(bars(walks), name, nulls="reset"), expected)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(walks=listings)
def test_a_null_propagates_to_what_depends_on_it(name: str, walks: list[Series]) -> None:
    def average(found: list[float]) -> Series:
        return FUNCTIONS[name](found, PERIOD)

    expected = [value for walk in walks for value in propagating(walk, average, forgets=name == "SMA")]
    assert_close(computed(bars(walks), name, nulls="propagate"), expected)


@pytest.mark.parametrize("name", FUNCTIONS)
@given(walks=listings)
def test_a_series_begins_anew_each_day(name: str, walks: list[Series]) -> None:
    per_day = 5  # the first bar of a day ends at midnight when labels are ends, and begins there when they are starts

    def average(found: list[float]) -> Series:
        return FUNCTIONS[name](found, PERIOD)

    days = [walk[start : start + per_day] for walk in walks for start in range(0, len(walk), per_day)]
    expected = [value for day in days for value in skipping_nulls(day, average)]
    assert_close(computed(bars(walks, DAY // per_day), name, reset="day"), expected)


def test_the_day_of_a_bar_is_that_of_its_start() -> None:
    table = pa.table(
        {
            "ListingId": pa.array([1] * 4),
            "TimeBucket": pa.array([DAY - MINUTE, DAY, DAY + MINUTE, DAY + 2 * MINUTE], pa.timestamp("us")),
            "Close": pa.array([1.0, 3.0, 7.0, 8.0]),
        }
    )
    asked = indicator("SMA", timeperiod=2, reset="day")
    by_start = pipeline(table, asked)
    assert in_order(by_start).column("SMA_2").to_pylist() == [None, None, 5.0, 7.5]
    by_end = pipeline(table, asked)
    by_end["TABLES"]["vendor"]["time_bucket_anchor"] = "end"
    assert in_order(by_end).column("SMA_2").to_pylist() == [None, 2.0, None, 7.5]


def test_a_bar_counts_where_all_of_its_inputs_are_there() -> None:
    table = bars([[1.0, 2.0, 4.0, None, 8.0, 16.0]]).append_column("Volume", pa.array([1.0, None, 1.0, 1.0, 1.0, 2.0]))
    found = in_order(pipeline(table, {"name": "OBV", "inputs": {"close": "Close", "volume": "Volume"}}))
    assert found.column("OBV").to_pylist() == [1.0, None, 2.0, None, 3.0, 5.0]


def test_what_is_not_finite_is_null() -> None:
    table = bars([[1.0, math.inf, -1.0, math.nan, 0.0, math.e]])
    assert in_order(pipeline(table, {"name": "LN"})).column("LN").to_pylist() == [0.0, None, None, None, None, 1.0]
    asked = {"name": "DIV", "inputs": {"price0": "Close", "price1": "Other"}}
    table = bars([[1.0, 2.0]]).append_column("Other", pa.array([0.0, 4.0]))
    assert in_order(pipeline(table, asked)).column("DIV").to_pylist() == [None, 0.5]


def test_a_whole_pass_may_be_one_series() -> None:
    config = pipeline(bars([[1.0, 2.0, 3.0, 4.0]]), indicator("SMA", timeperiod=2), START_DATE="1970-01-01")
    config["PASSES"][0]["generic_analytics"] |= {"group_by": "TimeBucket", "aggregations": {"Close": "max"}}
    with basalt.run(config) as result:
        assert result["averages"].arrow().column("SMA_2").to_pylist() == [None, 1.5, 2.5, 3.5]


def test_outputs_are_chosen_by_name() -> None:
    table = bars([np.linspace(1, 2, 60).tolist()])
    listed = in_order(pipeline(table, {"name": "MACD", "outputs": ["macdhist", "macd"]}))
    assert listed.column_names[3:] == ["MACD_12_26_9_Hist", "MACD_12_26_9"]
    renamed = in_order(pipeline(table, {"name": "MACD", "outputs": {"macdsignal": "Signal"}}))
    assert renamed.column_names[3:] == ["Signal"]
    every = in_order(pipeline(table, {"name": "MACD"}))
    assert renamed.column("Signal").equals(every.column("MACD_12_26_9_Signal"))
    assert listed.column("MACD_12_26_9_Hist").equals(every.column("MACD_12_26_9_Hist"))
