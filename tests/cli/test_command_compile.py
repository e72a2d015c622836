from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from command_line import FIVE_MINUTES, MINUTES, PIPELINE, TABLES, Command, in_process_of_its_own, write_pipeline

import basalt
from basalt.compiler.model import CompiledPass, CompiledPipeline


def test_prints_the_script_and_nothing_else(folder: Path) -> None:
    done = in_process_of_its_own("compile", "pipeline.yaml", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out == basalt.compile(folder / "pipeline.yaml").script()
    with duckdb.connect() as connection:
        connection.execute(done.out)
        rows = connection.sql("FROM five_minutes ORDER BY TimeBucket").fetchall()
    assert [(str(row[1]), *row[2:]) for row in rows] == [
        ("2025-03-03 09:05:00", 160.0, 12.0),
        ("2025-03-03 09:10:00", 5.0, 13.0),
        ("2025-03-04 09:05:00", 7.0, 14.0),
    ]


def test_prints_the_select_of_one_pass(folder: Path) -> None:
    done = in_process_of_its_own("compile", "--pass", "minutes", "--pipeline", "pipeline.yaml", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out == basalt.compile(folder / "pipeline.yaml").passes["minutes"].sql + "\n"
    with duckdb.connect() as connection:
        volumes = connection.sql(f"SELECT sum(TradeTotalVolume), count(*) FROM ({done.out})").fetchall()
    assert volumes == [(172.0, 4)]


def test_lines_are_not_wrapped_and_not_coloured(
    command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert command("compile", "pipeline.yaml").out == basalt.compile(folder / "pipeline.yaml").script()


def test_json_reads_back_as_the_pipeline(command: Command, folder: Path) -> None:
    done = command("compile", "pipeline.yaml", "--format", "json")
    assert done.code == 0
    assert CompiledPipeline.from_json(done.out) == basalt.compile(folder / "pipeline.yaml")


def test_json_of_one_pass(command: Command, folder: Path) -> None:
    done = command("compile", "pipeline.yaml", "--format", "json", "--pass", "five_minutes")
    assert done.code == 0
    expected = basalt.compile(folder / "pipeline.yaml").passes["five_minutes"]
    assert CompiledPass.model_validate_json(done.out) == expected


def test_writes_a_file_for_each_pass(command: Command, folder: Path) -> None:
    done = command("compile", "pipeline.yaml", "-o", "sql/out")
    assert (done.code, done.out) == (0, "")
    assert done.err == f"wrote {Path('sql/out/minutes.sql')}\nwrote {Path('sql/out/five_minutes.sql')}\n"
    written = {path.name: path.read_text() for path in (folder / "sql/out").iterdir()}
    passes = basalt.compile(folder / "pipeline.yaml").passes
    assert written == {f"{name}.sql": each.script() for name, each in passes.items()}


@pytest.mark.parametrize(
    ("options", "name"),
    [
        (("--pass", "minutes"), "minutes.sql"),
        (("--format", "json"), "pipeline.json"),
        (("--format", "json", "--pass", "minutes"), "minutes.json"),
    ],
)
def test_a_file_holds_what_would_be_printed(
    command: Command, folder: Path, options: tuple[str, ...], name: str
) -> None:
    printed = command("compile", "pipeline.yaml", *options).out
    done = command("compile", "pipeline.yaml", *options, "-o", "out")
    assert (done.out, done.err) == ("", f"wrote {Path('out') / name}\n")
    assert {path.name: path.read_text() for path in (folder / "out").iterdir()} == {name: printed}


def test_warnings_go_to_standard_error(command: Command) -> None:
    summed = {**FIVE_MINUTES["generic_analytics"], "aggregations": {"Close": "sum"}}
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES, {**FIVE_MINUTES, "generic_analytics": summed}]})
    expected = "warning: pass five_minutes: sum of Close adds up values of Close, which is not a flow\n"
    done = command("compile", "pipeline.yaml")
    assert (done.code, done.err) == (0, expected)
    assert "adds up" not in done.out
    assert command("compile", "pipeline.yaml", "--pass", "five_minutes").err == expected
    assert command("compile", "pipeline.yaml", "--pass", "minutes").err == ""


def test_says_which_indicators_a_select_does_not_hold(command: Command) -> None:
    indicators = [{"name": "SMA", "input_col": "Close", "timeperiod": 2}]
    analytics = {**FIVE_MINUTES["generic_analytics"], "talib_indicators": indicators}
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES, {**FIVE_MINUTES, "generic_analytics": analytics}]})
    done = command("compile", "pipeline.yaml", "--pass", "five_minutes")
    told = "note: pass five_minutes: SMA(Close, timeperiod=2): "
    assert done.err == f"{told}not in this SQL, a run adds it (arrow: auto takes what a run computes fastest)\n"
    assert "SMA" not in done.out


def test_completes_the_sql_with_indicators_and_says_how(command: Command) -> None:
    indicators = [{"name": "SMA", "input_col": "Close", "timeperiod": 2}]
    analytics = {**FIVE_MINUTES["generic_analytics"], "talib_indicators": indicators}
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES, {**FIVE_MINUTES, "generic_analytics": analytics}]})
    done = command("compile", "pipeline.yaml", "--complete")
    reason = "sql: the SQL is to be complete, and all of them can be computed in it"
    assert done.err == f"note: pass five_minutes: SMA(Close, timeperiod=2): in this SQL ({reason})\n"
    with duckdb.connect() as connection:
        connection.execute(done.out)
        rows = connection.sql("SELECT ListingId, TimeBucket, Close, SMA_2 FROM five_minutes ORDER BY ALL").fetchall()
    assert rows
    for (listing, _, close, average), before in zip(rows, [None, *rows], strict=False):
        expected = (close + before[2]) / 2 if before is not None and before[0] == listing else None
        assert average == expected


def test_settings_and_dates_change_what_is_compiled(command: Command, folder: Path) -> None:
    settings = ("--set", "PASSES[minutes].time_bucket_seconds=30", "--set", "PASSES[0].time_bucket_anchor=start")
    done = command("compile", "pipeline.yaml", "--pass", "minutes", *settings, "--start-date", "2025-03-04")
    overrides = [*settings[1::2], "START_DATE=2025-03-04"]
    assert done.out == basalt.compile(basalt.load(folder / "pipeline.yaml", overrides)).passes["minutes"].sql + "\n"
    with duckdb.connect() as connection:
        bars = connection.sql(f"SELECT TimeBucket::VARCHAR, TradeTotalVolume FROM ({done.out})").fetchall()
    assert bars == [("2025-03-04 09:00:00", 7.0)]


def test_what_a_python_pipeline_prints_does_not_mix_with_the_sql(command: Command, folder: Path) -> None:
    text = f"print('reading')\nUSER_CONFIG = {json.dumps({'TABLES': TABLES, 'PASSES': [MINUTES]})}\n"
    (folder / "pipeline.py").write_text(text)
    done = command("compile", "pipeline.py")
    assert (done.code, done.err) == (0, "reading\n")
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES]})
    assert done.out == basalt.compile(folder / "pipeline.yaml").script()


NUMBERED = {**PIPELINE, "TABLES": {"trades": {"path": "trades.parquet", "sequence": "ListingId"}}}


def test_prints_the_sql_of_another_engine(command: Command, folder: Path) -> None:
    write_pipeline(NUMBERED)
    done = command("compile", "pipeline.yaml", "--dialect", "postgres")
    translated = basalt.translate(folder / "pipeline.yaml", "postgres")
    assert (done.code, done.out) == (0, translated.script())
    assert done.out.startswith('CREATE OR REPLACE VIEW "minutes__states" AS\n')
    assert done.err == "".join(f"warning: {each}\n" for each in translated.warnings)
    only = command("compile", "pipeline.yaml", "--dialect", "postgres", "--pass", "five_minutes")
    assert only.out == translated.passes["five_minutes"].sql + "\n"


@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("postgre",), "BAS104", "did you mean 'postgres'?"),
        (("postgres", "--complete"), "BAS104", "leave out --format, --as, --complete"),
        (("postgres", "--checks"), "BAS104", "--dialect"),
        (("postgres", "--pass", "minute"), "BAS104", "did you mean 'minutes'?"),
    ],
)
def test_dialects_that_make_no_sense_are_refused(
    command: Command, options: tuple[str, ...], code: str, told: str
) -> None:
    write_pipeline(NUMBERED)
    done = command("compile", "pipeline.yaml", "--dialect", *options)
    assert (done.code, done.out) == (2, "")
    assert code in done.err
    assert told in done.err
