"""Three forms of an indicator, one result: added by a run, by functions that the SQL calls, in SQL alone."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from vendor_bars import Config, in_order, indicator, needs_data, numbers, pipeline, random_bars, real_bars

import basalt
from basalt.catalog.indicator_forms import sql_forms
from basalt.catalog.indicators import indicator_function, indicator_names
from basalt.errors import CompileError, IndicatorConfigError, RunError

if TYPE_CHECKING:
    from collections.abc import Iterable

WITH_SQL = sorted(sql_forms())
PLAIN = 8
"""How many columns the bars have of their own."""


def in_form(form: str, config: Config) -> Config:
    """The same pipeline with the indicators of all passes in a form."""
    passes = [
        each | {"generic_analytics": each["generic_analytics"] | {"indicators": form}}
        if "generic_analytics" in each
        else each
        for each in config["PASSES"]
    ]
    return config | {"PASSES": passes}


def assert_equal(found: pa.Table, expected: pa.Table) -> None:
    """Compare two results to 1e-9 of the scale of each column, nulls in the same places."""
    assert found.column_names == expected.column_names
    assert found.schema.types[PLAIN:] == expected.schema.types[PLAIN:]
    assert found.select(range(PLAIN)).equals(expected.select(range(PLAIN)))
    for column in expected.column_names[PLAIN:]:
        wanted = numbers(expected, column)
        scale = np.max(np.abs(wanted), initial=0.0, where=np.isfinite(wanted))
        np.testing.assert_allclose(numbers(found, column), wanted, rtol=1e-9, atol=1e-9 * scale, err_msg=column)


def assert_forms_agree(config: Config, forms: Iterable[str] = ("udf", "sql"), name: str = "averages") -> None:
    expected = in_order(in_form("arrow", config), name)
    for form in forms:
        assert_equal(in_order(in_form(form, config), name), expected)


@needs_data
def test_every_function_gives_the_same_when_the_sql_calls_it() -> None:
    assert_forms_agree(pipeline(real_bars(), *map(indicator, indicator_names())), ["udf"])


@needs_data
def test_every_sql_form_gives_the_same() -> None:
    assert_forms_agree(pipeline(real_bars(), *map(indicator, WITH_SQL)))


def with_period(name: str, period: int) -> Config:
    """An indicator with every period short, as far as the function takes it."""
    function = indicator_function(name)
    periods = [each for each in function.defaults if each.endswith("period")]
    parameters = {each: max(period + place, function.limits(each)[0]) for place, each in enumerate(periods)}
    return indicator(name, parameters=parameters)


prices = st.integers(2, 9).map(float) | st.floats(2, 9)
missing = st.sampled_from([None, float("nan")])


@st.composite
def bar(draw: st.DrawFn) -> dict[str, float | None]:
    """A bar whose open and close are within its low and high, or which lacks something."""
    low, opening, close, high = sorted(draw(st.lists(prices, min_size=4, max_size=4)))
    found = {"Open": opening, "High": high, "Low": low, "Close": close, "Volume": draw(prices), "Period": 2.0}
    if draw(st.booleans()):
        found |= {"Open": close, "Close": opening}
    lacks = draw(st.sampled_from([None] * 12 + ["Close", "High", "Volume"]))
    return found | ({lacks: draw(missing)} if lacks else {})


@st.composite
def short_bars(draw: st.DrawFn) -> pa.Table:
    """A few bars with holes, flat stretches and equal prices, of listings that may be null."""
    listings = draw(st.lists(st.sampled_from([None, 1]), unique=True, min_size=1))
    keys = [(listing, place) for listing in listings for place in range(draw(st.integers(0, 30)))]
    rows = [draw(bar()) for _ in keys]
    columns = {
        "ListingId": pa.array([listing for listing, _ in keys], pa.int64()),
        "TimeBucket": pa.array([place * 3 * 3_600_000_000 for _, place in keys], pa.timestamp("us")),
    }
    names = ("Open", "High", "Low", "Close", "Volume", "Period")
    return pa.table(columns | {name: pa.array([row[name] for row in rows], pa.float64()) for name in names})


@settings(max_examples=5, phases=[Phase.explicit, Phase.generate])
@given(
    bars=short_bars(),
    period=st.integers(1, 5),
    nulls=st.sampled_from(["skip", "propagate", "reset"]),
    reset=st.sampled_from([None, "day"]),
)
def test_the_forms_agree_on_short_bars_with_holes(bars: pa.Table, period: int, nulls: str, reset: str | None) -> None:
    asked = [with_period(name, period) | {"nulls": nulls, "reset": reset} for name in WITH_SQL]
    assert_forms_agree(pipeline(bars, *asked))


def test_the_forms_agree_from_a_day_on() -> None:
    names = ("SMA", "EMA", "MACD", "OBV", "AROON", "BETA")
    assert_forms_agree(pipeline(random_bars(20), *map(indicator, names), START_DATE=date(2025, 3, 17)))


def test_the_forms_agree_over_several_passes_from_a_day_on() -> None:
    draw = np.random.default_rng(3)
    count = 3000
    trades = pa.table(
        {
            "ListingId": draw.integers(1, 3, count),
            "TradeTimestamp": pa.array(np.sort(draw.integers(0, 12 * 86_400, count)) * 1_000_000, pa.timestamp("us")),
            "LocalPrice": np.round(50 + np.cumsum(draw.normal(0, 0.05, count)), 2),
            "Size": draw.integers(1, 100, count).astype(np.float64),
            "TradeId": np.arange(count),
        }
    )
    metrics = [{"measures": ["Volume", "OHLC"], "sides": ["Total"]}]
    quarters = {"name": "quarters", "modules": ["trade"], "time_bucket_seconds": 900}
    smoothed = {"source_pass": "quarters", "talib_indicators": [{"name": "EMA", "timeperiod": 5}, {"name": "OBV"}]}
    hours = {
        "source_pass": "smoothed",
        "resample_rule": "1h",
        "aggregations": {"Close": "last", "EMA_5": "last", "TradeTotalVolume": "sum"},
        "talib_indicators": [{"name": "RSI", "timeperiod": 4}, {"name": "SMA", "input_col": "EMA_5", "timeperiod": 3}],
    }
    config: Config = {
        "TABLES": {"trades": trades},
        "START_DATE": "1970-01-09",
        "PASSES": [
            quarters | {"trade_analytics": {"generic_metrics": metrics}},
            {"name": "smoothed", "modules": "generic", "generic_analytics": smoothed},
            {"name": "hours", "modules": "generic", "generic_analytics": hours},
        ],
    }
    expected = in_order(in_form("arrow", config), "hours")
    assert expected.num_rows > 90
    for form in ("udf", "sql"):
        found = in_order(in_form(form, config), "hours")
        assert found.select(["ListingId", "TimeBucket"]).equals(expected.select(["ListingId", "TimeBucket"]))
        for column in expected.column_names[2:]:
            np.testing.assert_allclose(numbers(found, column), numbers(expected, column), rtol=1e-9, err_msg=column)


@pytest.mark.parametrize(("form", "start"), [("sql", None), ("sql", "2025-03-11"), ("udf", "2025-03-11")])
def test_the_script_is_complete(form: str, start: str | None) -> None:
    bars = random_bars(12)
    config = pipeline(bars, indicator("SMA"), indicator("RSI"), indicator("BBANDS"), START_DATE=start)
    script = basalt.compile(in_form(form, config)).script()
    with duckdb.connect() as connection:
        if form == "udf":
            basalt.register_functions(connection)
        connection.register("vendor__source", bars)
        connection.execute(script)
        found = connection.sql("FROM averages ORDER BY ListingId, TimeBucket").to_arrow_table()
    assert_equal(found, in_order(in_form("arrow", config)))


def chosen(config: Config, *, complete: bool) -> tuple[str, str]:
    form = basalt.compile(config, complete=complete).passes["averages"].indicator_form
    return form.form, form.reason


def test_auto_takes_what_is_fastest_or_what_is_complete() -> None:
    windows = pipeline(random_bars(1), indicator("SMA"), indicator("RSI"))
    patterns = pipeline(random_bars(1), indicator("SMA"), indicator("CDLDOJI"))
    assert chosen(windows, complete=False) == ("arrow", "auto takes what a run computes fastest")
    assert chosen(windows, complete=True)[0] == "sql"
    form, reason = chosen(patterns, complete=True)
    assert form == "udf"
    assert "CDLDOJI cannot be computed in SQL alone" in reason
    assert chosen(in_form("arrow", windows), complete=True) == ("arrow", "the pass asks for it")
    assert chosen(in_form("sql", windows), complete=False) == ("sql", "the pass asks for it")


def test_a_function_without_sql_is_refused_with_those_that_have_one() -> None:
    config = in_form("sql", pipeline(random_bars(1), indicator("SMA"), indicator("ADX")))
    with pytest.raises(IndicatorConfigError) as caught:
        basalt.compile(config)
    (problem,) = caught.value.problems
    assert problem.place == "pass averages.talib_indicators[1]"
    assert "ADX(High, Low, Close, timeperiod=14) has no SQL form" in problem.message
    assert all(name in problem.message for name in WITH_SQL)


def test_an_sql_form_is_refused_for_parameters_it_does_not_hold_for() -> None:
    config = in_form("sql", pipeline(random_bars(1), indicator("BBANDS", parameters={"matype": "EMA"})))
    with pytest.raises(IndicatorConfigError, match="has no SQL form"):
        basalt.compile(config)


def test_sql_does_not_read_what_a_run_adds() -> None:
    config = in_form("arrow", pipeline(random_bars(1), indicator("SMA")))
    analytics = {"source_pass": "averages", "talib_indicators": [{"name": "EMA"}], "indicators": "sql"}
    config["PASSES"].append({"name": "further", "modules": "generic", "generic_analytics": analytics})
    with pytest.raises(CompileError) as caught:
        basalt.compile(config)
    (problem,) = caught.value.problems
    assert "it reads averages, whose are added by a run" in problem.message


@pytest.mark.parametrize("name", WITH_SQL)
def test_an_sql_form_is_of_a_function_and_says_what_it_is(name: str) -> None:
    form = sql_forms()[name]
    assert name in indicator_names()
    assert form.title
    assert form.source
    assert set(form.only) <= set(indicator_function(name).defaults)


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    found = duckdb.connect()
    basalt.register_functions(found)
    basalt.register_functions(found)
    return found


def test_functions_are_there_for_anybodys_lists(connection: duckdb.DuckDBPyConnection) -> None:
    def value(expression: str) -> object:
        return connection.sql(f"SELECT {expression}").fetchall()[0][0]

    assert value("talib_sma([1, 2, 4, 8]::DOUBLE[], 2)") == [None, 1.5, 3.0, 6.0]
    assert value("talib_sma([1, NULL, 2, 'NaN'::DOUBLE, 4], 2)") == [None, None, 1.5, None, 3.0]
    assert value("talib_sma([]::DOUBLE[], 2)") == []
    assert value("talib_sma(NULL, 2)") is None
    assert value("talib_minmax([3, 1, 2]::DOUBLE[], 2)") == {"min": [None, 1.0, 1.0], "max": [None, 3.0, 2.0]}
    assert value("talib_maxindex([3, 1, 2]::DOUBLE[], 2)") == [None, 0, 2]
    assert value("typeof(talib_cdldoji([1.0], [1.0], [1.0], [1.0]))") == "INTEGER[]"


def test_each_row_is_a_series_with_parameters_of_its_own(connection: duckdb.DuckDBPyConnection) -> None:
    query = "SELECT talib_max(x, n) FROM (VALUES ([1.0, 2.0, 3.0], 2), ([4.0], 2), (NULL, 2), ([5.0, 4.0], 3)) t(x, n)"
    assert connection.sql(query).fetchall() == [([None, 2.0, 3.0],), ([None],), (None,), ([None, None],)]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("talib_rsi([1.0, 2.0], 1)", "RSI does not take these parameters"),
        ("talib_obv([1.0, 2.0], [1.0])", "OBV(price, volume) was given lists of different lengths"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(call: str, told: str, connection: duckdb.DuckDBPyConnection) -> None:
    with pytest.raises(duckdb.Error) as caught:
        connection.sql(f"SELECT {call}").fetchall()
    assert told in str(caught.value)


def test_a_function_that_fails_in_sql_names_the_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        message = "TA_BAD_OBJECT"
        raise Exception(message)  # noqa: TRY002 - what TA-Lib raises

    with basalt.run(in_form("udf", pipeline(random_bars(1), indicator("EMA", timeperiod=5)))) as result:
        monkeypatch.setattr("basalt.engine.indicators.applied.Applied.outputs", fail)
        with pytest.raises(RunError) as caught:
            result["averages"].arrow()
    assert caught.value.problems[0].place == "pass averages"
    assert "TA_BAD_OBJECT" in str(caught.value)
