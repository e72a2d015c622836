"""What notebooks and other libraries get of a compiled pipeline."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

import basalt
from basalt.compiler.model import CompiledPipeline
from basalt.errors import UnknownPassError

TRADES = pa.table(
    {
        "ListingId": [1, 1, 2],
        "TradeTimestampNanoseconds": [10**9 * each for each in (30, 90, 40)],
        "LocalPrice": [10.0, 11.0, None],
        "Size": [1.0, 2_000_000.0, 3.0],
        "MIC": ["<i>:x", "<i>:x", "<i>:x"],
    }
)
PASSES: list[dict[str, Any]] = [
    {
        "name": "minutes",
        "modules": ["trade"],
        "trade_analytics": {"generic_metrics": [{"measures": ["Volume", "OHLC"]}]},
    },
    {
        "name": "fives",
        "modules": ["generic"],
        "generic_analytics": {
            "source_pass": "minutes",
            "resample_rule": "5m",
            "aggregations": {"TradeTotalVolume": "sum", "Close": "last"},
        },
    },
]
CONFIG = {"PASSES": PASSES, "UNIVERSE": {"MIC": ["<i>:x"]}}
VOLUMES = [(1, 2_000_001.0, 11.0), (2, 3.0, None)]


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.register("trades", TRADES)
    return opened


@pytest.fixture
def compiled(connection: duckdb.DuckDBPyConnection) -> CompiledPipeline:
    return basalt.compile(CONFIG, connection=connection)


def text_of(html: str) -> str:
    return re.sub(r"<style>.*?</style>|<[^>]*>", " ", html, flags=re.DOTALL)


def test_a_pass_shows_its_columns_and_its_sql_in_colours(compiled: CompiledPipeline) -> None:
    html = compiled.passes["fives"]._repr_html_()
    words = " ".join(text_of(html).split())
    assert (
        "fives generic, 300 s buckets (start, end], labelled by their end; one row per ListingId, TimeBucket" in words
    )
    assert "TradeTotalVolume DOUBLE quantity Traded quantity (Total)" in words
    assert '<span class="k">SELECT</span>' in html
    assert "&lt;i&gt;" in compiled.passes["minutes"]._repr_html_()
    assert "<i>" not in compiled.passes["minutes"]._repr_html_()


def test_a_pipeline_and_a_run_show_the_graph(compiled: CompiledPipeline, connection: duckdb.DuckDBPyConnection) -> None:
    html = compiled._repr_html_()
    assert html.count('class="pass"') == 4  # two passes, across and down
    with basalt.run(CONFIG, connection=connection) as result:
        assert result._repr_html_() == html


def test_a_result_shows_its_first_rows(connection: duckdb.DuckDBPyConnection) -> None:
    with basalt.run(CONFIG, connection=connection) as result:
        html = result["fives"]._repr_html_()
    rows = re.findall(r"<tr>(.*?)</tr>", html)
    assert '<th class="number">TradeTotalVolume<small>quantity</small></th>' in rows[0]
    cells = sorted(tuple(re.findall(r"<td[^>]*>(.*?)</td>", row)) for row in rows[1:])
    assert cells == [("1", "1970-01-01 00:05:00", "2e+06", "11"), ("2", "1970-01-01 00:05:00", "3", "")]


def test_a_pass_is_a_relation_of_any_connection_with_the_sources(
    compiled: CompiledPipeline, connection: duckdb.DuckDBPyConnection
) -> None:
    found = compiled.relation("fives", connection).order("ListingId")
    assert found.project("ListingId, TradeTotalVolume, Close").fetchall() == VOLUMES
    assert compiled.statement("fives") == compiled.scripts("ctes")["fives"]
    with pytest.raises(UnknownPassError, match="there is no pass 'five'; there are minutes, fives"):
        compiled.relation("five", connection)


def test_databases_are_attached_to_the_connection(tmp_path: Path) -> None:
    path = str(tmp_path / "market.duckdb")
    with duckdb.connect(path) as source:
        source.register("rows", TRADES)
        source.execute("CREATE TABLE trades AS FROM rows")
    config = {"TABLES": {"trades": {"database": path, "table": "trades"}}, "PASSES": PASSES}
    pipeline = basalt.compile(config)
    with duckdb.connect() as other:
        assert len(pipeline.relation("fives", other).fetchall()) == 2
        assert len(pipeline.relation("minutes", other).fetchall()) == 3


def test_no_colon_is_a_parameter_of_sqlalchemy(
    compiled: CompiledPipeline, connection: duckdb.DuckDBPyConnection
) -> None:
    clause = compiled.to_sqlalchemy("fives")
    assert clause.compile().params == {}
    sql = str(clause.compile())
    assert ":x" in sql
    found = connection.sql(sql).order("ListingId")
    assert found.project("ListingId, TradeTotalVolume, Close").fetchall() == VOLUMES


@pytest.mark.skipif(not duckdb.__version__.startswith("1."), reason="Ibis reads DuckDB 1")
def test_a_pass_is_a_table_of_ibis(compiled: CompiledPipeline, connection: duckdb.DuckDBPyConnection) -> None:
    pytest.importorskip("ibis", reason="an extra")
    connection.execute("CREATE TABLE kept AS FROM trades")
    table = compiled.to_ibis("fives", connection)
    assert table.columns == ("ListingId", "TimeBucket", "TradeTotalVolume", "Close")
    total = table.TradeTotalVolume.sum().to_pyarrow().as_py()
    assert total == 2_000_004.0
