from __future__ import annotations

import json
from pathlib import Path

from command_line import FIVE_MINUTES, MINUTES, TABLES, Command, write_pipeline

DAILY = {"TABLES": TABLES, "PASSES": [MINUTES, FIVE_MINUTES], "BATCH_FREQ": "D"}


def test_a_plan_says_what_would_be_written_and_why(command: Command, folder: Path) -> None:
    write_pipeline(DAILY)
    planned = command("pipeline", "plan", "pipeline.yaml")
    assert planned.code == 0
    assert [line.split() for line in planned.out.splitlines()] == [
        ["days", "pass", "output", "why"],
        ["2025-03-03", "minutes", "data/basalt/minutes/2025-03-03_2025-03-03.parquet", "new"],
        ["2025-03-03", "five_minutes", "data/basalt/five_minutes/2025-03-03_2025-03-03.parquet", "new"],
        ["2025-03-04", "minutes", "data/basalt/minutes/2025-03-04_2025-03-04.parquet", "new"],
        ["2025-03-04", "five_minutes", "data/basalt/five_minutes/2025-03-04_2025-03-04.parquet", "new"],
        ["4", "to", "write,", "0", "up", "to", "date"],
    ]
    assert not (folder / "data").exists()


def test_after_a_run_nothing_is_left_to_write(command: Command) -> None:
    write_pipeline(DAILY)
    assert command("pipeline", "run", "pipeline.yaml").code == 0
    assert command("pipeline", "plan", "pipeline.yaml").out == "0 to write, 4 up to date\n"
    again = command("pipeline", "run", "pipeline.yaml")
    assert "up to date" in again.out
    assert again.err.splitlines()[-1] == "2025-03-04: up to date"


def test_a_plan_in_json(command: Command) -> None:
    write_pipeline(DAILY)
    command("pipeline", "run", "pipeline.yaml", "--end-date", "2025-03-03", "--start-date", "2025-03-03")
    told = json.loads(command("pipeline", "plan", "pipeline.yaml", "--json").out)
    assert [(each["first"], each["pass"], each["reason"]) for each in told] == [
        ("2025-03-03", "minutes", None),
        ("2025-03-03", "five_minutes", None),
        ("2025-03-04", "minutes", "new"),
        ("2025-03-04", "five_minutes", "new"),
    ]


def test_everything_is_forced_where_that_is_asked_for(command: Command) -> None:
    write_pipeline(DAILY)
    command("pipeline", "run", "pipeline.yaml")
    told = json.loads(command("pipeline", "plan", "pipeline.yaml", "--restate", "--json").out)
    assert {each["reason"] for each in told} == {"forced"}
    assert "2 of 2 batches" in command("pipeline", "run", "pipeline.yaml", "--restate").out


def test_progress_in_json_lines(command: Command) -> None:
    write_pipeline(DAILY)
    events = [json.loads(line) for line in command("pipeline", "run", "pipeline.yaml", "--log-json").err.splitlines()]
    assert [each["event"] for each in events[:3]] == ["batch started", "pass started", "pass finished"]
    minutes = [each for each in events if each["event"] == "pass finished" and each["name"] == "minutes"]
    assert [each["rows"] for each in minutes] == [3, 1]
    assert events[-1] | {"at": None} == {
        "at": None,
        "event": "batch finished",
        "first": "2025-03-04",
        "last": "2025-03-04",
        "status": "written",
        "error": None,
    }


def test_each_run_leaves_a_manifest_beside_the_pipeline(command: Command, folder: Path) -> None:
    write_pipeline(DAILY)
    command("pipeline", "run", "pipeline.yaml")
    (path,) = (folder / ".basalt" / "runs").iterdir()
    told = json.loads(path.read_text())
    assert told["status"] == "done"
    assert [each["status"] for each in told["batches"]] == ["written", "written"]
    assert told["versions"]["duckdb"]
