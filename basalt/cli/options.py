"""The options that commands share, and what they mean together."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import basalt
from basalt.errors import CallError

if TYPE_CHECKING:
    from basalt.configuration import AnalyticsConfig

PipelineArgument = Annotated[
    Path | None,
    typer.Argument(metavar="PIPELINE", show_default=False, help="The pipeline file: Python, YAML, TOML or JSON."),
]
PipelineOption = Annotated[
    Path | None, typer.Option("--pipeline", metavar="PATH", show_default=False, help="The same, as an option.")
]
StartDate = Annotated[
    str | None,
    typer.Option("--start-date", metavar="YYYY-MM-DD", show_default=False, help="First day that is read (UTC)."),
]
EndDate = Annotated[
    str | None,
    typer.Option("--end-date", metavar="YYYY-MM-DD", show_default=False, help="Last day that is read (UTC), included."),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PLACE=VALUE",
        show_default=False,
        help="Replace a value of the pipeline, such as PASSES[0].time_bucket_seconds=300. May be repeated.",
    ),
]
Restate = Annotated[bool, typer.Option("--restate", help="Write everything anew, up to date or not.")]
TemplatePaths = Annotated[
    list[Path] | None,
    typer.Option(
        "--template-path",
        metavar="DIR",
        show_default=False,
        help="A folder with metrics of your own, as in TEMPLATE_PATHS of a pipeline. May be repeated.",
    ),
]

Debug = Annotated[bool, typer.Option("--debug", help="Show where an error was raised, with a traceback.")]


def pipeline_path(argument: Path | None, option: Path | None) -> Path:
    """Return the pipeline file that was named, one way or the other.

    Raises CallError when it was named in both ways, or in neither.
    """
    given = [path for path in (argument, option) if path is not None]
    if len(given) != 1:
        message = "the pipeline file is given twice" if given else "no pipeline file is given"
        raise CallError(message, place="PIPELINE", suggestion="name it once, as PIPELINE or as --pipeline PATH")
    return given[0]


def load_pipeline(
    path: Path, settings: Sequence[str] | None, start_date: str | None, end_date: str | None
) -> AnalyticsConfig:
    """Return the configuration in a pipeline file with the command line's values put in, the dates last.

    What a Python file prints goes to standard error: standard output is the command's. Raises ConfigurationError.
    """
    with redirect_stdout(sys.stderr):
        return basalt.load(path, [*(settings or ()), *dates_given(start_date, end_date)])


def dates_given(start_date: str | None, end_date: str | None) -> list[str]:
    """Return the dates of a command line as settings of a pipeline."""
    dates = {"START_DATE": start_date, "END_DATE": end_date}
    return [f"{name}={day}" for name, day in dates.items() if day is not None]
