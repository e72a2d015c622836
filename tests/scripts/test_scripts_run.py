"""Scripts that stand without Basalt give, on a DuckDB that knows nothing of it, what a run gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sampled import FIRST, LAST, MIDDLE, PIPELINES, RENAMED, SMA, Config, assert_same_rows, minutes, regrouped, tables

import basalt
from basalt.compiler.model import CompiledPipeline

every_pipeline = pytest.mark.parametrize("name", PIPELINES)


def pipeline(market: Path, name: str, **settings: Any) -> Config:  # noqa: ANN401 - settings of a pipeline
    return {"TABLES": tables(market), "PASSES": PIPELINES[name], **settings}


@contextmanager
def executed(scripts: Mapping[str, str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """Run scripts on a connection of their own, whose time zone is not UTC."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        for text in scripts.values():
            connection.execute(text)
        yield connection


def assert_as_run(config: Config, compiled: CompiledPipeline, connection: duckdb.DuckDBPyConnection, call: str) -> None:
    """Compare what ``call`` of each pass gives with a run of the pipeline."""
    with basalt.run(config) as result:
        for name, each in compiled.passes.items():
            assert_same_rows(connection.sql(call.format(name)), result[name].relation, each.keys)


@every_pipeline
@pytest.mark.parametrize("form", ["views", "tables"])
def test_views_and_tables_hold_what_a_run_gives(market: Path, name: str, form: str) -> None:
    config = pipeline(market, name, START_DATE=MIDDLE)
    compiled = basalt.compile(config, complete=True)
    with executed(compiled.scripts(form)) as connection:
        assert_as_run(config, compiled, connection, "FROM {}")
        kinds = connection.sql("SELECT DISTINCT table_type FROM information_schema.tables").fetchall()
    assert kinds == [("VIEW" if form == "views" else "BASE TABLE",)]


@every_pipeline
def test_one_statement_gives_what_a_run_gives(market: Path, name: str) -> None:
    config = pipeline(market, name, END_DATE=MIDDLE)
    compiled = basalt.compile(config, complete=True)
    statements = compiled.scripts("ctes")
    with duckdb.connect() as connection, basalt.run(config) as result:
        for each, text in statements.items():
            assert_same_rows(connection.sql(f"FROM (\n{text})"), result[each].relation, compiled.passes[each].keys)
        assert connection.sql("SELECT count(*) FROM information_schema.tables").fetchall() == [(0,)]


@every_pipeline
def test_macros_take_any_range_of_dates(market: Path, name: str) -> None:
    config = pipeline(market, name, START_DATE=MIDDLE, END_DATE=MIDDLE)
    compiled = basalt.compile(config, complete=True, parametric=True)
    with executed(compiled.scripts("macros")) as connection:
        assert_as_run(config, compiled, connection, "FROM {}()")
        for first, last in [(FIRST, MIDDLE), (LAST, None)]:
            days = {"START_DATE": first, "END_DATE": last}
            call = ", ".join(f"'{day}'" if day else "NULL" for day in days.values())
            assert_as_run(config | days, compiled, connection, f"FROM {{}}({call})")


@pytest.mark.parametrize("name", RENAMED)
def test_macros_compare_event_times_of_any_type(market: Path, name: str) -> None:
    trades = {"path": f"{market}/data/trades/**/*.parquet", **RENAMED[name]}
    config = {"TABLES": {**tables(market), "trades": trades}, "PASSES": [minutes(420)]}
    compiled = basalt.compile(config, parametric=True)
    with executed(compiled.scripts("macros")) as connection:
        assert_as_run(
            config | {"START_DATE": MIDDLE, "END_DATE": MIDDLE},
            compiled,
            connection,
            f"FROM {{}}('{MIDDLE}', '{MIDDLE}')",
        )
        assert_as_run(
            config | {"START_DATE": MIDDLE}, compiled, connection, f"FROM {{}}(start_date := DATE '{MIDDLE}')"
        )


@pytest.mark.parametrize("label", ["TIMESTAMP", "TIMESTAMPTZ", "TIMESTAMP_NS"])
def test_macros_cut_bars_by_their_labels(market: Path, label: str, tmp_path: Path) -> None:
    run = basalt.run({"TABLES": tables(market), "PASSES": [minutes(420)]})
    bars = f"{tmp_path}/bars.parquet"
    with run as result:
        zoned = "TimeBucket AT TIME ZONE 'UTC'" if label == "TIMESTAMPTZ" else f"TimeBucket::{label}"
        result["minutes"].relation.project(f"ListingId, {zoned} AS TimeBucket, Close").write_parquet(bars)
    read = regrouped("bars", "wide", group_by=["ListingId", "TimeBucket"], resample_rule="14m")
    config = {"TABLES": {"bars": {"path": bars, "time_bucket_seconds": 420}}, "PASSES": [read]}
    compiled = basalt.compile(config, parametric=True)
    with executed(compiled.scripts("macros")) as connection:
        for day in (FIRST, MIDDLE):
            assert_as_run(
                config | {"START_DATE": day, "END_DATE": day}, compiled, connection, f"FROM {{}}('{day}', '{day}')"
            )


def test_macros_skip_files_outside_of_their_dates(market: Path) -> None:
    trades = {"path": f"{market}/data/trades/**/*.parquet", "date_column": "date"}
    config = {"TABLES": {"trades": trades}, "PASSES": [minutes()]}
    with executed(basalt.compile(config, parametric=True).scripts("macros")) as connection:
        (plan,) = [text for _, text in connection.sql(f"EXPLAIN ANALYZE FROM minutes('{LAST}', '{LAST}')").fetchall()]
    assert "Scanning Files: 2/3" in plan or "Total Files Read: 2" in plan, plan


def test_functions_of_talib_are_named_by_scripts_that_call_them(market: Path) -> None:
    passes = [minutes(), regrouped(talib_indicators=[SMA], indicators="udf")]
    config = {"TABLES": tables(market), "PASSES": passes}
    compiled = basalt.compile(config)
    for form in ("views", "ctes"):
        text = compiled.scripts(form)["quarters"]
        assert text.startswith("-- calls talib_sma, which basalt.register_functions(connection) adds\n")
    with duckdb.connect() as connection, basalt.run(config) as result:
        basalt.register_functions(connection)
        found = connection.sql(compiled.scripts("ctes")["quarters"])
        assert_same_rows(found, result["quarters"].relation, compiled.passes["quarters"].keys)


def test_databases_are_attached_by_scripts(market: Path, tmp_path: Path) -> None:
    path = tmp_path / "market's.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"CREATE TABLE trades AS FROM '{market}/data/trades/**/*.parquet'")
    config = {"TABLES": {"trades": {"database": str(path), "table": "trades"}}, "PASSES": [minutes()]}
    compiled = basalt.compile(config)
    attach = f"ATTACH IF NOT EXISTS '{tmp_path}/market''s.duckdb' AS \"market's\" (READ_ONLY);"
    assert compiled.scripts("ctes")["minutes"].startswith(f"-- reads a database: {attach}\n")
    with executed(compiled.scripts("views")) as connection:
        assert_as_run(config, compiled, connection, "FROM {}")
