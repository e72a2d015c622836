"""Every metric of the trade catalogue in Postgres equals DuckDB's."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from markets.catalogue import everything
from markets.large import annotated_market
from markets.moments import FOUR_CONTRACTS
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, analytics_config, generic_pass_config, run_pass
from oracles.buckets import SECOND, Contract
from oracles.further_tolerances import covariances
from oracles.results import assert_same
from translated import load, postgres_result, tolerance

import basalt
from basalt.catalog.library import load_library
from basalt.errors import CallError, DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg
    from postgres_server import Server

LIBRARY = load_library()
EVERYTHING = everything(LIBRARY)
MINUTES = Contract(60 * SECOND)


@pytest.fixture
def connection(server: Server) -> Iterator[psycopg.Connection]:
    """A connection to an empty Postgres."""
    with server.connect() as connected:
        yield connected


def in_nanoseconds(table: pa.Table) -> pa.Table:
    """Return trades with their times as integers."""
    place = table.schema.get_field_index("TradeTimestamp")
    return table.set_column(place, "TradeTimestamp", table["TradeTimestamp"].cast(pa.int64()))


@pytest.mark.parametrize("ends", FOUR_CONTRACTS)
def test_every_metric_of_the_trade_catalogue(connection: psycopg.Connection, ends: tuple[Any, Any]) -> None:
    market = annotated_market(Contract(60 * SECOND, *ends), 400, seed=5)
    trades = in_nanoseconds(market.table)
    load(connection, "trades", trades)
    config = {"TABLES": {"trades": trades}, "PASSES": [analytics_config(market.contract, EVERYTHING)]}
    columns = basalt.compile(config).passes["bars"].columns
    assert {column.metric for column in columns if column.metric} == {
        metric.name for metric in LIBRARY.metrics if metric.module == "trade"
    }
    expected = run_pass(config, "bars", BY_LISTING)
    actual = postgres_result(connection, config, "bars", BY_LISTING)
    assert_same(covariances(actual), covariances(expected), tolerance(columns))
    empty = [column.name for column in columns if all(row.get(column.name, 0) is None for row in expected.values())]
    assert empty == []  # equal nulls would show nothing


def test_two_passes_with_every_aggregation(connection: psycopg.Connection) -> None:
    market = annotated_market(MINUTES, 400, seed=6)
    trades = in_nanoseconds(market.table)
    load(connection, "trades", trades)
    load(connection, "reference", market.reference)
    bars = analytics_config(MINUTES, {"generic_metrics": [{"measures": ["OHLC", "Volume", "VWAP", "Count"]}]})
    methods = {
        "Open": "first",
        "High": "max",
        "Low": "min",
        "Close": "last",
        "TradeTotalVolume": ["sum", "mean", "median", "std", "count"],
        "TradeTotalVWAP": "auto",
    }
    step = generic_pass_config("bars", methods, rule="15m", group_by=BY_INSTRUMENT)
    config = {"TABLES": {"trades": trades, "reference": market.reference}, "PASSES": [bars, step]}
    columns = basalt.compile(config).passes["generic"].columns
    expected = run_pass(config, "generic", BY_INSTRUMENT)
    assert_same(postgres_result(connection, config, "generic", BY_INSTRUMENT), expected, tolerance(columns))


TRADES = {
    "ListingId": "BIGINT",
    "TradeTimestamp": "BIGINT",
    "BMLLSequenceNo": "BIGINT",
    "LocalPrice": "DOUBLE",
    "Size": "DOUBLE",
    "MIC": "VARCHAR",
}


def problems_of(types: dict[str, str], **asked: Any) -> list[str]:  # noqa: ANN401 - fields of a pass
    """What is refused of the open, high, low and close of trades with some columns."""
    bars: dict[str, Any] = {"name": "bars", "modules": ["trade"], "time_bucket_seconds": 60, **asked}
    bars.setdefault("trade_analytics", {"generic_metrics": [{"measures": ["OHLC"]}]})
    with pytest.raises(DialectError) as caught:
        basalt.translate({"PASSES": [bars]}, "postgres", schemas={"trades": TRADES | types})
    assert str(caught.value).startswith("BAS310 ")
    return [str(problem) for problem in caught.value.problems]


def test_times_of_nanoseconds_are_refused() -> None:
    (problem,) = problems_of({"TradeTimestamp": "TIMESTAMP_NS"})
    assert problem.startswith("pass bars, step source_trades, column event_ns: Postgres cannot say ")
    assert problem.endswith("(have it there as BIGINT, nanoseconds since 1970)")


def test_labels_of_nanoseconds_are_refused() -> None:
    (problem,) = problems_of({}, time_bucket_seconds=1e-7)
    assert problem.startswith("pass bars, column TimeBucket: Postgres cannot say MAKE_TIMESTAMP_NS(")


def test_first_and_last_without_numbers_are_refused() -> None:
    (problem,) = problems_of({"BMLLSequenceNo": "VARCHAR"})
    assert problem.startswith("pass bars, step ordered_trades, column event_order: Postgres cannot say ")
    assert problem.endswith("(name an integer that orders events of equal time: TABLES.trades.sequence)")


def test_names_that_postgres_would_cut_are_refused() -> None:
    name = "a_price_that_is_called_by_a_name_of_more_than_sixty_three_bytes_"
    metrics = [{"measures": ["VWAP"], "output_name_pattern": name}]
    problems = problems_of({}, trade_analytics={"generic_metrics": metrics})
    (problem,) = problems
    assert problem.startswith(f"pass bars, column {name}: Postgres cannot say {name} exactly: ")


@pytest.mark.parametrize(
    "expression",
    ["list_sum([Size])", "Size::DECIMAL(9, 2) // 2", "regexp_extract(MIC, 'X')", "log(Size)", "round(7.5)"],
)
def test_what_nothing_is_known_of_is_refused(expression: str) -> None:
    tables = {"trades": {"table": "trades", "columns": {"Size": f"CAST({expression} AS DOUBLE)"}}}
    bars = analytics_config(MINUTES, {"generic_metrics": [{"measures": ["Volume"]}]})
    with pytest.raises(DialectError, match="pass bars, step source_trades, column Size: Postgres cannot say"):
        basalt.translate({"TABLES": tables, "PASSES": [bars]}, "postgres", schemas={"trades": TRADES})


def test_there_is_no_such_dialect() -> None:
    with pytest.raises(CallError, match="did you mean 'postgres'"):
        basalt.translate({"PASSES": [analytics_config(MINUTES, {})]}, "postgre", schemas={"trades": TRADES})


NASTY = [
    {"Size": 0.0},
    {"Size": 1.0, "LocalPrice": float("nan")},
    {"Size": 2.0, "LocalPrice": float("inf")},
    {"Size": None, "LocalPrice": 7.0},
    {"Size": 123_456_789_012.25, "LocalPrice": 3.0},
    {"Size": 0.1 + 0.2, "LocalPrice": 1e-3, "AggressorSide": 1},
    {"Size": 2.5e-9, "LocalPrice": 5.0, "AggressorSide": 2},
]


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_edges_ties_and_numbers_that_are_none(connection: psycopg.Connection, zone: str | None) -> None:
    moments = [edge + step for edge in (-60_000_000, 0, 60_000_000) for step in (-1, 0, 0, 1)]
    rows = [
        {"ListingId": 1, "TradeTimestamp": moment, "BMLLSequenceNo": -number, "LocalPrice": 1.0, **trade}
        for number, (moment, trade) in enumerate(itertools.product(moments, NASTY))
    ]
    kinds = {"ListingId": pa.int64(), "TradeTimestamp": pa.int64(), "BMLLSequenceNo": pa.int64()}
    kinds |= {"LocalPrice": pa.float64(), "Size": pa.float64(), "AggressorSide": pa.int64()}
    columns = {name: pa.array([row.get(name) for row in rows], kind) for name, kind in kinds.items()}
    columns["TradeTimestamp"] = columns["TradeTimestamp"].cast(pa.timestamp("us", tz=zone))
    trades = pa.table(columns)
    load(connection, "trades", trades)
    names = ["OHLC", "VWAP", "Volume", "Count", "MedianPrice", "Volatility", "TWAP", "VPIN", "SizeQ90"]
    asked = {"generic_metrics": [{"measures": names}]}
    config = {"TABLES": {"trades": trades}, "PASSES": [analytics_config(MINUTES, asked)]}
    expected = run_pass(config, "bars", BY_LISTING)
    assert len(expected) == 4
    columns_asked = basalt.compile(config).passes["bars"].columns
    assert_same(postgres_result(connection, config, "bars", BY_LISTING), expected, tolerance(columns_asked))


def test_text_is_ordered_by_its_bytes(connection: psycopg.Connection) -> None:
    venues = ["b", "B", "_", "a", "A", "é"]
    numbers = list(range(len(venues)))
    columns = {"ListingId": numbers, "TradeTimestamp": numbers, "BMLLSequenceNo": numbers, "MIC": venues}
    trades = pa.table({**columns, "Size": [1.0] * len(venues), "LocalPrice": [1.0] * len(venues)})
    load(connection, "trades", trades)
    bars = analytics_config(MINUTES, {"generic_metrics": [{"measures": ["Count"]}]})
    step = generic_pass_config("bars", {"MIC": ["min", "max"]}, group_by=["TimeBucket"])
    config = {"TABLES": {"trades": trades}, "PASSES": [bars, step]}
    expected = run_pass(config, "generic", ["TimeBucket"])
    assert [tuple(row.values()) for row in expected.values()][-1] == ("A", "é")
    assert_same(postgres_result(connection, config, "generic", ["TimeBucket"]), expected)


def test_modules_that_were_not_run_on_the_engine_are_refused() -> None:
    books = {"name": "books", "modules": ["l2"], "time_bucket_seconds": 60, "l2_analytics": {}}
    with pytest.raises(DialectError, match="pass books: modules: module l2 has not been proven on Postgres"):
        basalt.translate({"PASSES": [books]}, "postgres", schemas={})
