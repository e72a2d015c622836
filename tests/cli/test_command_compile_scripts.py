from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from command_line import FIVE_MINUTES, MINUTES, TABLES, Command, write_pipeline

import basalt

SMA = {"name": "SMA", "input_col": "Close", "timeperiod": 2}
DAYS = [("2025-03-03 09:05:00", 160.0), ("2025-03-03 09:10:00", 5.0), ("2025-03-04 09:05:00", 7.0)]
VOLUMES = "SELECT TimeBucket::VARCHAR, TradeTotalVolume FROM {} ORDER BY ALL"


def write_with_indicator(**settings: str) -> None:
    analytics = {**FIVE_MINUTES["generic_analytics"], "talib_indicators": [SMA], **settings}
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES, {**FIVE_MINUTES, "generic_analytics": analytics}]})


@pytest.mark.parametrize("form", ["views", "tables"])
def test_prints_a_script_with_comments(command: Command, folder: Path, form: str) -> None:
    done = command("compile", "pipeline.yaml", "--as", form)
    assert (done.code, done.err) == (0, "")
    assert done.out == "\n".join(basalt.compile(folder / "pipeline.yaml").scripts(form).values())
    with duckdb.connect() as connection:
        connection.execute(done.out)
        assert connection.sql(VOLUMES.format("five_minutes")).fetchall() == DAYS
        query = "SELECT comment FROM duckdb_columns() WHERE table_name = 'five_minutes' AND column_name = 'Close'"
        told = "Last trade price by time and sequence (Total) [price]; null when no trade has a price"
        assert connection.sql(query).fetchall() == [(told,)]


def test_prints_one_statement_that_needs_no_other(command: Command) -> None:
    done = command("compile", "pipeline.yaml", "--as", "ctes", "--pass", "five_minutes")
    assert (done.code, done.err) == (0, "")
    assert not done.out.rstrip().endswith(";")
    with duckdb.connect() as connection:
        assert connection.sql(VOLUMES.format(f"({done.out})")).fetchall() == DAYS
    both = command("compile", "pipeline.yaml", "--as", "ctes").out
    assert both.endswith(f";\n\n{done.out}")


def test_prints_macros_that_take_dates(command: Command) -> None:
    done = command("compile", "pipeline.yaml", "--as", "macros", "--start-date", "2025-03-04")
    assert (done.code, done.err) == (0, "")
    with duckdb.connect() as connection:
        connection.execute(done.out)
        assert connection.sql(VOLUMES.format("five_minutes()")).fetchall() == DAYS[2:]
        assert connection.sql(VOLUMES.format("five_minutes('2025-03-03', '2025-03-03')")).fetchall() == DAYS[:2]
        assert connection.sql(VOLUMES.format("five_minutes(NULL)")).fetchall() == DAYS


def test_a_script_of_one_pass_has_what_it_reads(command: Command) -> None:
    both = command("compile", "pipeline.yaml", "--as", "views").out
    assert command("compile", "pipeline.yaml", "--as", "views", "--pass", "five_minutes").out == both
    first = command("compile", "pipeline.yaml", "--as", "views", "--pass", "minutes").out
    assert both.startswith(first)
    assert "five_minutes" not in first


def test_writes_scripts_into_files(command: Command, folder: Path) -> None:
    done = command("compile", "pipeline.yaml", "--as", "ctes", "-o", "sql")
    assert (done.out, done.err) == ("", "wrote sql/minutes.sql\nwrote sql/five_minutes.sql\n")
    for name in ("minutes", "five_minutes"):
        printed = command("compile", "pipeline.yaml", "--as", "ctes", "--pass", name).out
        assert (folder / f"sql/{name}.sql").read_text() == printed


def test_a_script_computes_the_indicators(command: Command) -> None:
    write_with_indicator()
    done = command("compile", "pipeline.yaml", "--as", "ctes", "--pass", "five_minutes")
    assert done.code == 0
    assert "in this SQL (sql: the SQL is to be complete" in done.err
    with duckdb.connect() as connection:
        values = connection.sql(f"SELECT SMA_2 FROM ({done.out}) ORDER BY TimeBucket").fetchall()
    assert values == [(None,), (12.5,), (13.5,)]


def test_refuses_a_script_without_what_a_run_adds(command: Command) -> None:
    write_with_indicator(indicators="arrow")
    done = command("compile", "pipeline.yaml", "--as", "views")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error BAS309: pass five_minutes: generic_analytics.indicators\n"
        "  SMA(Close, timeperiod=2) of pass five_minutes would be missing: a run adds them to what the SQL yields\n"
        "  set it to sql, or leave it out\n"
    )


def test_json_is_no_script(command: Command) -> None:
    done = command("compile", "pipeline.yaml", "--as", "views", "--format", "json")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error BAS104: --as\n  --as views is a kind of SQL, and --format json is asked for\n  leave one of them out\n"
    )


def test_writes_a_dbt_project(command: Command, folder: Path) -> None:
    done = command("compile", "pipeline.yaml", "--format", "dbt", "-o", "project")
    assert (done.code, done.out) == (0, "")
    project = folder / "project"
    written = {str(path.relative_to(project)): path.read_text() for path in project.rglob("*") if path.is_file()}
    assert written == basalt.dbt_project(folder / "pipeline.yaml")
    assert {"dbt_project.yml", "models/five_minutes.sql", "models/schema.yml"} <= set(written)


@pytest.mark.parametrize("options", [(), ("-o", "project", "--pass", "minutes")])
def test_a_dbt_project_is_a_whole_folder(command: Command, folder: Path, options: tuple[str, ...]) -> None:
    done = command("compile", "pipeline.yaml", "--format", "dbt", *options)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error BAS104: --format\n  a dbt project is a folder of files, with all passes\n")
    assert not (folder / "project").exists()
