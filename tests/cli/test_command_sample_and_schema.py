from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from command_line import Command

from basalt.catalog.indicators import indicator_names

SMALL = ("--instruments", "2", "--venues", "1", "--days", "1", "--trades", "200", "--updates", "100")


def test_sample_writes_a_market_and_says_what_to_run_next(command: Command, folder: Path) -> None:
    done = command("sample", "a market", *SMALL, "--start", "2024-01-10", "--seed", "3", "--levels", "2")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert [line.split() for line in lines[:3]] == [["table", "rows"], ["trades", "200"], ["l2", "100"]]
    assert pq.read_metadata(folder / "a market/data/trades/date=2024-01-10/trades.parquet").num_rows == 200
    start, _, following = lines[-1].partition(": basalt ")
    assert start == "Next"
    assert command(*shlex.split(following)).code == 0
    assert (folder / "a market/output/sample/pass2/2024-01-10_2024-01-10.parquet").is_file()


def test_sample_replaces_an_earlier_one_only_when_told(command: Command) -> None:
    assert command("sample", "market", *SMALL).code == 0
    again = command("sample", "market", *SMALL)
    assert (again.code, again.out) == (1, "")
    assert again.err.startswith("error BAS501: market\n")
    assert command("sample", "market", *SMALL, "--overwrite").code == 0


def test_sample_tells_all_that_is_wrong_with_its_options(command: Command, folder: Path) -> None:
    done = command("sample", "market", "--days", "0", "--levels", "-1")
    assert done.code == 2
    assert done.err == (
        "error BAS101: days\n  must lie between 1 and 2000, not 0\n\n"
        "error BAS101: levels\n  must lie between 1 and 50, not -1\n"
    )
    assert not (folder / "market").exists()


def test_schema_knows_the_measures_and_the_indicators(command: Command) -> None:
    done = command("schema")
    assert (done.code, done.err) == (0, "")
    schema = json.loads(done.out)
    assert "PASSES" in schema["properties"]
    measures = list(enumerations(schema["$defs"]["TradeGenericConfig"]["properties"]["measures"]))
    assert measures
    assert all({"Volume", "VWAP", "OHLC"} <= set(words) for words in measures)
    assert schema["$defs"]["TalibIndicatorConfig"]["properties"]["name"]["enum"] == list(indicator_names())


def enumerations(schema: Any) -> Iterator[list[str]]:  # noqa: ANN401 - JSON
    """Yield every list of words in a part of a schema."""
    if isinstance(schema, dict):
        if "enum" in schema:
            yield schema["enum"]
        for part in schema.values():
            yield from enumerations(part)
    if isinstance(schema, list):
        for part in schema:
            yield from enumerations(part)
