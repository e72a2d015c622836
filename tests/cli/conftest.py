"""A folder with a few trades and a pipeline over them, and the command line called in this process."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import PIPELINE, Command, Outcome, write_pipeline, write_trades
from typer.main import get_command

from basalt.cli.main import app


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, with ``trades.parquet`` and ``pipeline.yaml`` in it."""
    monkeypatch.chdir(tmp_path)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    write_trades()
    write_pipeline(PIPELINE)
    return tmp_path


@pytest.fixture
def command(folder: Path, capsys: pytest.CaptureFixture[str]) -> Command:  # noqa: ARG001 - the working folder
    """Return a function that runs the command line in this process."""

    def run(*arguments: str) -> Outcome:
        with pytest.raises(SystemExit) as ended:
            get_command(app).main(args=list(arguments), prog_name="basalt")
        said = capsys.readouterr()
        return Outcome(ended.value.code, said.out, said.err)

    return run
