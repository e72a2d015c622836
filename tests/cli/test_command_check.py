"""``basalt check`` tells what is wrong without running anything; ``basalt compile --checks`` prints SQL that runs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from command_line import FIVE_MINUTES, MINUTES, PIPELINE, TABLES, Command, write_pipeline

QUALITY = {"unique": True, "range": {"columns": "Close", "min": 0}, "ohlc": True}


def test_what_is_well_is_told_and_nothing_runs(command: Command, folder: Path) -> None:
    write_pipeline({**PIPELINE, "PASSES": [{**MINUTES, "quality": QUALITY}, FIVE_MINUTES]})
    done = command("check", "pipeline.yaml")
    assert (done.code, done.err) == (0, "")
    assert [re.split(" {2,}", line) for line in done.out.splitlines()] == [
        ["what", "name", "found", "status"],
        ["table", "trades", "4 columns", "ok"],
        ["pass", "minutes", "7 columns, 3 checks", "ok"],
        ["pass", "five_minutes", "4 columns", "ok"],
    ]
    assert not (folder / "data").exists()


def broken(**changes: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a configuration takes
    """The pipeline with something wrong."""
    return {**PIPELINE, **changes}


WRONG = {
    "a key": (broken(TABLE={}), "configuration", "BAS101", "unknown key 'TABLE'"),
    "no file": (broken(TABLES={"trades": "missing.parquet"}), "table", "BAS202", "missing.parquet"),
    "no source": (broken(TABLES={}), "pass", "BAS202", "reads table 'trades', which has no source"),
    "a measure": (
        broken(PASSES=[{**MINUTES, "trade_analytics": {"generic_metrics": [{"measures": "Volum"}]}}]),
        "pass",
        "BAS205",
        "Volum",
    ),
    "a check": (broken(QUALITY={"not_null": "Closs"}), "pass", "BAS203", "no column 'Closs'"),
    "columns": (
        broken(QUALITY={"columns": {"names": ["Close", "VWAP"]}}),
        "pass",
        "BAS410",
        "it does not have VWAP",
    ),
    "a lock": (broken(SCHEMA_LOCK={}), "lock", "BAS411", "there is no schema lock"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_told_in_words_and_as_json(command: Command, case: str) -> None:
    pipeline, kind, code, message = WRONG[case]
    write_pipeline(pipeline)
    done = command("check", "pipeline.yaml")
    assert done.code == 1
    assert f"\nerror {code}: " in done.out
    assert message in done.out
    done = command("check", "pipeline.yaml", "--json")
    assert (done.code, done.err) == (1, "")
    told = json.loads(done.out)
    assert told["ok"] is False
    wrong = [finding for finding in told["findings"] if finding["status"] == "problem"]
    assert {finding["kind"] for finding in wrong} == {kind}
    assert message in wrong[0]["problems"][0]["message"]
    assert {problem["code"] for finding in wrong for problem in finding["problems"]} == {code}


def test_all_broken_sources_are_told_together(command: Command) -> None:
    Path("broken.parquet").write_bytes(b"PAR1 nothing PAR1")
    grouped = {
        **FIVE_MINUTES,
        "generic_analytics": {**FIVE_MINUTES["generic_analytics"], "group_by": ["Country", "TimeBucket"]},
    }
    write_pipeline(
        {"TABLES": {"trades": "missing.parquet", "reference": "broken.parquet"}, "PASSES": [MINUTES, grouped]}
    )
    done = command("check", "pipeline.yaml")
    assert done.code == 1
    assert [line for line in done.out.splitlines() if line.startswith("error")] == [
        "error BAS202: TABLES.trades.path",
        "error BAS202: TABLES.reference.path",
    ]


def test_warnings_are_no_problems(command: Command) -> None:
    write_pipeline(broken(QUALITY={"on_failure": "warn", "columns": {"names": ["VWAP"]}}, SCHEMA_LOCK={"mode": "warn"}))
    done = command("check", "pipeline.yaml")
    assert done.code == 0
    assert done.out.count("\nwarning: ") == 3  # both passes, and the lock
    assert json.loads(command("check", "pipeline.yaml", "--json").out)["ok"] is True


def test_files_that_disagree_are_found(command: Command, folder: Path) -> None:
    trades = pq.read_table("trades.parquet")
    pq.write_table(trades.set_column(2, "LocalPrice", pa.array([10] * len(trades))), folder / "a.parquet")
    write_pipeline(broken(TABLES={"trades": ["a.parquet", *TABLES.values()]}))
    done = command("check", "pipeline.yaml")
    assert done.code == 1
    assert "column LocalPrice is DOUBLE in " in done.out


def test_the_sql_of_checks_runs_and_counts(command: Command) -> None:
    write_pipeline(
        {**PIPELINE, "PASSES": [{**MINUTES, "quality": {**QUALITY, "range": {"columns": "Close", "max": 12}}}]}
    )
    views = command("compile", "pipeline.yaml").out
    done = command("compile", "pipeline.yaml", "--checks", "--pass", "minutes")
    assert (done.code, done.err) == (0, "")
    with duckdb.connect() as connection:
        connection.execute(views)
        first, *others = duckdb.extract_statements(done.out)
        names = connection.sql(first.query).columns
        assert dict(zip(names, connection.sql(first.query).fetchall()[0], strict=True)) == {
            "rows": 4,
            "outside_Close": 2,
            "ohlc_Open_High_Low_Close": 0,
            "repeated_ListingId_TimeBucket": 0,
        }
        found = [connection.execute(each.query).fetchall() for each in others]
    assert found[0] == [("1", "2025-03-03 09:06:00", "13.0"), ("1", "2025-03-04 09:01:00", "14.0")]


@pytest.mark.parametrize("others", [("--format", "json"), ("--complete",), ("--pass", "five_minutes")])
def test_what_goes_not_with_checks_is_refused(command: Command, others: tuple[str, ...]) -> None:
    write_pipeline({**PIPELINE, "PASSES": [{**MINUTES, "quality": QUALITY}, FIVE_MINUTES]})
    done = command("compile", "pipeline.yaml", "--checks", *others)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error BAS104: ")


def test_a_run_that_fails_its_checks_ends_with_1(command: Command, folder: Path) -> None:
    write_pipeline(broken(QUALITY={"row_count": {"min": 100}}))
    done = command("pipeline", "run", "pipeline.yaml")
    assert done.code == 1
    assert (
        "error BAS410: pass minutes: QUALITY.row_count[0]\n  there are 4 rows, there should be at least 100" in done.err
    )
    assert list(folder.rglob("data/**/*.parquet")) == []
