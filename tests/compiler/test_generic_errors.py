"""Generic passes that do not fit what they read."""

from __future__ import annotations

import pytest
from asked import BARS, compiled, generic, indicator, only, over_bars, refused, refused_over_bars, trade

from basalt.errors import (
    BindingError,
    CompileError,
    DuplicateColumnError,
    ReaggregationError,
    UnknownColumnError,
)

STARTING = {"time_bucket_anchor": "start", "time_bucket_closed": "left"}


def test_unknown_columns_are_all_told_with_the_nearest() -> None:
    problems = refused_over_bars(
        UnknownColumnError,
        generic("vendor", "p", group_by=["Venu", "timebucket"], aggregations={"Closs": "last", "Volumes": "sum"}),
    )
    assert [(problem.place, problem.suggestion) for problem in problems] == [
        ("pass p: group_by", "did you mean 'Venue'?"),
        ("pass p: group_by", "did you mean 'TimeBucket'?"),
        ("pass p: aggregations.Closs", "did you mean 'Close'?"),
        ("pass p: aggregations.Volumes", "did you mean 'Volume'?"),
    ]
    assert problems[2].message == f"vendor has no column 'Closs'; it has {', '.join(BARS)}"


def test_a_column_of_the_reference_is_suggested_too() -> None:
    (problem,) = refused(UnknownColumnError, trade(), generic("minutes", group_by=["InstrumentID", "TimeBucket"]))
    assert problem.message == "minutes has no column 'InstrumentID', nor has reference"
    assert problem.suggestion == "did you mean 'InstrumentId'?"


def test_a_lookup_needs_the_listing() -> None:
    (problem,) = refused(
        UnknownColumnError,
        trade(),
        generic(
            "minutes", "regrouped", group_by=["CurrencyCode", "TimeBucket"], aggregations={"TradeTotalVolume": "sum"}
        ),
        generic("regrouped", "again", group_by=["InstrumentId", "TimeBucket"]),
    )
    assert problem.message == "InstrumentId is looked up by ListingId, which regrouped does not have"


def test_a_key_that_is_aggregated_as_well_is_refused_whatever_its_case() -> None:
    (problem,) = refused_over_bars(
        DuplicateColumnError, generic("vendor", group_by=["Close"], aggregations={"Close": "sum"})
    )
    assert problem.message == "Close is in group_by and in aggregations"


@pytest.mark.parametrize(
    ("rule", "fits"), [("60s", True), ("15m", True), ("90s", False), ("30s", False), ("1ms", False)]
)
def test_a_rule_is_a_multiple_of_the_sources_width(rule: str, fits: bool) -> None:  # noqa: FBT001 - a case
    asked = generic("minutes", resample_rule=rule, aggregations={"TradeTotalVolume": "sum"})
    if fits:
        assert compiled(trade(), asked).passes["wide"].keys == ("ListingId", "TimeBucket")
    else:
        (problem,) = refused(CompileError, trade(), asked)
        assert problem.message == f"resample_rule {rule} is not a multiple of the source's 60 s"


def test_a_width_that_is_no_whole_number_of_seconds_is_compared_exactly() -> None:
    narrow = trade(time_bucket_seconds=0.1)
    assert compiled(narrow, generic("minutes", resample_rule="300ms", aggregations={"TradeTotalVolume": "sum"}))
    (problem,) = refused(
        CompileError, narrow, generic("minutes", resample_rule="250ms", aggregations={"TradeTotalVolume": "sum"})
    )
    assert problem.message == "resample_rule 250ms is not a multiple of the source's 0.1 s"


def test_an_origin_falls_on_an_edge_of_the_sources_buckets() -> None:
    def asked(origin: str) -> dict[str, object]:
        return generic(
            "minutes", "p", resample_rule="15m", aggregations={"TradeTotalVolume": "sum"}, time_bucket_origin=origin
        )

    (problem,) = refused(CompileError, trade(), asked("13:30:30"))
    assert problem.message == "time_bucket_origin does not fall on an edge of the source's 60 s buckets"
    assert compiled(trade(), asked("13:31"))
    assert compiled(trade(time_bucket_origin="00:00:30"), asked("13:30:30"))


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"time_bucket_seconds": 30}, "time_bucket_seconds is 30, but minutes has buckets of 60 s"),
        ({"time_bucket_closed": "left"}, "time_bucket_closed is left, but minutes is closed right"),
    ],
)
def test_a_contract_that_contradicts_the_sources_is_refused(settings: dict[str, object], told: str) -> None:
    (problem,) = refused(BindingError, trade(), generic("minutes", **settings))
    assert problem.message == told


def test_a_contract_may_be_repeated_and_the_label_may_move() -> None:
    repeated = {"time_bucket_seconds": 60.0, "time_bucket_closed": "right", "time_bucket_anchor": "start"}
    pipeline = compiled(trade(), generic("minutes", "wide", **repeated), generic("wide", "wider"))
    described = "60 s buckets (start, end], labelled by their "
    assert [each.columns[1].title for each in pipeline.passes.values()] == [
        described + "end",
        described + "start",
        described + "start",
    ]


def test_a_table_of_bars_may_state_its_contract_in_the_pass() -> None:
    asked = generic("vendor", resample_rule="10m", aggregations={"Close": "last"}, time_bucket_seconds=300, **STARTING)
    assert only(over_bars(asked)).columns[1].title == "600 s buckets [start, end), labelled by their start"
    (problem,) = refused_over_bars(
        CompileError, generic("vendor", resample_rule="10m", aggregations={"Close": "last"}, time_bucket_seconds=240)
    )
    assert problem.message == "resample_rule 10m is not a multiple of the source's 240 s"


def test_what_the_table_states_comes_before_what_the_pass_says() -> None:
    found = only(over_bars(generic("vendor", time_bucket_seconds=300), time_bucket_seconds=120, **STARTING))
    assert found.columns[1].title == "120 s buckets [start, end), labelled by their start"


@pytest.mark.parametrize("measure", ["MedianPrice", "Volatility"])
def test_auto_of_what_cannot_be_composed_is_refused_with_the_reason(measure: str) -> None:
    column = f"TradeTotal{measure}"
    (problem,) = refused(
        ReaggregationError, trade(measures=[measure]), generic("minutes", aggregations={column: "auto"})
    )
    assert problem.place == f"pass wide: aggregations.{column}"
    assert f"{measure} of a coarser group cannot be computed from finer ones" in problem.message
    assert problem.suggestion.endswith("or compute it from the events at the wider bucket")


def test_auto_of_plain_data_of_a_plain_aggregate_and_of_an_indicator_is_refused() -> None:
    (problem,) = refused_over_bars(ReaggregationError, generic("vendor", aggregations={"Close": "auto"}))
    assert "it is plain data, not a metric of an earlier pass" in problem.message
    (problem,) = refused(
        ReaggregationError,
        trade(measures=["OHLC"]),
        generic("minutes", "means", resample_rule="5m", aggregations={"High": "mean"}),
        generic("means", "wide", resample_rule="15m", aggregations={"High": "auto"}),
    )
    assert problem.place == "pass wide: aggregations.High"
    (problem,) = refused(
        ReaggregationError,
        trade(measures=["OHLC"]),
        generic("minutes", "averaged", talib_indicators=[indicator("SMA", timeperiod=3)]),
        generic("averaged", "wide", resample_rule="15m", aggregations={"SMA_3": "auto"}),
    )
    assert "an indicator depends on the series it was computed on" in problem.message


def test_columns_that_cannot_be_aggregated_as_asked_are_all_told() -> None:
    problems = refused_over_bars(
        BindingError,
        generic("vendor", "p", aggregations={"Venue": "sum", "Close": "auto", "Volume": "sum", "day": "mean"}),
        schema={**BARS, "day": "DATE"},
    )
    assert [(problem.place, problem.message.split(";")[0]) for problem in problems] == [
        ("pass p: aggregations.Venue", "sum of Venue needs numbers, it is VARCHAR"),
        (
            "pass p: aggregations.Close",
            "Close has no rule of its own to aggregate by: it is plain data, not a metric of an earlier pass",
        ),
        ("pass p: aggregations.day", "mean of day needs numbers, it is DATE"),
    ]


def test_what_has_no_number_can_still_be_first_last_least_most_or_counted() -> None:
    for method in ("first", "last", "min", "max"):
        found = only(over_bars(generic("vendor", group_by=["ListingId"], aggregations={"Venue": method})))
        assert found.columns[1].type == "VARCHAR"
    counted = only(over_bars(generic("vendor", group_by=["ListingId"], aggregations={"Venue": "count"})))
    assert counted.columns[1].type == "BIGINT"


@pytest.mark.parametrize(
    ("column", "method", "told"),
    [
        (
            "TradeTotalVWAP",
            "mean",
            "mean of TradeTotalVWAP is a mean of VWAP over bars, each bar alike; 'auto' gives the exact one",
        ),
        (
            "TradeTotalMedianPrice",
            "mean",
            "mean of TradeTotalMedianPrice is a mean of MedianPrice over bars, each bar alike",
        ),
        ("Close", "sum", "sum of Close adds up values of Close, which is not a flow"),
        ("TradeTotalVWAP", "sum", "sum of TradeTotalVWAP adds up values of VWAP, which is not a flow"),
    ],
)
def test_numbers_that_are_not_what_they_seem_come_with_a_warning(column: str, method: str, told: str) -> None:
    pipeline = compiled(
        trade(measures=["VWAP", "MedianPrice", "OHLC"]),
        generic("minutes", resample_rule="15m", aggregations={column: method}),
    )
    assert pipeline.warnings == (f"pass wide: {told}",)


def test_exact_numbers_come_without_a_warning() -> None:
    exact = {"TradeTotalVWAP": "auto", "TradeTotalVolume": "sum", "Close": "last", "High": "max", "Low": "count"}
    pipeline = compiled(
        trade(measures=["VWAP", "Volume", "OHLC"]), generic("minutes", resample_rule="15m", aggregations=exact)
    )
    assert pipeline.warnings == ()


def test_bars_whose_time_is_none_are_refused() -> None:
    (problem,) = refused_over_bars(BindingError, generic("vendor"), schema={**BARS, "TimeBucket": "DATE"})
    assert problem.message == "TimeBucket must be a timestamp, it is DATE"
    assert problem.place == "TABLES.vendor.columns.TimeBucket"


def test_a_reference_with_dates_needs_bars_with_a_time() -> None:
    reference = {"ListingId": "BIGINT", "InstrumentId": "BIGINT", "Date": "DATE"}
    (problem,) = refused(
        BindingError,
        generic("vendor", group_by=["InstrumentId"], aggregations={"Close": "mean"}),
        schemas={"vendor": {"ListingId": "BIGINT", "Close": "DOUBLE"}, "reference": reference},
        TABLES={"vendor": {"table": "vendor"}},
    )
    assert problem.message == "reference has dates, but vendor has no TimeBucket to look them up by"


def test_a_reference_without_listings_is_refused() -> None:
    (problem,) = refused(
        UnknownColumnError,
        trade(),
        generic("minutes", group_by=["InstrumentId"], aggregations={"TradeTotalVolume": "sum"}),
        schemas={"reference": {"InstrumentId": "BIGINT"}},
    )
    assert problem.message.startswith("the reference join needs column ListingId, which table reference does not have")
