"""Names and values that look like SQL or templates stay names and values: the numbers are right, nothing is run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from asked import generic, indicator, rows, trade
from hostile import IMPOSSIBLE, NASTY, apart_from, quoted
from hypothesis import given, settings
from hypothesis import strategies as st

import basalt
from basalt.compiler.relations import relation
from basalt.configuration import TableConfig
from basalt.errors import (
    AmbiguousReferenceError,
    BasaltError,
    CompileError,
    ConfigurationError,
    SourceExpressionError,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

NINE = datetime(2025, 3, 3, 9, tzinfo=UTC).replace(tzinfo=None)


def short(name: str) -> str:
    """A name as the id of a test."""
    return ascii(name)[:20]


def bars(**columns: list[Any]) -> pa.Table:
    """Three one-minute bars of listings 1, 1 and 2."""
    labels = [NINE + timedelta(minutes=minute) for minute in (1, 2, 1)]
    return pa.table({"ListingId": [1, 1, 2], "TimeBucket": labels, "Close": [10.0, 20.0, 40.0], **columns})


def trades_of(texts: Sequence[str], column: str) -> pa.Table:
    """Two trades for each text, of a listing by its place: one that has it, one that has something longer."""
    return pa.table(
        {
            "ListingId": [*range(len(texts)), *range(len(texts))],
            "TradeTimestamp": [NINE] * (2 * len(texts)),
            "LocalPrice": [10.0] * (2 * len(texts)),
            "Size": [1.0] * len(texts) + [2.0] * len(texts),
            column: [*texts, *(f"{text}." for text in texts)],
        }
    )


def guarded() -> duckdb.DuckDBPyConnection:
    """A connection with a table that injected SQL would drop."""
    connection = duckdb.connect()
    connection.execute("CREATE TABLE canary AS SELECT 42 AS alive")
    return connection


def assert_nothing_ran(connection: duckdb.DuckDBPyConnection, *known: str) -> None:
    """Check that the guarded table is whole and that no other table was made."""
    assert connection.sql("SELECT alive FROM canary").fetchall() == [(42,)]
    tables = {name for (name,) in connection.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables - {*known, "minutes__rows", "wide__rows"} == {"canary"}


def values(place: int) -> list[float]:
    """Three numbers that tell the columns at different places apart."""
    return [float(place), place + 0.5, 1000.0 + place]


COLUMNS = {name: values(place) for place, name in enumerate(NASTY)}
SUMS = {name: {1: 2 * place + 0.5, 2: 1000.0 + place} for place, name in enumerate(NASTY)}


def by_listing(found: list[dict[str, Any]], names: Iterable[str]) -> dict[str, dict[int, Any]]:
    """Return the values of columns by listing."""
    return {name: {row["ListingId"]: row[name] for row in found} for name in names}


def test_columns_that_are_aggregated() -> None:
    asked = generic("vendor", resample_rule="15m", aggregations=dict.fromkeys(NASTY, "sum"))
    connection = guarded()
    found = rows({"TABLES": {"vendor": bars(**COLUMNS)}, "PASSES": [asked]}, connection)
    assert by_listing(found, NASTY) == SUMS
    assert_nothing_ran(connection)


def test_columns_that_are_mapped_under_their_own_names_or_quoted() -> None:
    bare = {f"Bare{place}": name for place, name in enumerate(NASTY) if name == name.strip()}
    careful = {f"Quoted{place}": f"{quoted(name)} + 0" for place, name in enumerate(NASTY)}
    source = {"data": bars(**COLUMNS), "columns": bare | careful}
    asked = generic("vendor", resample_rule="15m", aggregations=dict.fromkeys(source["columns"], "sum"))
    connection = guarded()
    found = rows({"TABLES": {"vendor": source}, "PASSES": [asked]}, connection)
    expected = {column: SUMS[name] for column, name in bare.items()}
    expected |= {f"Quoted{place}": SUMS[name] for place, name in enumerate(NASTY)}
    assert by_listing(found, expected) == expected
    assert_nothing_ran(connection)


def test_columns_that_pass_through_and_the_script_that_makes_them() -> None:
    averages = [indicator("SMA", name, timeperiod=2, output_col=f"{name}.") for name in NASTY]
    pipeline = {
        "TABLES": {"vendor": {"table": "vendor"}},
        "PASSES": [generic("vendor", talib_indicators=averages)],
    }
    connection, table = guarded(), bars(**COLUMNS)
    connection.register("vendor", table)
    connection.execute(basalt.compile(pipeline, connection=connection).script())
    found = connection.sql("SELECT * FROM wide").to_arrow_table()
    assert found.select(NASTY).to_pydict() == COLUMNS
    assert_nothing_ran(connection)


def test_names_of_indicator_outputs() -> None:
    names = [name for name in NASTY if name.strip()]
    averages = [indicator("SMA", name, timeperiod=2, output_col=f"{name}.") for name in names]
    pipeline = {"TABLES": {"vendor": bars(**COLUMNS)}, "PASSES": [generic("vendor", talib_indicators=averages)]}
    connection = guarded()
    found = [row for row in rows(pipeline, connection) if row["Close"] == 20]
    assert by_listing(found, [f"{name}." for name in names]) == {f"{name}.": {1: SUMS[name][1] / 2} for name in names}
    assert_nothing_ran(connection)


def test_columns_of_reference_data() -> None:
    reference = pa.table({"ListingId": [1], **{name: [f"{name}!"] for name in NASTY}})
    for first in ("{count}", "{x}", "a\nb"):
        names = [first, *(name for name in NASTY if name != first)]
        asked = generic("vendor", group_by=names, aggregations={"Close": "sum"})
        connection = guarded()
        with basalt.run(
            {"TABLES": {"vendor": bars(), "reference": reference}, "PASSES": [asked]}, connection=connection
        ) as result:
            found = result["wide"].arrow().to_pylist()
            assert [text for text in result.warnings if f"1 listings have no {first} in reference" in text] != []
        assert sorted(found, key=lambda row: row["Close"]) == [
            {**{name: f"{name}!" for name in names}, "Close": 30.0},
            {**dict.fromkeys(names), "Close": 40.0},
        ]
        assert_nothing_ran(connection)


def test_an_ambiguous_reference_is_told_of_under_any_name() -> None:
    reference = pa.table({"ListingId": [1, 1], "{x}": ["a", "b"]})
    asked = generic("vendor", group_by=["{x}"], aggregations={"Close": "sum"})
    with pytest.raises(AmbiguousReferenceError, match=r"different \{x\} for 1 listings"):
        rows({"TABLES": {"vendor": bars(), "reference": reference}, "PASSES": [asked]})


def test_values_of_a_universe() -> None:
    config = {"UNIVERSE": {"MIC": NASTY}, "TABLES": {"trades": trades_of(NASTY, "MIC")}, "PASSES": [trade()]}
    connection = guarded()
    found = {row["ListingId"]: (row["MIC"], row["TradeTotalVolume"]) for row in rows(config, connection)}
    assert found == {place: (name, 1.0) for place, name in enumerate(NASTY)}
    assert_nothing_ran(connection)


def test_classifications() -> None:
    config = {
        "TABLES": {"trades": trades_of(NASTY, "Classification")},
        "PASSES": [trade(classifications=NASTY)],
    }
    connection = guarded()
    assert {row["ListingId"]: row["TradeTotalVolume"] for row in rows(config, connection)} == dict.fromkeys(
        range(len(NASTY)), 1.0
    )
    assert_nothing_ran(connection)


def table_of(name: str) -> duckdb.DuckDBPyConnection:
    """A guarded connection with a table of that name, which holds the name."""
    connection = guarded()
    connection.execute(f"CREATE TABLE {quoted(name)} AS SELECT ?::VARCHAR AS held", [name])
    return connection


@pytest.mark.parametrize("name", NASTY, ids=short)
def test_names_of_tables(name: str) -> None:
    connection = table_of(name)
    for written in (quoted(name), f"main.{quoted(name)}", f"memory.main.{quoted(name)}"):
        source = relation("trades", TableConfig(table=written), {})
        assert connection.sql(f"SELECT held FROM {source}").fetchall() == [(name,)]
    assert_nothing_ran(connection, name)


@pytest.mark.parametrize("name", [name for name in NASTY if not set(name) & set('."')], ids=short)
def test_a_table_without_a_dot_or_a_quote_in_its_name_needs_no_quotes(name: str) -> None:
    source = relation("trades", TableConfig(table=name), {})
    assert table_of(name).sql(f"SELECT held FROM {source}").fetchall() == [(name,)]


@pytest.mark.parametrize(
    ("name", "source"),
    [("a.b", "a.b"), ("a;.b", '"a;".b'), ('"a.b"', '"a.b"'), ('a."b"".c"', 'a."b"".c"'), ("a.order.c", 'a."order".c')],
)
def test_a_qualified_name_is_its_parts(name: str, source: str) -> None:
    assert relation("trades", TableConfig(table=name), {}).text == source


@pytest.mark.parametrize("name", ["", ".", "a.", ".a", "a..b", "a.b.c.d", '""', '"a', 'a"', 'a"b', '"a"b', 'a."b" c'])
def test_what_is_no_name_of_a_table_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is not the name of a table .*catalog\.schema\.table") as caught:
        relation("trades", TableConfig(table=name), {})
    assert caught.value.problems[0].place == "TABLES.trades.table"


FILE_NAMES = [name for name in NASTY if not set(name) & set("/*?[\\") and len(name.encode()) < 200]


def test_paths(tmp_path: Path) -> None:
    paths = [str(tmp_path / f"{name}.parquet") for name in FILE_NAMES]
    connection = guarded()
    for path in paths:
        pq.write_table(pa.table({"held": [path]}), path)
        source = relation("trades", TableConfig(path=[path]), {})
        assert connection.sql(f"SELECT held FROM {source}").fetchall() == [(path,)]
    every = relation("trades", TableConfig(path=paths), {})
    assert connection.sql(f"SELECT held FROM {every}").fetchall() == [(path,) for path in paths]
    assert_nothing_ran(connection)


def anything_as(text: str, column: str) -> dict[str, Any]:
    """A pipeline with one text wherever it can be: as a column, an expression's part, a table, a value, an output."""
    longer = f"{text}."
    return {
        "UNIVERSE": {"where": {longer: [text]}},
        "TABLES": {
            "trades": {"table": quoted(text), "columns": {"LocalPrice": f"{quoted(text)} * 2 -- {column}"}},
            "reference": {"table": "reference"},
        },
        "PASSES": [
            trade(measures=["OHLC"], classifications=[text]),
            generic(
                "minutes",
                group_by=[column, "TimeBucket"],
                aggregations={"Close": "last"},
                talib_indicators=[indicator("SMA", timeperiod=1, output_col=longer)],
            ),
        ],
    }


@given(
    apart_from("ListingId", "TradeTimestamp", "LocalPrice", "Size", "canary", "TimeBucket", "Close", "Classification")
)
@settings(max_examples=10)
def test_everything_at_once(text: str) -> None:
    connection = guarded()
    reference = pa.table({"ListingId": [0, 1], f"{text}..": [text, "other"]})
    connection.register("reference", reference)
    held = trades_of([text], "Classification").append_column(f"{text}.", pa.array([text, text]))
    held = held.append_column(text, pa.array([3.0, 4.0])).drop_columns(["LocalPrice"])
    connection.register("held", held)
    connection.execute(f"CREATE TABLE {quoted(text)} AS FROM held")
    assert rows(anything_as(text, f"{text}.."), connection) == [
        {f"{text}..": text, "TimeBucket": NINE, "Close": 6.0, f"{text}.": 6.0}
    ]
    assert_nothing_ran(connection, text)


NAMES_OF_STEPS = ["bucket", "Bar_Start", "bar_date", "bucket_", "source_bars", "grouped_bars", "event_ns", "counted"]
PLACED = {name: [float(place), float(place), place + 0.5] for place, name in enumerate(NAMES_OF_STEPS)}


def resampled(group_by: list[str], columns: list[str], **tables: pa.Table) -> list[dict[str, Any]]:
    """Run quarters of an hour over bars and a reference with dates."""
    aggregations = {"Close": "sum", **dict.fromkeys(columns, "sum")}
    asked = generic("vendor", group_by=[*group_by, "TimeBucket"], resample_rule="15m", aggregations=aggregations)
    return rows({"TABLES": tables, "PASSES": [asked]})


def dated(**columns: list[Any]) -> pa.Table:
    """Reference rows of both listings, valid since that day."""
    return pa.table({"ListingId": [1, 2], "ValidFrom": [NINE.date()] * 2, "InstrumentId": [7, 7], **columns})


@pytest.mark.parametrize("names", [NAMES_OF_STEPS, ["bucket"]], ids=["all", "bucket"])
def test_columns_called_like_those_the_compiler_adds(names: list[str]) -> None:
    columns = {name: PLACED[name] for name in names}
    label = NINE + timedelta(minutes=15)
    (row,) = resampled(["InstrumentId"], names, vendor=bars(**columns), reference=dated())
    sums = {name: sum(numbers) for name, numbers in columns.items()}
    assert row == {"InstrumentId": 7, "TimeBucket": label, "Close": 70.0, **sums}
    expected = [
        {**{name: numbers[place] for name, numbers in columns.items()}, "TimeBucket": label, "Close": close}
        for place, close in ((0, 30.0), (2, 40.0))
    ]
    by_own = resampled(names, [], vendor=bars(**columns), reference=dated())
    assert sorted(by_own, key=lambda row: row["Close"]) == expected
    looked_up = dated(**{name: numbers[1:] for name, numbers in columns.items()})
    by_reference = resampled(names, [], vendor=bars(), reference=looked_up)
    assert sorted(by_reference, key=lambda row: row["Close"]) == expected


@pytest.mark.parametrize("text", IMPOSSIBLE, ids=repr)
def test_what_no_sql_can_say_is_refused(text: str) -> None:
    schema = {"ListingId": "BIGINT", "TradeTimestamp": "TIMESTAMP", "LocalPrice": "DOUBLE", "Size": "DOUBLE"}
    for config, schemas, kind in (
        ({"UNIVERSE": {"ListingId": [text]}}, {}, CompileError),
        ({"TABLES": {"trades": {"table": text}}}, {}, CompileError),
        ({"TABLES": {"trades": f"{text}.parquet"}}, {}, CompileError),
        ({"TABLES": {"trades": {"table": "t", "filter": f"Size > 0 -- {text}"}}}, {}, SourceExpressionError),
        ({}, {"trades": {**schema, text: "DOUBLE"}}, CompileError),
    ):
        with pytest.raises(kind) as caught:
            basalt.compile({"PASSES": [trade()], **config}, schemas=schemas)
        assert repr(text)[1:-1] in str(caught.value)


@pytest.mark.parametrize("number", [float("inf"), float("-inf"), float("nan")])
def test_numbers_that_are_none_are_refused(number: float) -> None:
    with pytest.raises(CompileError, match=str(number)):
        basalt.compile({"UNIVERSE": {"ListingId": [number]}, "PASSES": [trade()]}, schemas={})


@given(st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=6)
def test_numbers_of_a_universe_keep_their_value(number: float) -> None:
    config = {"UNIVERSE": {"MIC": [number]}, "PASSES": [trade()]}
    condition = basalt.compile(config, schemas={}).passes["minutes"].sql.split("MIC IN (")[1].split(")")[0]
    assert duckdb.sql(f"SELECT CAST({condition} AS DOUBLE)").fetchall() == [(float(number),)]


INJECTED_TYPES = [
    "INTEGER); CREATE TABLE canary (a INTEGER); CREATE TABLE b (c INTEGER",
    "INTEGER); COPY (SELECT 1) TO '{path}'; CREATE TABLE b (c INTEGER",
    "INTEGER); INSTALL httpfs; CREATE TABLE b (c INTEGER",
]


@pytest.mark.parametrize("type_", INJECTED_TYPES)
def test_a_type_is_a_type(type_: str, tmp_path: Path) -> None:
    schema = {"ListingId": "BIGINT", "Size": type_.format(path=tmp_path / "written.csv")}
    with pytest.raises(BasaltError, match="several statements"):
        basalt.compile({"PASSES": [trade()]}, schemas={"trades": schema})
    assert list(tmp_path.iterdir()) == []
