"""Expressions in ``TABLES``: one scalar over a row, or refused by the key they stand under."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest
from asked import BARS, TRADES, generic, only, over_bars, refused, rows, trade
from hostile import quoted, texts
from hypothesis import given, settings

from basalt.compiler.binder import Binder
from basalt.compiler.sources import bind_source
from basalt.configuration import TableConfig
from basalt.errors import BindingError, SourceExpressionError

if TYPE_CHECKING:
    from collections.abc import Iterator

NINE = datetime(2025, 3, 3, 9, tzinfo=UTC).replace(tzinfo=None)

REFUSED = {
    "a subquery": "(SELECT max(price) FROM other)",
    "a subquery inside": "price + (SELECT 1)",
    "exists": "exists(SELECT 1)",
    "in a query": "price IN (SELECT 1)",
    "an array of a query": "array(SELECT price)",
    "two expressions": "price, size",
    "two expressions in a trick": "price AS a, size",
    "an alias": "price AS a",
    "a from": "price FROM other",
    "a where": "price WHERE true",
    "a group by": "price GROUP BY ALL",
    "a having": "price HAVING true",
    "a qualify": "price QUALIFY true",
    "an order": "price ORDER BY 1",
    "a limit": "price LIMIT 1",
    "a sample": "price USING SAMPLE 1",
    "a union": "price UNION ALL SELECT 1",
    "distinct": "DISTINCT price",
    "two statements": "price; DROP TABLE canary",
    "a semicolon": "price;",
    "a statement": "DROP TABLE canary",
    "a query": "SELECT price",
    "a star": "*",
    "a star of a table": "basalt_source.*",
    "columns": "COLUMNS(*)",
    "a count of rows": "count(*)",
    "a window": "lag(price) OVER (ORDER BY ts)",
    "a window without order": "sum(price) OVER ()",
    "an aggregate": "sum(price)",
    "an aggregate inside": "price / max(price)",
    "an aggregate with a filter": "sum(price) FILTER (WHERE size > 0)",
    "many rows": "unnest([price, price])",
    "a table function": "range(3)[1] + unnest([1])",
    "a parameter": "price + ?",
    "a numbered parameter": "$1",
    "nothing": "",
    "spaces": " \n ",
    "a comment": "-- price",
    "an open comment": "price /*",
    "an open quote": "'price",
    "an open name": '"price',
    "an open parenthesis": "(price",
    "a parenthesis too many": "price) + (1",
    "a column that is not there": "pricce",
    "a column of another table": "other.price",
    "a function that is not there": "no_such_function(price)",
    "types that do not fit": "price + symbol",
    "a template": "{{ price }} + 1",
    "a NUL": "price\0",
    "a lone surrogate": "'\ud800'",
    "a column by its place": "#1",
    "a row number": "rowid + price",
    "the source by the compiler's name": "basalt_source.price",
    "the whole row": "basalt_source",
    "any of a query": "price = ANY(SELECT 1)",
    "any of a list": "price = ANY([1, 2])",
    "subscripts": "generate_subscripts([1, 2], 1)",
    "default": "DEFAULT",
    "grouping": "grouping(price)",
    "the time": "now()",
    "the time inside": "CASE WHEN ts > now() - INTERVAL 1 DAY THEN price END",
    "the time as a word": "CURRENT_TIMESTAMP",
    "the day": "current_date",
    "the local time": "localtime",
    "how long ago": "ago(INTERVAL 1 DAY)",
    "a random number": "price + random()",
    "another random number": "uuid()",
    "the user": "current_user",
    "the user by another word": "user",
    "the catalog": "current_catalog",
    "the query": "current_query()",
    "a setting": "current_setting('threads')",
    "a variable": "getvariable('secret')",
    "the environment": "getenv('HOME')",
    "the version": "version()",
    "a sequence": "nextval('s')",
    "a pause": "pg_sleep(1)",
    "a log": "write_log('x')",
    "another way to call": "'threads'.current_setting()",
    "a qualified call": "system.main.now()",
    "a call in a lambda": "list_transform([price], lambda x: x + random())[1]",
    "a file": "read_text('/etc/hostname')",
    "a file as bytes": "read_blob('/etc/hostname')",
    "a CSV": "read_csv('/etc/hostname')",
    "a Parquet file": "read_parquet('x.parquet')",
    "files": "glob('/etc/*')",
    "a query of text": "query('SELECT 1')",
    "a table of text": "query_table('other')",
    "a serialised query": "json_execute_serialized_sql('{}')",
    "a file in a subquery": "(SELECT content FROM read_text('/etc/hostname'))",
    "a file by its name": "(FROM '/etc/hostname')",
    "a description": "(DESCRIBE other)",
    "a pivot": "(PIVOT other ON price)",
    "values": "(VALUES (1))",
    "a common table expression": "(WITH x AS (SELECT 1) FROM x)",
    "a setting that is made": "SET threads = 1",
    "an installation": "1; INSTALL httpfs",
    "an attached database": "1); ATTACH 'x.db'; SELECT (1",
    "a copy": "1) TO '/tmp/x'; --",
    "too deep": "price" + " + 0" * 2_000,
    "far too deep": "(" * 20_000 + "price" + ")" * 20_000,
}

RAW = {"id": "BIGINT", "ts": "TIMESTAMP", "price": "DOUBLE", "size": "DOUBLE", "symbol": "VARCHAR", "late": "BOOLEAN"}
MAPPED = {"ListingId": "id", "TradeTimestamp": "ts", "LocalPrice": "price", "Size": "size"}


@pytest.fixture(scope="module")
def binder() -> Iterator[Binder]:
    with Binder() as opened:
        yield opened


@pytest.mark.parametrize("key", ["columns.LocalPrice", "filter", "sequence", "date_column"])
@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_not_one_scalar_over_a_row_is_refused_by_its_key(text: str, key: str, binder: Binder) -> None:
    own = {"columns": {**MAPPED, "LocalPrice": text}} if key.startswith("columns") else {"columns": MAPPED, key: text}
    with pytest.raises(SourceExpressionError) as caught:
        bind_source("trades", TableConfig(table="raw", **own), RAW, binder)
    (problem,) = caught.value.problems
    assert problem.place == f"TABLES.trades.{key}"
    assert problem.message.startswith(repr(text[:100])[:-1])
    assert len(str(caught.value)) < 1_000


CONTAINED = {
    "a trailing comment": "price -- the last one",
    "a trailing comment with a quote": "price -- isn't it",
    "a comment that closes": "price /* ) */",
    "comments on lines": "-- first\nprice\n-- last",
    "a carriage return": "price --\r+ 0",
    "lines": "CASE\n  WHEN price > 0\n  THEN price\nEND",
    "an alternative": "price + 0 OR false",
    "a sum": "price + 0",
    "quotes": "length('1''0'';--') * 0 + price",
    "dollars": "length($$a;'\n'$$) * 0 + price",
    "escapes": "length(E'\\'\\n') * 0 + price",
    "a text over lines": "CASE WHEN 'a\n    b' = E'a\\n    b' THEN price END",
    "a comment in a text": "CASE WHEN '--' != '/*' THEN price END",
    "a name in quotes": '"price"',
    "a call": "abs(price)",
    "a not": "CASE WHEN NOT(late) THEN price END",
    "a lambda": "list_transform([price], lambda x: x)[1]",
    "a cast": "price::DECIMAL(18, 3)",
    "a struct": "{'a': price}.a",
    "a struct's part by a call": "struct_extract({'now': price}, 'now')",
    "a list in words": "[x * 1 for x in [price] if x > 0][1]",
    "a lambda in a lambda": "list_transform([[price]], lambda x: list_transform(x, lambda y: y + 0)[1])[1]",
    "a column in other letters": "PRICE",
    "a name that is a word for the time": "list_transform([price], lambda now: now)[1]",
    "dates": "CASE WHEN date_trunc('day', ts) = DATE '2025-03-03' AND extract(hour FROM ts) = 9 THEN price END",
    "a call behind": "price.abs()",
    "a collation": "CASE WHEN 'a' COLLATE NOCASE = 'A' THEN price END",
    "a try": "TRY(price / 1)",
    "an interval": "CASE WHEN ts - INTERVAL 1 MILLISECOND < ts THEN price END",
    "nothing but nulls skipped": "coalesce(NULL, nullif(price, -1))",
}


@pytest.mark.parametrize("text", CONTAINED.values(), ids=CONTAINED)
def test_what_is_one_scalar_stays_one_wherever_it_is_placed(text: str) -> None:
    if text.endswith("OR false"):
        text = f"CASE WHEN {text} THEN price END"
    raw = pa.table({"id": [1, 1], "ts": [NINE, NINE], "price": [3.0, 5.0], "size": [2.0, 2.0], "late": [False, False]})
    source = {"data": raw, "columns": {**MAPPED, "LocalPrice": text}, "filter": f"({text}\n) > 3 OR false -- all"}
    (row,) = rows({"TABLES": {"trades": source}, "PASSES": [trade(measures=["OHLC", "Volume", "VWAP"])]})
    assert (row["Open"], row["Close"], row["TradeTotalVolume"], row["TradeTotalVWAP"]) == (5.0, 5.0, 2.0, 5.0)


def test_a_not_keeps_its_meaning_beside_an_in() -> None:
    raw = {"data": pa.table({**trades_of(2), "late": [True, False]}), "columns": {"OnTime": "not(late)"}}
    config = {"UNIVERSE": {"OnTime": ["true"]}, "TABLES": {"trades": raw}, "PASSES": [trade()]}
    assert [row["ListingId"] for row in rows(config)] == [1]


def trades_of(listings: int) -> dict[str, list[Any]]:
    """One trade of each listing, its size the listing's number and one."""
    return {
        "ListingId": list(range(listings)),
        "TradeTimestamp": [NINE] * listings,
        "LocalPrice": [10.0] * listings,
        "Size": [1.0 + listing for listing in range(listings)],
    }


def test_columns_of_the_source_come_before_the_names_they_are_given() -> None:
    raw = pa.table({**trades_of(3), "price": [100.0, 200.0, 300.0]}).rename_columns({"Size": "size"})
    source = {
        "data": raw.drop_columns(["LocalPrice"]),
        "columns": {"LocalPrice": "price / 100", "Size": "size * 10"},
        "filter": "size > 1 AND price < 300",
    }
    (row,) = rows({"TABLES": {"trades": source}, "PASSES": [trade(measures=["OHLC", "Volume"])]})
    assert (row["ListingId"], row["Open"], row["TradeTotalVolume"]) == (1, 2.0, 20.0)


@pytest.fixture(scope="module")
def raw() -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect()
    connection.execute("CREATE TABLE raw AS SELECT 1 AS id, 2.5 AS price UNION ALL SELECT 2, 3.5")
    yield connection
    connection.close()


@given(texts)
@settings(max_examples=50)
def test_anything_is_refused_or_a_scalar(binder: Binder, raw: duckdb.DuckDBPyConnection, text: str) -> None:
    try:
        table = bind_source("t", TableConfig(table="raw", columns={"x": text}), {"id": "INTEGER"}, binder)
    except SourceExpressionError as error:
        assert {problem.place for problem in error.problems} == {"TABLES.t.columns.x"}  # noqa: PT017 - some texts are expressions
    else:
        value = table.columns["x"]
        assert len(raw.sql(f"SELECT {value} AS x FROM raw WHERE {value} IS NOT NULL").fetchall()) in (0, 2)
    assert raw.sql("SHOW TABLES").fetchall() == [("raw",)]


@pytest.mark.parametrize("name", ["Trade Price", "trade-price", "1", "select", "Preis (€)", "a, b", "*"])
def test_a_bare_column_name_needs_no_quotes(name: str, binder: Binder) -> None:
    table = bind_source("t", TableConfig(table="t", columns={"x": name}), {name: "INTEGER"}, binder)
    assert (table.columns["x"].text, table.types["x"]) == (quoted(name), "INTEGER")


def test_every_expression_that_is_wrong_is_told_of_in_every_table() -> None:
    trades = {
        "table": "raw",
        "columns": {**MAPPED, "LocalPrice": "pricce", "MIC": "sum(size)"},
        "filter": "size",
        "sequence": "a, b",
    }
    problems = refused(
        SourceExpressionError,
        trade(),
        generic("minutes", group_by=["InstrumentId"], aggregations={"TradeTotalVolume": "sum"}),
        schemas={"trades": RAW, "reference": {"ListingId": "BIGINT", "InstrumentId": "BIGINT"}},
        TABLES={"trades": trades, "reference": {"table": "r", "filter": "active"}},
    )
    assert [problem.place.removeprefix("TABLES.") for problem in problems] == [
        "trades.columns.LocalPrice",
        "trades.columns.MIC",
        "trades.filter",
        "trades.sequence",
        "reference.filter",
    ]
    assert problems[0].suggestion == "did you mean price?"


@pytest.mark.parametrize(("text", "type_"), [("size", "DOUBLE"), ("symbol", "VARCHAR"), ("1", "INTEGER")])
def test_a_filter_is_a_condition(text: str, type_: str) -> None:
    (problem,) = refused(
        SourceExpressionError,
        trade(),
        schemas={"trades": RAW},
        TABLES={"trades": {"table": "raw", "columns": MAPPED, "filter": text}},
    )
    assert problem.message == f"{text!r} is not a condition but {type_}"


@pytest.mark.parametrize("terms", [100, 400, 900])
def test_a_deep_expression_is_taken_or_refused_and_nothing_else(terms: int, binder: Binder) -> None:
    config = TableConfig(table="t", columns={"x": "id" + " + 0" * terms})
    try:
        told = bind_source("t", config, {"id": "INTEGER"}, binder).types["x"]
    except SourceExpressionError as error:
        told = error.problems[0].message.split(": ")[-1]
    assert told in ({"INTEGER"} if terms == 100 else {"INTEGER", "it is nested too deeply"})


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({**TRADES, "x": "NO_SUCH_TYPE"}, "NO_SUCH_TYPE"),
        ({**TRADES, "size": "DOUBLE"}, "size already exists"),
        ({}, "at least one column"),
    ],
    ids=["type", "twice", "empty"],
)
def test_a_schema_that_no_table_can_have_is_refused(schema: dict[str, str], told: str) -> None:
    (problem,) = refused(BindingError, trade(), schemas={"trades": schema})
    assert told in problem.message.replace('"', "")  # DuckDB 1.5 does not quote names
    assert problem.place == "TABLES.trades"


def test_a_mapped_column_stands_for_the_one_that_differs_in_case_only() -> None:
    lower = {name.lower(): type_ for name, type_ in BARS.items()}
    mapping = {"ListingId": "listingid", "TimeBucket": "timebucket", "Close": "close * 2"}
    found = only(over_bars(generic("vendor"), schema=lower, columns=mapping))
    assert [column.name for column in found.columns] == ["ListingId", "TimeBucket", "Close", "volume", "venue"]
    assert "CASE WHEN (close * 2) IS DISTINCT FROM 'NaN' THEN (close * 2) END AS Close" in found.sql
