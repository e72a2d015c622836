from __future__ import annotations

import json
import os
from pathlib import Path

from command_line import FIVE_MINUTES, MINUTES, TABLES, Command, write_pipeline

MINUTES_FILE = Path("data/basalt/minutes/first_last.parquet")
WRITTEN = 1_741_000_000
"""2025-03-03 11:06:40 UTC."""


def test_tells_what_is_read_and_what_would_be_written(command: Command, folder: Path) -> None:
    found = json.loads(command("pipeline", "datasets", "pipeline.yaml", "--json").out)
    minutes, five_minutes = (f"{folder}/data/basalt/{name}/first_last.parquet" for name in ("minutes", "five_minutes"))
    nothing = {"exists": False, "rows": None, "written": None}
    assert found == {
        "sources": [{"table": "trades", "kind": "files", "where": [f"{folder}/trades.parquet"]}],
        "results": [
            {"pass": "minutes", "type": "parquet", "path": minutes, **nothing},
            {"pass": "five_minutes", "type": "parquet", "path": five_minutes, **nothing},
        ],
    }


def test_tells_rows_and_time_of_a_result_that_is_there(command: Command) -> None:
    assert command("pipeline", "run", "pipeline.yaml").code == 0
    os.utime(MINUTES_FILE, (WRITTEN, WRITTEN))
    found = json.loads(command("pipeline", "datasets", "pipeline.yaml", "--json").out)["results"][0]
    assert (found["exists"], found["rows"], found["written"]) == (True, 4, "2025-03-03T11:06:40+00:00")
    lines = [line.split() for line in command("pipeline", "datasets", "--pipeline", "pipeline.yaml").out.splitlines()]
    assert ["minutes", "parquet", "4", "2025-03-03", "11:06:40", str(MINUTES_FILE)] in lines


def test_every_kind_of_source(command: Command, folder: Path) -> None:
    by_instrument = {"source_pass": "bars", "group_by": ["InstrumentId"], "aggregations": {"Close": "max"}}
    tables = {
        "trades": ["a.parquet", "b/*.parquet"],
        "bars": {"database": "bars.duckdb", "table": "main.bars", "time_bucket_seconds": 60},
        "other": {"table": "other"},
    }
    passes = [MINUTES, {"name": "top", "modules": ["generic"], "generic_analytics": by_instrument}]
    write_pipeline({"TABLES": tables, "PASSES": passes})
    assert json.loads(command("pipeline", "datasets", "pipeline.yaml", "--json").out)["sources"] == [
        {"table": "trades", "kind": "files", "where": [f"{folder}/a.parquet", f"{folder}/b/*.parquet"]},
        {"table": "bars", "kind": "table", "where": [f"{folder}/bars.duckdb: main.bars"]},
        {"table": "other", "kind": "table", "where": ["other"]},
        {"table": "reference", "kind": "none", "where": []},
    ]


def test_data_of_a_python_pipeline_is_in_memory(command: Command, folder: Path) -> None:
    tables = "{'trades': pyarrow.table({'Size': [1]})}"
    text = f"import pyarrow\nUSER_CONFIG = {{'TABLES': {tables}, 'PASSES': [{MINUTES}]}}\n"
    (folder / "pipeline.py").write_text(text)
    done = command("pipeline", "datasets", "pipeline.py")
    assert done.out.splitlines()[1].split() == ["trades", "memory", "Table"]


def test_a_pass_that_is_not_written_says_so(command: Command) -> None:
    written = {**FIVE_MINUTES, "output": {"path_template": "{pass}_{start_date}.parquet"}}
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES, written]})
    done = command("pipeline", "datasets", "pipeline.yaml", "--start-date", "2025-03-04")
    assert [line.split() for line in done.out.splitlines()[-2:]] == [
        ["minutes", "-", "-", "-", "not", "written"],
        ["five_minutes", "parquet", "-", "not", "there", "five_minutes_2025-03-04.parquet"],
    ]


def test_a_file_that_is_not_parquet_has_no_rows(command: Command, folder: Path) -> None:
    (folder / "minutes.parquet").write_text("something else")
    write_pipeline({"TABLES": TABLES, "PASSES": [{**MINUTES, "output": {"path_template": "minutes.parquet"}}]})
    result = json.loads(command("pipeline", "datasets", "pipeline.yaml", "--json").out)["results"][0]
    assert (result["exists"], result["rows"]) == (True, None)


def test_a_result_that_cannot_be_looked_at_is_an_error(command: Command, folder: Path) -> None:
    (folder / "minutes.parquet").mkdir()
    write_pipeline({"TABLES": TABLES, "PASSES": [{**MINUTES, "output": {"path_template": "minutes.parquet"}}]})
    done = command("pipeline", "datasets", "pipeline.yaml")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith(f"error BAS501: {folder / 'minutes.parquet'}\n  cannot be looked at: ")
