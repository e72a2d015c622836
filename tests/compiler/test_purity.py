"""A compile is a function of the configuration and the schemas, and of nothing else."""

from __future__ import annotations

import ast
import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from asked import BARS, SIDES, TRADES, compiled, generic, indicator, only, over_bars, trade

import basalt
from basalt.compiler.model import CompiledPipeline
from basalt.configuration import AnalyticsConfig

MEASURES = ("OHLC", "VWAP", "Volume", "Count", "AvgPrice")
PIPELINE: dict[str, Any] = {
    "START_DATE": "2025-03-03",
    "END_DATE": "2025-03-07",
    "UNIVERSE": {"MIC": ["XPAR", "XLON"], "CurrencyCode": "EUR"},
    "TABLES": {"vendor": {"table": "vendor", "filter": "Close > 0", "columns": {"Volume": "Volume / 2"}}},
    "PASSES": [
        generic("quarters", "hours", resample_rule="1h", aggregations={"Close": "last", "TradeBidVWAP": "auto"}),
        trade("minutes", MEASURES, sides=list(SIDES)),
        generic(
            "minutes",
            "quarters",
            group_by=["ListingId", "InstrumentId", "TimeBucket"],
            resample_rule="15m",
            aggregations={"Close": "last", "Open": "first", "TradeBidVWAP": "auto", "TradeTotalVolume": "sum"},
            talib_indicators=[indicator("MACD"), indicator("SMA", timeperiod=3)],
        ),
        trade("medians", ("MedianPrice", "Volatility", "AuctionNotional"), sides=["Total", "Ask"]),
        generic("vendor", "passed", talib_indicators=[indicator("BBANDS")]),
    ],
}
SCHEMAS = {"vendor": BARS}

COMPILE = """
import json, os, sys
import basalt
pipeline, schemas = json.load(sys.stdin)
compiled = basalt.compile(pipeline, schemas=schemas)
seen = []
sys.addaudithook(lambda event, arguments: seen.append(event))
basalt.compile(pipeline | {"DATASETNAME": "again"}, schemas=schemas)
compiling = list(seen)
os.listdir()
assert seen[len(compiling):] == ["os.listdir"], seen
sys.stdout.write("\\0".join([compiled.to_json(), compiled.script(), repr(compiling)]))
"""
"""Compiles, and compiles once more under watch when templates and libraries are there: no file, no network."""


def in_a_fresh_process(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a program that reads the pipeline and its schemas, in a process of its own."""
    paths = [str(Path(basalt.__file__).parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    return subprocess.run(
        [sys.executable, "-c", program],
        input=json.dumps([PIPELINE, SCHEMAS]).encode(),
        capture_output=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment},
        check=False,
    )


@pytest.mark.parametrize(
    ("hash_seed", "zone", "folder"), [("1", "America/New_York", "there"), ("4294967295", "Asia/Kolkata", "a b'c")]
)
def test_a_fresh_process_gives_the_same_bytes_and_touches_nothing(
    hash_seed: str, zone: str, folder: str, tmp_path: Path
) -> None:
    (tmp_path / folder).mkdir()
    ran = in_a_fresh_process(COMPILE, tmp_path / folder, PYTHONHASHSEED=hash_seed, TZ=zone)
    assert ran.stderr == b""
    here = basalt.compile(PIPELINE, schemas=SCHEMAS)
    assert ran.stdout.decode().split("\0") == [here.to_json(), here.script(), "[]"]
    assert list((tmp_path / folder).iterdir()) == []


UNREPEATABLE = {"time", "random", "os", "socket", "uuid", "locale", "tempfile", "subprocess", "getpass", "platform"}


def imports(path: Path) -> set[str]:
    """The first names of all modules that a file imports, and the attributes that tell the time."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                found |= {each.name.split(".")[0] for each in names}
            case ast.ImportFrom(module=str(module)):
                found.add(module.split(".")[0])
            case ast.Attribute(attr="now" | "today" | "utcnow" | "environ" | "cwd" as attribute):
                found.add(attribute)
    return found


@pytest.mark.parametrize("folder", ["compiler", "catalog"])
def test_no_module_of_the_compiler_can_ask_for_the_time_or_the_environment(folder: str) -> None:
    files = sorted((Path(basalt.__file__).parent / folder).rglob("*.py"))
    assert len(files) > 3
    told = {path.name: imports(path) & (UNREPEATABLE | {"now", "today", "utcnow", "environ", "cwd"}) for path in files}
    assert {name: found for name, found in told.items() if found} == {}


def test_compiling_twice_gives_equal_pipelines_and_leaves_the_configuration_as_it_was() -> None:
    pipeline, schemas = copy.deepcopy(PIPELINE), copy.deepcopy(SCHEMAS)
    first = basalt.compile(pipeline, schemas=schemas)
    assert basalt.compile(pipeline, schemas=schemas) == first
    assert (pipeline, schemas) == (PIPELINE, SCHEMAS)


def test_a_model_and_a_mapping_compile_to_the_same() -> None:
    model = AnalyticsConfig.model_validate(PIPELINE)
    assert basalt.compile(model, schemas=SCHEMAS) == basalt.compile(PIPELINE, schemas=SCHEMAS)


def test_a_pipeline_goes_to_json_and_back() -> None:
    pipeline = basalt.compile(PIPELINE, schemas=SCHEMAS)
    text = pipeline.to_json()
    again = CompiledPipeline.from_json(text)
    assert again == pipeline
    assert again.to_json() == text
    assert list(again.passes) == ["minutes", "medians", "passed", "quarters", "hours"]
    assert json.loads(text)["passes"]["quarters"]["sql"] == pipeline.passes["quarters"].sql


def test_the_order_of_columns_in_a_schema_means_nothing_to_metrics() -> None:
    backwards = {"trades": dict(reversed(TRADES.items()))}
    asked = trade(measures=["OHLC", "VWAP", "Count"])
    assert compiled(asked, schemas=backwards) == compiled(asked, schemas={"trades": TRADES})


def test_the_order_of_columns_in_a_schema_is_that_of_rows_that_pass_through() -> None:
    backwards = dict(reversed(BARS.items()))
    names = [column.name for column in only(over_bars(generic("vendor"), schema=backwards)).columns]
    assert names == ["ListingId", "TimeBucket", "Venue", "Volume", "Close"]


def test_the_order_of_tables_in_schemas_means_nothing() -> None:
    schemas = {"reference": {"ListingId": "BIGINT", "InstrumentId": "BIGINT"}, "vendor": BARS, "trades": TRADES}
    passes = [
        trade(),
        generic("minutes", aggregations={"TradeTotalVolume": "sum"}, group_by=["InstrumentId"]),
        generic("vendor", "passed"),
    ]
    tables = {name: {"table": name} for name in schemas}
    assert compiled(*passes, schemas=schemas, TABLES=tables) == compiled(
        *passes, schemas=dict(reversed(schemas.items())), TABLES=dict(reversed(tables.items()))
    )


def test_a_fingerprint_is_of_what_decides_the_numbers() -> None:
    def fingerprint(**settings: object) -> str:
        return only(over_bars(generic("vendor", **settings))).fingerprint

    plain = fingerprint()
    assert fingerprint() == plain
    with_average = fingerprint(talib_indicators=[indicator("SMA", timeperiod=3)])
    assert len({plain, with_average, fingerprint(talib_indicators=[indicator("SMA", timeperiod=4)])}) == 3
