"""``basalt compile``: a pipeline as SQL."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
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
from basalt.errors import CallError


class Format(StrEnum):
    """What a compiled pipeline is printed as."""

    sql = "sql"
    json = "json"


def compile_command(  # noqa: PLR0913 - a parameter per option
    pipeline: PipelineArgument = None,
    *,
    pipeline_option: PipelineOption = None,
    pass_name: Annotated[
        str | None,
        typer.Option(
            "--pass",
            metavar="NAME",
            show_default=False,
            help="Print this pass only: its SELECT. The passes it reads are views that the whole script creates.",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            file_okay=False,
            show_default=False,
            help="Write to files instead: PASS.sql for each pass, or pipeline.json.",
        ),
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="SQL text, or JSON with everything known.")] = Format.sql,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help="Have the SQL compute the indicators too, where a pass leaves open where they are computed.",
        ),
    ] = False,
    checks: Annotated[
        bool, typer.Option("--checks", help="Print the SQL of the checks instead, for the passes that have some.")
    ] = False,
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
) -> None:
    """Print a pipeline as SQL.

    The passes come as CREATE VIEW statements, in the order in which they can be run. Standard output holds SQL (or
    JSON) and nothing else; warnings go to standard error.
    """
    from basalt.cli.emission import emit, emit_checks  # noqa: PLC0415 - the compiler is imported when it is used

    config = load_pipeline(pipeline_path(pipeline, pipeline_option), settings, start_date, end_date)
    if checks:
        if form is Format.json or complete:
            message = "checks are SQL, and the same with and without indicators in it"
            raise CallError(message, place="--checks", suggestion="leave out --format json and --complete")
        emit_checks(config, pass_name, folder)
        return
    emit(config, pass_name, form.value, folder, complete=complete)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    add_command(app, "compile", compile_command)
