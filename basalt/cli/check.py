"""``basalt check``: what is wrong with a pipeline, without running it."""

from __future__ import annotations

from typing import Annotated

import typer

from basalt.cli.command import add_command
from basalt.cli.options import (
    EndDate,
    PipelineArgument,
    PipelineOption,
    Settings,
    StartDate,
    load_pipeline,
    pipeline_path,
)
from basalt.errors import BasaltError


def check(  # noqa: PLR0913 - a parameter per option
    pipeline: PipelineArgument = None,
    *,
    pipeline_option: PipelineOption = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Check a pipeline without running it.

    The configuration, the sources and their files, the SQL of all passes and of their checks, and the schema lock.
    The exit code is 0 where all is well, warnings included, and 1 where there are problems.
    """
    import basalt  # noqa: PLC0415 - the engine is imported when it is used
    from basalt.cli.check_view import print_json, print_text  # noqa: PLC0415 - the same
    from basalt.engine.checkup import problem_of  # noqa: PLC0415 - the same

    path = pipeline_path(pipeline, pipeline_option)
    try:
        found = basalt.check(load_pipeline(path, settings, start_date, end_date))
    except BasaltError as error:
        found = [problem_of("configuration", str(path), error)]
    (print_json if as_json else print_text)(found)
    if any(each.status == "problem" for each in found):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    add_command(app, "check", check)
