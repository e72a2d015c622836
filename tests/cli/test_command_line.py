from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from command_line import Command, in_process_of_its_own

from basalt.version import __version__

SLOW_TO_IMPORT = ("duckdb", "jinja2", "numpy", "pandas", "polars", "pyarrow", "pydantic", "sqlglot", "talib", "yaml")


def test_version(folder: Path) -> None:
    done = in_process_of_its_own("--version", cwd=folder)
    assert (done.code, done.out, done.err) == (0, f"basalt {__version__}\n", "")


def test_help_names_every_command(command: Command) -> None:
    done = command("--help")
    assert done.code == 0
    listed = done.out.partition("Commands:\n")[2].splitlines()
    assert {line.split()[0] for line in listed} == {
        "analytics",
        "check",
        "compile",
        "docs",
        "lineage",
        "publish",
        "pipeline",
        "sample",
        "schema",
    }
    assert not [line for line in listed if line.endswith("...")]


@pytest.mark.parametrize(
    "names",
    [
        ("analytics", "list"),
        ("analytics", "explain"),
        ("compile",),
        ("pipeline", "run"),
        ("pipeline", "datasets"),
        ("sample",),
        ("schema",),
    ],
)
def test_every_command_explains_itself(command: Command, names: tuple[str, ...]) -> None:
    done = command(*names, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: basalt {' '.join(names)} [OPTIONS]")
    assert "--debug" in done.out


def test_the_command_line_starts_without_what_is_slow_to_import() -> None:
    program = f"import basalt.cli.main, sys; print([name for name in {SLOW_TO_IMPORT} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "[]\n"
