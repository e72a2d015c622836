"""What scripts say besides the SQL, and what cannot be a script."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from sampled import SMA, Config, minutes, regrouped

import basalt
from basalt.compiler.model import CompiledPipeline
from basalt.errors import CallError, CompileError, IncompleteSqlError

COMPILER = Path(basalt.__file__).parent / "compiler"
TRADES = {
    "ListingId": "BIGINT",
    "TradeTimestamp": "TIMESTAMP",
    "LocalPrice": "DOUBLE",
    "Size": "DOUBLE",
    "AggressorSide": "BIGINT",
}


def compiled(*passes: Config, complete: bool = True, **arguments: Any) -> CompiledPipeline:  # noqa: ANN401 - of compile
    schemas = {"trades": TRADES, "reference": {"ListingId": "BIGINT", "InstrumentId": "BIGINT"}}
    return basalt.compile({"PASSES": list(passes)}, complete=complete, schemas=schemas, **arguments)


def connection_with_sources() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    columns = ", ".join(f"{name} {type_}" for name, type_ in TRADES.items())
    connection.execute(f"CREATE TABLE trades ({columns}); CREATE TABLE reference (ListingId INT, InstrumentId INT)")
    return connection


@pytest.mark.parametrize(("form", "catalogue"), [("views", "duckdb_views()"), ("tables", "duckdb_tables()")])
def test_a_database_keeps_what_each_column_means(form: str, catalogue: str) -> None:
    pipeline = compiled(minutes(), regrouped(talib_indicators=[SMA]))
    with connection_with_sources() as connection:
        for text in pipeline.scripts(form).values():
            connection.execute(text)
        query = "SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ? ORDER BY column_index"
        told = {name: dict(connection.execute(query, [name]).fetchall()) for name in pipeline.passes}
        kind = catalogue.removeprefix("duckdb_").removesuffix("s()")
        passes = dict(
            connection.sql(f"SELECT {kind}_name, comment FROM {catalogue} WHERE comment IS NOT NULL").fetchall()
        )
    for name, each in pipeline.passes.items():
        assert list(told[name]) == [column.name for column in each.columns]
        assert None not in told[name].values()
    assert told["minutes"]["TradeTotalVolume"] == "Traded quantity (Total) [quantity]; 0 when no trade counts"
    assert told["minutes"]["TimeBucket"] == "60 s buckets (start, end], labelled by their end [UTC]"
    assert told["quarters"]["SMA_3"].endswith(" [price]; null for the first 2 values and where the input is null")
    assert passes == {
        "minutes__states": "what later passes read of minutes",
        "minutes": "trade, 60 s buckets (start, end], labelled by their end; one row per ListingId, TimeBucket",
        "quarters": "generic, 900 s buckets (start, end], labelled by their end; one row per InstrumentId, TimeBucket",
    }


def test_a_macro_says_what_its_columns_mean() -> None:
    pipeline = compiled(minutes(), parametric=True)
    with connection_with_sources() as connection:
        connection.execute(pipeline.scripts("macros")["minutes"])
        query = "SELECT comment, parameters FROM duckdb_functions() WHERE function_name = 'minutes'"
        ((comment, parameters),) = connection.sql(query).fetchall()
    assert parameters == ["start_date", "end_date"]
    assert "\nTradeTotalVolume: Traded quantity (Total) [quantity]; 0 when no trade counts\n" in comment


def test_names_that_sql_has_to_quote_are_quoted() -> None:
    bars = {**minutes(), "name": "my-bars"}
    later = regrouped("my-bars", "select")
    with connection_with_sources() as connection:
        for text in compiled(bars, later).scripts("views").values():
            connection.execute(text)
        for text in compiled(bars, later, parametric=True).scripts("macros").values():
            connection.execute(text)
        assert connection.sql('FROM "select"').columns == ["InstrumentId", "TimeBucket", "Close"]
        assert connection.sql('FROM "select"(NULL, NULL)').columns == ["InstrumentId", "TimeBucket", "Close"]


@pytest.mark.parametrize("form", ["views", "tables", "ctes", "macros"])
def test_indicators_that_a_run_adds_are_refused_and_not_left_out(form: str) -> None:
    indicators = [SMA, {"name": "KAMA", "input_col": "Close", "timeperiod": 3}]
    later = regrouped(talib_indicators=indicators, indicators="arrow")
    pipeline = compiled(minutes(), later, parametric=form == "macros")
    with pytest.raises(IncompleteSqlError) as refused:
        pipeline.scripts(form)
    (problem,) = refused.value.problems
    assert problem.place == "pass quarters: generic_analytics.indicators"
    assert "SMA(Close, timeperiod=3), KAMA(Close, timeperiod=3) of pass quarters would be missing" in problem.message
    assert problem.suggestion.startswith("set it to udf, or leave it out")
    only = compiled(minutes(), regrouped(talib_indicators=[SMA], indicators="arrow"), parametric=form == "macros")
    with pytest.raises(IncompleteSqlError, match=r"\(set it to sql, or leave it out\)"):
        only.scripts(form)


def test_data_in_memory_is_refused() -> None:
    trades = pa.table({"ListingId": [1], "TradeTimestampNanoseconds": [0], "LocalPrice": [1.0], "Size": [1.0]})
    plain = {**minutes(), "trade_analytics": {"generic_metrics": [{"measures": "Volume"}]}}
    pipeline = basalt.compile({"PASSES": [plain]}, tables={"trades": trades})
    with pytest.raises(IncompleteSqlError, match="table trades is data in memory, which SQL cannot read elsewhere"):
        pipeline.scripts("views")


def test_a_pass_with_the_name_of_a_step_of_its_reader_cannot_stand_beside_it() -> None:
    pipeline = compiled({**minutes(), "name": "Source_bars"}, regrouped("Source_bars", aggregations={"Open": "max"}))
    with connection_with_sources() as connection:
        for text in pipeline.scripts("views").values():
            connection.execute(text)
    with pytest.raises(CompileError, match="Source_bars is the name of a step of quarters"):
        pipeline.scripts("ctes")


def test_a_column_with_the_name_of_a_parameter_is_refused() -> None:
    schemas = {"trades": {**TRADES, "Start_Date": "DATE"}}
    basalt.compile({"PASSES": [minutes()]}, schemas=schemas)
    with pytest.raises(CompileError, match="table trades has a column Start_Date, which is what a macro calls its"):
        basalt.compile({"PASSES": [minutes()]}, schemas=schemas, parametric=True)


def test_macros_and_nothing_else_have_parameters() -> None:
    with pytest.raises(CallError, match="views were asked for of a pipeline whose SQL has parameters"):
        compiled(minutes(), parametric=True).scripts("views")
    with pytest.raises(CallError, match="macros were asked for of a pipeline whose SQL has no parameters"):
        compiled(minutes()).scripts("macros")


def test_scripts_are_the_same_each_time_and_survive_json() -> None:
    passes = (minutes(), regrouped(talib_indicators=[SMA]))
    for form in ("views", "tables", "ctes", "macros"):
        once = compiled(*passes, parametric=form == "macros")
        again = CompiledPipeline.from_json(compiled(*passes, parametric=form == "macros").to_json())
        assert once.scripts(form) == again.scripts(form)


def test_the_compiler_asks_for_dates_in_one_place() -> None:
    naming = {path.name for path in COMPILER.rglob("*.py") if "config.START_DATE" in path.read_text(encoding="utf-8")}
    assert naming == {"day_range.py"}
