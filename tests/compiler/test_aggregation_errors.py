"""Aggregations that cannot be, and what they are called, mean and warn of."""

from __future__ import annotations

import pytest
from asked import BARS, compiled, generic, indicator, only, over_bars, refused, refused_over_bars, trade

from basalt.errors import (
    BindingError,
    DuplicateColumnError,
    OutputNameError,
    ReaggregationError,
    UnknownColumnError,
)


def names(**settings: object) -> list[str]:
    """The columns of a pass over a vendor's bars."""
    return [column.name for column in only(over_bars(generic("vendor", group_by="ListingId", **settings))).columns]


def test_one_way_keeps_the_name_and_several_are_told_apart() -> None:
    assert names(aggregations={"Close": ["last"]}) == ["ListingId", "Close"]
    assert names(aggregations={"Close": ["first", "last"], "Volume": "sum"}) == [
        "ListingId",
        "CloseFirst",
        "CloseLast",
        "Volume",
    ]
    assert names(aggregations={"Close": ["std", {"weighted_mean": "Volume"}]}) == [
        "ListingId",
        "CloseStd",
        "CloseWeightedMean",
    ]


def test_a_metric_by_its_own_rule_keeps_its_name_among_others() -> None:
    wide = compiled(
        trade(measures=["VWAP", "Volume"]),
        generic(
            "minutes",
            aggregations={"TradeTotalVWAP": ["auto", "mean", {"weighted_mean": "TradeTotalVolume"}]},
        ),
    ).passes["wide"]
    assert [column.name for column in wide.columns[2:]] == [
        "TradeTotalVWAP",
        "TradeTotalVWAPMean",
        "TradeTotalVWAPWeightedMean",
    ]


@pytest.mark.parametrize(
    ("pattern", "told", "hint"),
    [
        ("{colunm}", "'{colunm}' has a variable {colunm} that there is not", "did you mean 'column'?"),
        ("{column!r}", "'{column!r}' has a variable {column!r} that there is not", "did you mean 'column'?"),
        ("{side}", "there are column, aggregation, weight", ""),
        ("{", "'{' is not a name with variables in braces", ""),
        ("", "an empty pattern names no column", ""),
        ("{weight}", "an empty pattern names no column", ""),
    ],
)
def test_a_pattern_that_names_nothing_is_refused(pattern: str, told: str, hint: str) -> None:
    (problem,) = refused_over_bars(
        OutputNameError, generic("vendor", "p", aggregations={"Close": "last"}, output_name_pattern=pattern)
    )
    assert told in problem.message
    assert problem.place == "pass p: output_name_pattern"
    assert problem.suggestion == hint


@pytest.mark.parametrize(
    ("aggregations", "pattern", "told"),
    [
        ({"Close": ["first", "first"]}, None, "CloseFirst would be computed twice"),
        ({"Close": ["first", "last"]}, "{column}", "Close would be computed twice"),
        ({"Close": "first", "Volume": "sum"}, "Value", "Value would be computed twice"),
        (
            {"Close": [{"weighted_mean": "Volume"}, {"weighted_mean": "Close"}]},
            None,
            "CloseWeightedMean would be computed twice",
        ),
        ({"Close": "first"}, "listingid", "listingid is in group_by and in aggregations"),
        ({"Close": "last", "close": "sum"}, "{aggregation}", "has no column 'close'"),
    ],
)
def test_two_columns_of_one_name_are_refused(aggregations: dict[str, object], pattern: str | None, told: str) -> None:
    kind = UnknownColumnError if "no column" in told else DuplicateColumnError
    asked = generic("vendor", "p", aggregations=aggregations, **({"output_name_pattern": pattern} if pattern else {}))
    (problem,) = refused_over_bars(kind, asked)
    assert told in problem.message
    assert problem.place.startswith("pass p")


def test_two_weights_are_told_apart_by_a_pattern() -> None:
    ways = [{"weighted_mean": "Volume"}, {"weighted_mean": "Close"}]
    assert names(aggregations={"Close": ways}, output_name_pattern="{column}By{weight}") == [
        "ListingId",
        "CloseByVolume",
        "CloseByClose",
    ]


def test_a_weight_that_the_source_lacks_is_told_with_the_nearest() -> None:
    (problem,) = refused_over_bars(
        UnknownColumnError, generic("vendor", "p", aggregations={"Close": {"weighted_mean": "Volum"}})
    )
    assert problem.message == f"vendor has no column 'Volum'; it has {', '.join(BARS)}"
    assert (problem.place, problem.suggestion) == ("pass p: aggregations.Close", "did you mean 'Volume'?")


@pytest.mark.parametrize("method", ["sum", "mean", "median", "std", "var"])
def test_what_needs_numbers_says_so(method: str) -> None:
    (problem,) = refused_over_bars(BindingError, generic("vendor", aggregations={"Venue": method}))
    assert problem.message == f"{method} of Venue needs numbers, it is VARCHAR"
    assert problem.suggestion == "use first, last, min, max, count or nunique"


def test_a_weight_is_a_number() -> None:
    (problem,) = refused_over_bars(BindingError, generic("vendor", aggregations={"Close": {"weighted_mean": "Venue"}}))
    assert problem.message == "weighted_mean of Close needs numbers, its weight Venue is VARCHAR"


def test_auto_refuses_every_metric_that_has_no_rule_and_says_what_to_do() -> None:
    problems = refused(
        ReaggregationError,
        trade(measures=["Volume", "MedianPrice", "Volatility"]),
        generic("minutes", aggregations="auto"),
    )
    assert [problem.message.split(" has ")[0] for problem in problems] == [
        "TradeTotalMedianPrice",
        "TradeTotalVolatility",
    ]
    assert all("cannot be computed from finer ones" in problem.message for problem in problems)
    assert {problem.place for problem in problems} == {"pass wide: aggregations"}
    assert problems[0].suggestion.startswith("name it beside '*: auto' with a method of its own")
    named = {"*": "auto", "TradeTotalMedianPrice": "median", "TradeTotalVolatility": "max"}
    wide = compiled(
        trade(measures=["Volume", "MedianPrice", "Volatility"]), generic("minutes", aggregations=named)
    ).passes["wide"]
    assert [column.name for column in wide.columns[2:]] == [
        "TradeTotalVolume",
        "TradeTotalMedianPrice",
        "TradeTotalVolatility",
    ]


def test_auto_refuses_indicators_and_what_an_earlier_pass_made_of_bars() -> None:
    (problem,) = refused(
        ReaggregationError,
        trade(measures=["OHLC"]),
        generic("minutes", "averaged", talib_indicators=[indicator("SMA", timeperiod=3)]),
        generic("averaged", "wide", resample_rule="15m", aggregations="auto"),
    )
    assert problem.message.startswith("SMA_3 has no rule of its own to aggregate by: an indicator depends on")
    (problem,) = refused(
        ReaggregationError,
        trade(measures=["OHLC"]),
        generic("minutes", "means", resample_rule="5m", aggregations={"High": "mean", "Low": "auto"}),
        generic("means", "wide", resample_rule="15m", aggregations="auto"),
    )
    assert problem.message.startswith(
        "High has no rule of its own to aggregate by: it is the mean of High over bars, not a metric of events"
    )


def test_auto_of_bars_without_a_metric_is_refused() -> None:
    (problem,) = refused_over_bars(ReaggregationError, generic("vendor", "p", aggregations="auto"))
    assert problem.message == "auto aggregates metrics by their own rules, and vendor has no metric"


def test_a_list_refuses_by_name_what_has_no_rule() -> None:
    (problem,) = refused(ReaggregationError, trade(), generic("minutes", aggregations=["TradeTotalVolume", "MIC"]))
    assert problem.message.startswith("MIC has no rule of its own to aggregate by: it is plain data")
    assert problem.place == "pass wide: aggregations.MIC"


def test_a_star_is_auto_and_nothing_else() -> None:
    (problem,) = refused(UnknownColumnError, trade(), generic("minutes", "p", aggregations={"*": "sum"}))
    assert problem.message.startswith("minutes has no column '*'")


@pytest.mark.parametrize(
    ("column", "way", "told"),
    [
        (
            "TradeTotalMedianPrice",
            "median",
            "median of TradeTotalMedianPrice is a median of MedianPrice over bars, each bar alike",
        ),
        ("TradeTotalVWAP", "median", "a median of VWAP over bars, each bar alike; 'auto' gives the exact one"),
        ("TradeTotalMedianPrice", "std", "the spread of MedianPrice over bars, not over what is in them"),
        (
            "TradeTotalMedianPrice",
            {"weighted_mean": "TradeTotalVolume"},
            "weighted_mean of TradeTotalMedianPrice is a mean of MedianPrice over bars, each by its TradeTotalVolume",
        ),
    ],
)
def test_numbers_that_are_not_what_they_seem_come_with_a_warning(column: str, way: object, told: str) -> None:
    pipeline = compiled(
        trade(measures=["VWAP", "MedianPrice", "Volume"]),
        generic("minutes", resample_rule="15m", aggregations={column: way}),
    )
    (warning,) = pipeline.warnings
    assert warning.startswith("pass wide: ")
    assert warning.endswith(told)


def test_what_is_meant_by_its_name_comes_without_a_warning() -> None:
    plain = {
        "TradeTotalVolume": ["sum", "median", "std", "var", "nunique"],
        "TradeTotalVWAP": ["auto", "std", {"weighted_mean": "TradeTotalVolume"}],
    }
    pipeline = compiled(trade(measures=["VWAP", "Volume"]), generic("minutes", resample_rule="15m", aggregations=plain))
    assert pipeline.warnings == ()


def test_types_and_kinds_follow_from_the_method() -> None:
    ways = ["count", "nunique", "median", "std", "mean", "max", "last"]
    found = over_bars(
        generic("vendor", group_by="ListingId", aggregations={"Trades": ways}), schema={**BARS, "Trades": "INTEGER"}
    )
    assert [(column.name, column.type, column.kind) for column in only(found).columns[1:]] == [
        ("TradesCount", "BIGINT", "flow"),
        ("TradesNunique", "BIGINT", "distribution"),
        ("TradesMedian", "DOUBLE", "distribution"),
        ("TradesStd", "DOUBLE", "distribution"),
        ("TradesMean", "DOUBLE", "ratio"),
        ("TradesMax", "INTEGER", "extreme"),
        ("TradesLast", "INTEGER", "state"),
    ]


def test_companions_that_a_later_pass_needs_are_not_among_the_columns() -> None:
    pipeline = compiled(
        trade(measures=["VWAP", "OHLC"]),
        generic("minutes", "wide", resample_rule="5m", group_by=["InstrumentId", "TimeBucket"], aggregations="auto"),
        generic("wide", "wider", resample_rule="15m", group_by=["InstrumentId", "TimeBucket"], aggregations="auto"),
    )
    for name in ("minutes", "wide"):
        found = pipeline.passes[name]
        assert {"TradeTotalVWAP__traded_value", "TradeTotalVWAP__priced_volume", "Close__time"} <= set(found.hidden)
        assert not any("__" in column.name for column in found.columns)
        assert "__time" not in found.sql.rsplit("\nSELECT\n", 1)[1]
    last = pipeline.passes["wider"]
    assert (last.hidden, last.states_sql) == ((), None)
