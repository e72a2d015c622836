"""Indicators, resolved against TA-Lib's own metadata or refused with what is wrong."""

from __future__ import annotations

import pytest
from asked import BARS, Config, compiled, generic, indicator, only, over_bars, refused, refused_over_bars, trade

from basalt.catalog.indicators import indicator_names
from basalt.errors import CompileError, ConfigurationError, DuplicateColumnError, IndicatorConfigError


def outputs(*asked: Config) -> list[tuple[str, str]]:
    """The columns that indicators add to a vendor's bars, with their types."""
    found = only(over_bars(generic("vendor", talib_indicators=list(asked))))
    return [(column.name, column.type) for column in found.columns if column.source.startswith("TA-Lib")]


def problem_with(asked: Config) -> tuple[str, str]:
    """What is wrong with one indicator, and what is suggested."""
    (problem,) = refused_over_bars(IndicatorConfigError, generic("vendor", "p", talib_indicators=[asked]))
    assert problem.place == "pass p.talib_indicators[0]"
    return problem.message, problem.suggestion


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        (indicator("SMA"), ["SMA_30"]),
        (indicator("SMA", timeperiod=14), ["SMA_14"]),
        (indicator("SMA", parameters={"timeperiod": 14}), ["SMA_14"]),
        (indicator("SMA", timeperiod=14, output_col="Average"), ["Average"]),
        (indicator("MACD"), ["MACD_12_26_9", "MACD_12_26_9_Signal", "MACD_12_26_9_Hist"]),
        (indicator("MACD", parameters={"fastperiod": 3}, output_index=2), ["MACD_3_26_9_Hist"]),
        (indicator("MACD", output_col="Line"), ["Line"]),
        (indicator("BBANDS", timeperiod=5), ["BBANDS_5_Upperband", "BBANDS_5_Middleband", "BBANDS_5_Lowerband"]),
        (indicator("LN"), ["LN"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, list) else None,
)
def test_outputs_are_named_by_function_parameters_and_output(asked: Config, columns: list[str]) -> None:
    assert outputs(asked) == [(name, "DOUBLE") for name in columns]


def test_outputs_that_are_codes_or_places_are_whole_numbers() -> None:
    assert outputs(indicator("MAXINDEX"), indicator("HT_TRENDMODE")) == [
        ("MAXINDEX_30", "INTEGER"),
        ("HT_TRENDMODE", "INTEGER"),
    ]


@pytest.mark.parametrize(("name", "near"), [("sma", "SMA"), ("MACDD", "MACD"), ("RSSI", "RSI")])
def test_an_unknown_function_is_told_with_the_nearest(name: str, near: str) -> None:
    assert problem_with(indicator(name)) == (f"TA-Lib has no function {name!r}", f"did you mean {near!r}?")


def test_a_function_like_no_other_is_told_with_some_there_are() -> None:
    message, suggestion = problem_with(indicator("'; DROP TABLE x"))
    assert message == 'TA-Lib has no function "\'; DROP TABLE x"'
    assert suggestion.startswith(f"it has {', '.join(indicator_names()[:12])}, ... (")


OHLC = {"ListingId": "BIGINT", "TimeBucket": "TIMESTAMP", "Open": "DOUBLE", "High": "DOUBLE", "Low": "DOUBLE"}
OHLC |= {"Close": "DOUBLE", "TradeTotalVolume": "DOUBLE", "Mid": "DOUBLE"}


def inputs(asked: Config) -> tuple[str, ...]:
    """The columns that an indicator reads of bars with all prices."""
    (found,) = only(over_bars(generic("vendor", talib_indicators=[asked]), schema=OHLC)).indicators
    return found.inputs


@pytest.mark.parametrize(
    ("asked", "columns"),
    [
        ({"name": "SMA"}, ("Close",)),
        ({"name": "PVO"}, ("TradeTotalVolume",)),
        ({"name": "PVO", "input_col": "Mid"}, ("Mid",)),
        ({"name": "ADX"}, ("High", "Low", "Close")),
        ({"name": "CDLDOJI"}, ("Open", "High", "Low", "Close")),
        ({"name": "ADX", "inputs": {"close": "Mid"}}, ("High", "Low", "Mid")),
        ({"name": "OBV"}, ("Close", "TradeTotalVolume")),
        ({"name": "OBV", "inputs": {"close": "Mid"}}, ("Mid", "TradeTotalVolume")),
        ({"name": "OBV", "inputs": {"price": "Mid", "volume": "High"}}, ("Mid", "High")),
        ({"name": "BETA", "inputs": {"price0": "Mid", "price1": "Close"}}, ("Mid", "Close")),
        ({"name": "BETA", "inputs": {"low": "Mid", "price0": "Close"}}, ("Close", "Mid")),
        ({"name": "MAVP", "inputs": {"periods": "Mid"}}, ("Close", "Mid")),
    ],
    ids=str,
)
def test_series_are_the_usual_columns_or_those_named(asked: Config, columns: tuple[str, ...]) -> None:
    assert inputs(asked) == columns


def input_problem(asked: Config) -> tuple[str, str]:
    """What is wrong with an indicator on bars with all prices, and what is suggested."""
    passes = generic("vendor", "p", talib_indicators=[asked])
    (problem,) = refused_over_bars(IndicatorConfigError, passes, schema=OHLC)
    return problem.message, problem.suggestion


def test_series_that_are_not_there_are_refused() -> None:
    assert input_problem(indicator("ADX")) == (
        "ADX takes 3 series, input_col names one column",
        "say which, inputs: {high: <column>, low: <column>, close: <column>}",
    )
    assert input_problem({"name": "BETA", "inputs": {"price0": "Close"}}) == (
        "BETA does not know what to take for price1",
        "say which, inputs: {price0: <column>, price1: <column>}",
    )
    assert input_problem({"name": "OBV", "inputs": {"volum": "Close"}}) == (
        "OBV takes no series 'volum'; it takes price, volume",
        "did you mean 'volume'?",
    )
    assert input_problem({"name": "OBV", "inputs": {"price": "Close", "close": "Close"}}) == (
        "OBV: close is the series price, which inputs names already",
        "",
    )
    assert input_problem({"name": "ADX", "inputs": {"high": "Hihg"}}) == (
        f"ADX reads Hihg, which the pass does not have; it has {', '.join(OHLC)}",
        "did you mean 'High'?",
    )
    assert problem_with({"name": "ADX"}) == (
        f"ADX takes High for high; the pass has {', '.join(BARS)}",
        "say which, inputs: {high: <column>, low: <column>, close: <column>}",
    )
    message, _ = problem_with({"name": "ADX", "inputs": {"high": "", "low": "Close", "close": "Close"}})
    assert message.startswith("ADX reads , which the pass does not have")


@pytest.mark.parametrize(
    ("asked", "told", "suggested"),
    [
        (
            indicator("SMA", "Closs"),
            f"SMA reads Closs, which the pass does not have; it has {', '.join(BARS)}",
            "did you mean 'Close'?",
        ),
        (
            indicator("MACD", parameters={"fastperio": 3}),
            "MACD has no parameter 'fastperio'; it has fastperiod, slowperiod, signalperiod",
            "did you mean 'fastperiod'?",
        ),
        (indicator("LN", timeperiod=3), "LN has no parameter 'timeperiod'; it has none", ""),
        (indicator("SMA", parameters={"timeperiod": 3.5}), "SMA: timeperiod must be a whole number, not 3.5", ""),
        (
            indicator("SMA", timeperiod=3, parameters={"timeperiod": 3}),
            "timeperiod is given twice, by itself and in parameters",
            "",
        ),
        (
            indicator("MACD", output_index=3),
            "MACD has 3 outputs (macd, macdsignal, macdhist); there is no output 3",
            "output_index from 0 to 2",
        ),
        (
            indicator("SMA", output_index=1),
            "SMA has 1 outputs (real); there is no output 1",
            "output_index from 0 to 0",
        ),
        (indicator("SMA", output_col=" "), "SMA has an empty output_col", "leave it out, or name the column"),
        (indicator("SMA", "Venue"), "SMA(Venue, timeperiod=30) needs numbers, Venue is VARCHAR", ""),
        (indicator("SMA", "TimeBucket"), "SMA(TimeBucket, timeperiod=30) needs numbers, TimeBucket is TIMESTAMP", ""),
    ],
    ids=lambda value: value["name"] if isinstance(value, dict) else None,
)
def test_what_a_function_does_not_have_is_refused(asked: Config, told: str, suggested: str) -> None:
    assert problem_with(asked) == (told, suggested)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (indicator("SMA", timeperiod=0), "SMA: timeperiod must be from 1 to 100000, not 0"),
        (indicator("SMA", timeperiod=-5), "SMA: timeperiod must be from 1 to 100000, not -5"),
        (indicator("SMA", timeperiod=100_001), "SMA: timeperiod must be from 1 to 100000, not 100001"),
        (indicator("SMA", timeperiod=2**40), f"SMA: timeperiod must be from 1 to 100000, not {2**40}"),
        (indicator("SMA", timeperiod=-(2**31)), f"SMA: timeperiod must be from 1 to 100000, not {-(2**31)}"),
        (indicator("RSI", timeperiod=1), "RSI: timeperiod must be from 2 to 100000, not 1"),
        (indicator("BBANDS", parameters={"nbdevup": float("nan")}), "BBANDS: nbdevup is out of range: nan"),
        (indicator("BBANDS", parameters={"nbdevup": float("inf")}), "BBANDS: nbdevup is out of range: inf"),
        (indicator("BBANDS", parameters={"nbdevup": 1e40}), "BBANDS: nbdevup is out of range: 1e+40"),
        (indicator("BBANDS", parameters={"nbdevup": -4e37}), "BBANDS: nbdevup is out of range: -4e+37"),
        (indicator("MACDEXT", parameters={"fastmatype": 99}), "MACDEXT: fastmatype must be from 0 to 13, not 99"),
        (
            indicator("SMA", parameters={"timeperiod": "5"}),
            "SMA: timeperiod must be a number, not '5'",
        ),
    ],
    ids=str,
)
def test_parameters_out_of_range_are_refused_with_the_range(asked: Config, told: str) -> None:
    assert problem_with(asked)[0] == told


def test_a_kind_of_moving_average_goes_by_its_name() -> None:
    pipeline = over_bars(generic("vendor", talib_indicators=[indicator("BBANDS", parameters={"matype": "EMA"})]))
    (bands,) = only(pipeline).indicators
    assert bands.parameters["matype"] == 1
    message, suggestion = problem_with(indicator("BBANDS", parameters={"matype": "EMMA"}))
    assert message.startswith("BBANDS: matype is no moving average 'EMMA'; there are ")
    assert suggestion == "did you mean 'EMA'?"


def test_outputs_a_function_does_not_have_are_refused() -> None:
    assert problem_with(indicator("MACD", outputs=["macdhits"])) == (
        "MACD has no output 'macdhits'; it has macd, macdsignal, macdhist",
        "did you mean 'macdhist'?",
    )
    assert problem_with(indicator("MACD", outputs={"macd": " "}))[0] == "MACD has an empty name in outputs"


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (indicator("MACD", outputs=[]), "outputs is empty"),
        (indicator("MACD", outputs=["macd"], output_col="M"), "give outputs, or output_col and output_index, not both"),
        (indicator("MACD", outputs=["macd"], output_index=0), "give outputs, or output_col and output_index, not both"),
        (indicator("ADX", inputs={"high": "Close"}), "give input_col or inputs, not both"),
        (indicator("SMA", nulls="drop"), "nulls"),
        (indicator("SMA", reset="week"), "reset"),
    ],
    ids=str,
)
def test_what_contradicts_itself_is_refused_by_the_configuration(asked: Config, told: str) -> None:
    (problem,) = refused_over_bars(ConfigurationError, generic("vendor", "p", talib_indicators=[asked]))
    assert told in f"{problem.place}: {problem.message}"


def test_every_mistake_of_every_indicator_is_told_at_once() -> None:
    asked = [
        indicator("SMA", timeperiod=3),
        indicator("SMMA"),
        indicator("SMA", "Closs"),
        indicator("ADX"),
        indicator("EMA", timeperiod=3),
        indicator("SMA", timeperiod=-1),
    ]
    problems = refused_over_bars(IndicatorConfigError, generic("vendor", "p", talib_indicators=asked))
    assert [problem.place for problem in problems] == [f"pass p.talib_indicators[{place}]" for place in (1, 2, 3, 5)]


def test_every_input_that_is_no_number_is_told_at_once() -> None:
    names = ("Venue", "Close", "TimeBucket", "late")
    asked = [indicator("SMA", name, timeperiod=3, output_col=f"Mean{name}") for name in names]
    problems = refused_over_bars(
        IndicatorConfigError, generic("vendor", "p", talib_indicators=asked), schema={**BARS, "late": "BOOLEAN"}
    )
    assert [problem.place for problem in problems] == [f"pass p.talib_indicators[{place}]" for place in (0, 2, 3)]


@pytest.mark.parametrize("name", ["Close", "CLOSE", "Venue", "TimeBucket", "listingid"])
def test_an_output_takes_no_name_of_the_pass(name: str) -> None:
    asked = generic("vendor", "p", talib_indicators=[indicator("SMA", output_col=name)])
    (problem,) = refused_over_bars(DuplicateColumnError, asked)
    assert problem.message == f"{name} would be there twice"


def test_two_outputs_take_two_names() -> None:
    asked = [indicator("SMA", timeperiod=3), indicator("SMA", "Volume", timeperiod=3)]
    (problem,) = refused_over_bars(DuplicateColumnError, generic("vendor", "p", talib_indicators=asked))
    assert (problem.message, problem.suggestion) == ("SMA_3 would be there twice", "set output_col")
    asked[1]["output_col"] = "VolumeAverage"
    assert outputs(*asked) == [("SMA_3", "DOUBLE"), ("VolumeAverage", "DOUBLE")]


@pytest.mark.parametrize("name", ["Close__time", "close__SEQUENCE"])
def test_an_output_takes_no_name_of_a_hidden_state(name: str) -> None:
    (problem,) = refused(
        DuplicateColumnError,
        trade(measures=["OHLC"]),
        generic("minutes", "p", talib_indicators=[indicator("SMA", output_col=name)]),
        generic("p", "wide", resample_rule="15m", aggregations={"Close": "last"}),
    )
    assert problem.message == f"{name} would be there twice"


def test_indicators_need_a_time() -> None:
    asked = generic(
        "vendor", "p", group_by=["Venue"], aggregations={"Close": "mean"}, talib_indicators=[indicator("SMA")]
    )
    (problem,) = refused_over_bars(CompileError, asked)
    assert problem.message == "indicators need TimeBucket in group_by: a series has a time"


def test_a_later_pass_reads_an_indicator_as_a_column() -> None:
    pipeline = compiled(
        trade(measures=["OHLC"]),
        generic("minutes", "averaged", talib_indicators=[indicator("MAXINDEX"), indicator("SMA", timeperiod=3)]),
        generic("averaged", "wide", resample_rule="15m", aggregations={"SMA_3": "last", "MAXINDEX_30": "sum"}),
    )
    assert [(column.name, column.type) for column in pipeline.passes["wide"].columns[2:]] == [
        ("SMA_3", "DOUBLE"),
        ("MAXINDEX_30", "BIGINT"),
    ]
    assert pipeline.passes["averaged"].hidden == ()


def test_what_an_indicator_is_stands_in_its_column_and_in_the_script() -> None:
    pipeline = over_bars(generic("vendor", talib_indicators=[indicator("BBANDS", timeperiod=5)]))
    compiled_pass = only(pipeline)
    (bands,) = compiled_pass.indicators
    assert (bands.lookback, bands.parameters) == (
        4,
        {"timeperiod": 5, "nbdevup": 2.0, "nbdevdn": 2.0, "matype": 0},
    )
    assert str(bands) == "BBANDS(Close, timeperiod=5, nbdevup=2, nbdevdn=2, matype=0)"
    assert f"-- {bands} is added to wide by the runner\n" in pipeline.script()
    assert compiled_pass.plain_columns == tuple(BARS)
    assert compiled_pass.columns[-1].null_rule == "null for the first 4 values and where the input is null"
    assert compiled_pass.columns[-1].requires == ("Close",)
