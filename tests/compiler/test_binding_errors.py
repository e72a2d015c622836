"""Trade passes that do not fit their sources: every mistake at once, with what is missing and what there is."""

from __future__ import annotations

import re

import pytest
from asked import TRADES, compiled, generic, only, refused, trade

from basalt.catalog.library import load_library
from basalt.catalog.tables import CANONICAL_TABLES
from basalt.errors import (
    BindingError,
    DuplicateColumnError,
    PassOrderError,
    SourceNotFoundError,
    UnknownColumnError,
    UnknownMetricError,
)

MEASURES = load_library().measures("trade")
CANONICAL = CANONICAL_TABLES["trades"].assumed
NEEDED = [(measure, column) for measure, metrics in MEASURES.items() for column in metrics[0].requires]


@pytest.mark.parametrize(("measure", "column"), NEEDED)
def test_a_column_a_measure_needs_is_told_with_the_measure_and_the_columns_there_are(measure: str, column: str) -> None:
    instead = {"LocalPrice": {"Price", "TradeNotional"}}.get(column, set())
    schema = {name: type_ for name, type_ in CANONICAL.items() if name not in {column, *instead}}
    every = refused(UnknownColumnError, trade("p", [measure]), schemas={"trades": schema})
    problems = [problem for problem in every if f"needs column {column}," in problem.message]
    missing = sum(name not in schema for metric in MEASURES[measure] for name in metric.requires)
    assert len(every) == missing  # a measure may need what could stand for the price as well
    outputs = [f"pass p: {metric.column_for('Total')}" for metric in MEASURES[measure]]
    told = [problem.message.split(" needs column ") for problem in problems]
    assert [by for by, _ in told] == outputs
    assert {rest for _, rest in told} == {f"{column}, which table trades does not have; it has {', '.join(schema)}"}
    assert {problem.place for problem in problems} == {"TABLES.trades"}
    assert {problem.suggestion.split("map it: ")[1] for problem in problems} == {f"TABLES.trades.columns.{column}"}


@pytest.mark.parametrize("given", ["LocalPrice", "TradeNotional", "Price"])
def test_a_price_can_come_from_any_of_three_columns(given: str) -> None:
    schema = {name: type_ for name, type_ in TRADES.items() if name != "LocalPrice"} | {given: "DOUBLE"}
    names = [column.name for column in only(compiled(trade(measures=["VWAP"]), schemas={"trades": schema})).columns]
    assert names == ["ListingId", "TimeBucket", "TradeTotalVWAP"]


def test_a_column_that_is_nearly_there_is_suggested() -> None:
    schema = {"ListingId": "BIGINT", "TradeTimestamp": "TIMESTAMP", "LocalPrize": "DOUBLE", "size": "DOUBLE"}
    problems = refused(UnknownColumnError, trade(measures=["AvgPrice", "Volume"]), schemas={"trades": schema})
    assert [problem.suggestion for problem in problems] == [
        "did you mean 'LocalPrize'? map it: TABLES.trades.columns.LocalPrice",
        "did you mean 'size'? map it: TABLES.trades.columns.Size",
    ]


def test_everything_that_is_missing_is_told_at_once() -> None:
    asked = trade("p", ["Volume", "VWAP", "RetailCount"], sides=["Total", "Bid"])
    problems = refused(UnknownColumnError, asked, schemas={"trades": {"LocalPrice": "DOUBLE"}})
    assert [problem.message.split(", which table")[0] for problem in problems] == [
        "table trades needs column TradeTimestamp",
        "pass p: TradeTotalVolume needs column Size",
        "pass p: TradeBidVolume needs column Size",
        "pass p: TradeBidVolume needs column AggressorSide",
        "pass p: TradeTotalVWAP needs column Size",
        "pass p: TradeBidVWAP needs column Size",
        "pass p: TradeBidVWAP needs column AggressorSide",
        "pass p: TradeTotalRetailCount needs column BMLLParticipantType",
        "pass p: TradeBidRetailCount needs column BMLLParticipantType",
        "pass p: TradeBidRetailCount needs column AggressorSide",
        "pass p needs column ListingId",
    ]


def test_everything_of_a_wrong_type_is_told_at_once_and_beside_what_is_missing() -> None:
    schema = {"ListingId": "BIGINT", "TradeTimestamp": "DATE", "LocalPrice": "VARCHAR", "Size": "BOOLEAN"}
    asked = trade("p", ["VWAP"], sides=["Ask"])
    problems = refused(BindingError, asked, schemas={"trades": schema})
    assert [(problem.place, problem.message.split(", which table")[0]) for problem in problems] == [
        (
            "TABLES.trades.columns.TradeTimestamp",
            "TradeTimestamp must be a timestamp or integer nanoseconds, it is DATE",
        ),
        (
            "TABLES.trades.columns.LocalPrice",
            "pass p: TradeAskVWAP needs column LocalPrice as a number, it is VARCHAR",
        ),
        ("TABLES.trades.columns.Size", "pass p: TradeAskVWAP needs column Size as a number, it is BOOLEAN"),
        ("TABLES.trades", "pass p: TradeAskVWAP needs column AggressorSide"),
    ]


@pytest.mark.parametrize("type_", ["VARCHAR", "BOOLEAN", "DATE", "BLOB", "DOUBLE[]", "ENUM('1', '2')", "INTERVAL"])
@pytest.mark.parametrize("column", ["LocalPrice", "Size", "AggressorSide", "TradeNotionalEUR"])
def test_a_number_is_a_number(column: str, type_: str) -> None:
    asked = trade("p", ["VWAP", "NotionalEUR"], sides=["Bid"])
    problems = refused(BindingError, asked, schemas={"trades": {**CANONICAL, column: type_}})
    assert {problem.place for problem in problems} == {f"TABLES.trades.columns.{column}"}
    assert all(f"needs column {column} as a number, it is {type_}" in problem.message for problem in problems)


NUMBERS = ["TINYINT", "UBIGINT", "HUGEINT", "UHUGEINT", "FLOAT", "DOUBLE", "DECIMAL(18,3)", '"NULL"']


@pytest.mark.parametrize("type_", NUMBERS)
def test_every_kind_of_number_will_do(type_: str) -> None:
    schema = {**CANONICAL, "LocalPrice": type_, "Size": type_, "AggressorSide": type_, "BMLLSequenceNo": type_}
    asked = trade(measures=["VWAP", "OHLC", "Volume", "MedianPrice", "Volatility"], sides=["Total", "Bid"])
    columns = only(compiled(asked, schemas={"trades": schema})).columns
    assert {column.type for column in columns if column.kind != "label"} == {"DOUBLE"}


@pytest.mark.parametrize("type_", ["DATE", "TIME", "VARCHAR", "DOUBLE", "INTEGER", "HUGEINT", "INTERVAL"])
def test_a_time_is_a_time(type_: str) -> None:
    (problem,) = refused(BindingError, trade(), schemas={"trades": {**TRADES, "TradeTimestamp": type_}})
    assert problem.message == f"TradeTimestamp must be a timestamp or integer nanoseconds, it is {type_}"
    assert problem.suggestion == "map it: TradeTimestamp: CAST(... AS TIMESTAMP)"


TIMES = ["TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "TIMESTAMP WITH TIME ZONE", "BIGINT", "UBIGINT"]


@pytest.mark.parametrize("type_", TIMES)
@pytest.mark.parametrize("dates", [("2025-03-03", "2025-03-04"), ("0001-01-01", "9999-12-31"), ("9999-12-31",) * 2])
def test_every_kind_of_time_will_do_with_any_dates(type_: str, dates: tuple[str, str]) -> None:
    source = {"table": "trades", "date_column": "day"}
    pipeline = compiled(
        trade(time_bucket_seconds=604_800, time_bucket_closed="left"),
        schemas={"trades": {**TRADES, "TradeTimestamp": type_, "day": "DATE"}},
        TABLES={"trades": source},
        START_DATE=dates[0],
        END_DATE=dates[1],
    )
    assert only(pipeline).columns[1].type == "TIMESTAMP"
    assert (
        re.findall(r"(?:WHERE|AND) (TradeTimestamp|day) ", only(pipeline).sql) == ["day"] * 2 + ["TradeTimestamp"] * 2
    )


def test_an_unknown_measure_is_told_with_the_nearest_and_all_there_are() -> None:
    problems = refused(UnknownMetricError, trade("p", ["Volume", "Volum", "vwap", "Sharpe"]))
    assert [problem.suggestion for problem in problems] == ["did you mean 'Volume'?", "did you mean 'VWAP'?", ""]
    assert [problem.place for problem in problems] == ["pass p: trade_analytics.generic_metrics[0]"] * 3
    assert problems[2].message == f"unknown measure 'Sharpe'; there are {', '.join(MEASURES)}"


@pytest.mark.parametrize(
    ("measures", "sides", "twice"),
    [
        (["Volume", "Volume"], ["Total"], "TradeTotalVolume"),
        (["Volume"], ["Bid", "Ask", "Bid"], "TradeBidVolume"),
        (["OHLC", "OHLC"], ["Total"], "Open, High, Low, Close"),
    ],
)
def test_a_column_that_is_asked_for_twice_is_refused(measures: list[str], sides: list[str], twice: str) -> None:
    (problem,) = refused(DuplicateColumnError, trade(measures=measures, sides=sides))
    assert problem.message == f"{twice} would be computed twice"


def test_the_mistakes_of_all_passes_are_told_at_once_but_for_those_that_follow_from_them() -> None:
    problems = refused(
        UnknownMetricError,
        trade("first", ["Volum"]),
        generic("first", "follows", aggregations={"Nothing": "sum"}),
        generic("follows", "follows_too", aggregations={"Nothing": "sum"}),
        trade("second", ["Volume", "Volume"]),
        trade("third"),
        generic("third", "fourth", aggregations={"TradeTotalVolum": "sum"}),
    )
    assert [problem.place for problem in problems] == [
        "pass first: trade_analytics.generic_metrics[0]",
        "pass second: trade_analytics.generic_metrics[0]",
        "pass fourth: aggregations.TradeTotalVolum",
    ]


def test_a_universe_of_a_column_nobody_has_is_refused() -> None:
    problems = refused(UnknownColumnError, trade(), UNIVERSE={"Sectr": ["Banks"]}, schemas={"trades": TRADES})
    assert [problem.message.split(",")[0] for problem in problems] == ["UNIVERSE needs column Sectr"]
    problems = refused(
        UnknownColumnError,
        trade(),
        UNIVERSE={"Sectr": ["Banks"]},
        schemas={"trades": TRADES, "reference": {"ListingId": "BIGINT", "Sector": "VARCHAR"}},
    )
    assert [problem.message.split(",")[0] for problem in problems] == ["UNIVERSE needs column Sectr"]


def test_a_table_nobody_knows_needs_a_source() -> None:
    (problem,) = refused(SourceNotFoundError, generic("vendor"), TABLES={"vendor": {"table": "vendor"}})
    assert problem.message == "there is no source for table 'vendor'"


@pytest.mark.parametrize(("name", "table"), [("trades", "trades"), ("Trades", "trades"), ("REFERENCE", "reference")])
def test_a_pass_with_the_name_of_a_table_that_is_read_is_refused(name: str, table: str) -> None:
    asked = [trade(name)] if table == "trades" else [trade(), generic("minutes", name, group_by=["InstrumentId"])]
    (problem,) = refused(PassOrderError, *asked)
    assert problem.message == f"pass {name} has the name of a table that is read"
    assert problem.place == f"PASSES[{len(asked) - 1}].name"
