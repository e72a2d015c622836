from __future__ import annotations

from pathlib import Path

import pytest
from command_line import FIVE_MINUTES, MINUTES, PIPELINE, TABLES, Command, in_process_of_its_own, write_pipeline

import basalt


@pytest.mark.parametrize("command_name", [("compile",), ("pipeline", "run"), ("pipeline", "datasets")])
def test_the_pipeline_is_named_once(command: Command, command_name: tuple[str, ...]) -> None:
    hint = "  name it once, as PIPELINE or as --pipeline PATH\n"
    neither = command(*command_name)
    assert (neither.code, neither.out) == (2, "")
    assert neither.err == f"error BAS104: PIPELINE\n  no pipeline file is given\n{hint}"
    both = command(*command_name, "pipeline.yaml", "--pipeline", "pipeline.yaml")
    assert (both.code, both.out) == (2, "")
    assert both.err == f"error BAS104: PIPELINE\n  the pipeline file is given twice\n{hint}"


@pytest.mark.parametrize(
    "arguments",
    [
        ("nothing",),
        ("compile", "--nothing"),
        ("compile", "pipeline.yaml", "--format", "xml"),
        ("compile", "pipeline.yaml", "-o", "trades.parquet"),
        ("pipeline", "run", "pipeline.yaml", "more.yaml"),
        ("sample",),
        ("sample", "market", "--days", "many"),
        ("sample", "market", "--start", "2025-13-01"),
    ],
)
def test_a_call_that_is_not_one_ends_with_2(command: Command, arguments: tuple[str, ...]) -> None:
    done = command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert "Error: " in done.err
    assert "Traceback" not in done.err


def test_every_mistake_of_a_pipeline_is_a_block(command: Command) -> None:
    Path("pipeline.yaml").write_text(
        "PASSES:\n- name: minutes\n  modules: trade\n  time_bucket_secondz: 60\nTABLE: {}\n"
    )
    done = command("compile", "pipeline.yaml")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error BAS101: pipeline.yaml:4:3: PASSES[0].time_bucket_secondz\n"
        "  pass 'minutes': unknown key 'time_bucket_secondz'\n  did you mean 'time_bucket_seconds'?\n\n"
        "error BAS101: pipeline.yaml:5:1: TABLE\n  unknown key 'TABLE'\n  did you mean 'TABLES'?\n"
    )


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"PASSES": [FIVE_MINUTES]}, "error BAS103: "),
        ({"TABLES": {"trades": "missing.parquet"}}, "error BAS202: TABLES.trades.path\n"),
        ({"PASSES": [{**MINUTES, "trade_analytics": {"generic_metrics": [{"measures": "Volum"}]}}]}, "error BAS205: "),
        (
            {"PASSES": [{**MINUTES, "trade_analytics": {"generic_metrics": [{"measures": ["VWAP", "VWAP"]}]}}]},
            "error BAS303: ",
        ),
    ],
)
@pytest.mark.parametrize("command_name", [("compile",), ("pipeline", "run")])
def test_what_cannot_be_compiled_ends_with_2(
    command: Command, folder: Path, changed: dict[str, object], error: str, command_name: tuple[str, ...]
) -> None:
    write_pipeline({**PIPELINE, **changed})
    done = command(*command_name, "pipeline.yaml")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(error)
    assert not (folder / "data").exists()


def test_a_pass_that_is_not_there_ends_with_2(command: Command) -> None:
    done = command("compile", "pipeline.yaml", "--pass", "minute")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error BAS104: --pass\n  there is no pass 'minute'; there are minutes, five_minutes\n"
        "  did you mean 'minutes'?\n"
    )


def test_a_setting_that_does_not_fit_ends_with_2(command: Command) -> None:
    done = command("pipeline", "run", "pipeline.yaml", "--set", "PASSES[5].name=x", "--start-date", "yesterday")
    assert done.code == 2
    assert done.err.startswith("error BAS101: override 'PASSES[5].name=x'\n  there is no PASSES[5]")


def test_a_run_that_fails_ends_with_1(command: Command, folder: Path) -> None:
    price = "CAST('x' || LocalPrice::VARCHAR AS DOUBLE)"
    write_pipeline({**PIPELINE, "TABLES": {"trades": {"path": "trades.parquet", "columns": {"LocalPrice": price}}}})
    done = command("pipeline", "run", "pipeline.yaml")
    assert (done.code, done.out) == (1, "")
    assert done.err.startswith("minutes: started\nerror BAS401: pass minutes\n  Conversion Error: ")
    assert list(folder.glob("**/*.part")) == []


def test_a_result_that_cannot_be_written_ends_with_1(command: Command, folder: Path) -> None:
    (folder / "minutes.parquet").mkdir()
    write_pipeline({"TABLES": TABLES, "PASSES": [{**MINUTES, "output": {"path_template": "minutes.parquet"}}]})
    done = command("pipeline", "run", "pipeline.yaml")
    assert (done.code, done.out) == (1, "")
    assert f"error BAS501: {folder / 'minutes.parquet'}\n" in done.err


@pytest.mark.parametrize("arguments", [("--debug", "compile", "missing.yaml"), ("compile", "missing.yaml", "--debug")])
def test_a_traceback_comes_when_asked_for(command: Command, arguments: tuple[str, ...]) -> None:
    plain = command("compile", "missing.yaml")
    assert plain.code == 2
    assert "Traceback" not in plain.err
    done = command(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Traceback (most recent call last):\n")
    assert done.err.endswith(plain.err)


def test_an_error_that_is_not_basalts_is_not_hidden(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        message = "a mistake of the program"
        raise RuntimeError(message)

    monkeypatch.setattr(basalt, "load", fail, raising=False)
    with pytest.raises(RuntimeError, match="a mistake of the program"):
        command("compile", "pipeline.yaml")


def test_output_that_cannot_be_written_ends_with_1(folder: Path) -> None:
    with (folder / "trades.parquet").open("rb") as read_only:
        done = in_process_of_its_own("compile", "pipeline.yaml", cwd=folder, stdout=read_only)
    assert done.code == 1
    assert done.err == "error BAS501: standard output\n  cannot be written: Bad file descriptor\n"
