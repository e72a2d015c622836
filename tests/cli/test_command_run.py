from __future__ import annotations

import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command_line import FIVE_MINUTES, MINUTES, PIPELINE, TABLES, Command, write_pipeline

MINUTES_FILE = "data/basalt/minutes/first_last.parquet"
FIVE_MINUTES_FILE = "data/basalt/five_minutes/first_last.parquet"
INDICATOR = {"name": "SMA", "input_col": "Close", "timeperiod": 2}


def cells(out: str) -> dict[str, tuple[str, ...]]:
    """Return the table a run ends with: the cells of each pass but its time."""
    heading, *lines = out.splitlines()
    assert heading.split() == ["pass", "rows", "columns", "time", "landed"]
    split = [line.replace(" s ", " ").replace("not run", "not_run").split() for line in lines]
    return {name: (rows, columns, landed) for name, rows, columns, _, landed in split}


def test_without_an_output_every_pass_lands_beside_the_pipeline(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    done = command("pipeline", "run", "../pipeline.yaml")
    assert done.code == 0
    assert cells(done.out) == {
        "minutes": ("4", "7", str(folder / MINUTES_FILE)),
        "five_minutes": ("3", "4", str(folder / FIVE_MINUTES_FILE)),
    }
    assert pq.read_table(folder / MINUTES_FILE)["TradeTotalVolume"].to_pylist() == [150.0, 10.0, 5.0, 7.0]
    assert sorted(pq.read_table(folder / FIVE_MINUTES_FILE)["TradeTotalVolume"].to_pylist()) == [5.0, 7.0, 160.0]
    assert list((folder / "elsewhere").iterdir()) == []


def test_a_path_below_the_working_folder_is_shown_from_there(command: Command) -> None:
    assert cells(command("pipeline", "run", "pipeline.yaml").out)["minutes"] == ("4", "7", str(Path(MINUTES_FILE)))


def test_only_passes_with_an_output_land_when_there_is_one(command: Command, folder: Path) -> None:
    other = {**MINUTES, "name": "unread"}
    five = {**FIVE_MINUTES, "output": {"path_template": "five.parquet"}}
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES, five, other]})
    done = command("pipeline", "run", "pipeline.yaml")
    assert cells(done.out) == {
        "minutes": ("-", "7", "view"),
        "unread": ("-", "7", "not_run"),
        "five_minutes": ("3", "4", "five.parquet"),
    }
    assert sorted(path.name for path in folder.glob("[!_]*")) == ["five.parquet", "pipeline.yaml", "trades.parquet"]
    assert "unread" not in done.err


def test_a_pass_computed_for_another_says_its_rows(command: Command) -> None:
    indicators = {"source_pass": "minutes", "talib_indicators": [INDICATOR]}
    middle = {"name": "averages", "modules": ["generic"], "generic_analytics": indicators}
    last = {**FIVE_MINUTES, "output": {"path_template": "five.parquet"}}
    last["generic_analytics"] = {
        "source_pass": "averages",
        "resample_rule": "5m",
        "aggregations": {"SMA_2": "max"},
        "talib_indicators": [{**INDICATOR, "input_col": "SMA_2", "output_col": "twice"}],
    }
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES, middle, last]})
    done = command("pipeline", "run", "pipeline.yaml")
    assert done.code == 0, done.err
    assert cells(done.out) == {
        "minutes": ("-", "7", "view"),
        "averages": ("4", "8", "view"),
        "five_minutes": ("3", "4", "five.parquet"),
    }
    assert pq.read_table("five.parquet").sort_by("TimeBucket")["twice"].to_pylist() == [None, 12.0, 13.0]


def test_dates_and_settings_come_before_the_file(command: Command, folder: Path) -> None:
    write_pipeline({**PIPELINE, "START_DATE": "2025-01-01", "END_DATE": "2025-12-31"})
    dates = ("--start-date", "2025-03-04", "--end-date", "2025-03-05")
    settings = ("--set", "PASSES[0].name=bars", "--set", "PASSES[1].generic_analytics.source_pass=bars")
    done = command("pipeline", "run", "--pipeline", "pipeline.yaml", *dates, *settings)
    assert {name: rows for name, (rows, _, _) in cells(done.out).items()} == {"bars": "1", "five_minutes": "1"}
    written = pq.read_table(folder / "data/basalt/bars/2025-03-04_2025-03-05.parquet")
    assert written["TradeTotalVolume"].to_pylist() == [7.0]


def test_progress_is_lines_where_there_is_no_terminal(command: Command) -> None:
    lines = command("pipeline", "run", "pipeline.yaml").err.splitlines()
    assert [lines[0], lines[2]] == ["minutes: started", "five_minutes: started"]
    assert lines[1].startswith("minutes: 4 rows in ")
    assert lines[1].endswith(f" s, {Path(MINUTES_FILE)}")
    assert lines[3].startswith("five_minutes: 3 rows in ")
    assert len(lines) == 4


def test_progress_is_bars_on_a_terminal(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    done = command("pipeline", "run", "pipeline.yaml")
    assert done.code == 0
    assert "started" not in done.err
    assert "━" * 40 in done.err
    assert "basalt progress" not in {thread.name for thread in threading.enumerate()}
    assert "4 rows" in done.err
    assert "━" not in done.out
    assert MINUTES_FILE in done.out


def test_warnings_of_the_compile_and_of_the_run_are_shown(command: Command, folder: Path) -> None:
    (folder / "reference.csv").write_text("ListingId,InstrumentId\n2,20\n")
    analytics = {
        "source_pass": "minutes",
        "group_by": ["InstrumentId", "TimeBucket"],
        "aggregations": {"Close": "sum"},
    }
    by_instrument = {"name": "instruments", "modules": ["generic"], "generic_analytics": analytics}
    write_pipeline({"TABLES": {**TABLES, "reference": "reference.csv"}, "PASSES": [MINUTES, by_instrument]})
    done = command("pipeline", "run", "pipeline.yaml")
    assert done.code == 0
    assert [line for line in done.err.splitlines() if line.startswith("warning")] == [
        "warning: pass instruments: sum of Close adds up values of Close, which is not a flow",
        "warning: pass instruments: 1 listings have no InstrumentId in reference; their key is null (such as 1)",
    ]
    assert "adds up" not in done.out


def test_the_help_says_where_results_land(command: Command) -> None:
    done = command("pipeline", "run", "--help")
    assert done.code == 0
    assert "data/{datasetname}/{pass}/{start_date}_{end_date}.parquet" in done.out.replace("\n ", "")
