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
    dbt = "dbt"


class Form(StrEnum):
    """The kinds of scripts that stand without Basalt."""

    views = "views"
    tables = "tables"
    ctes = "ctes"
    macros = "macros"


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
            help="This pass only: its SELECT; with --as a script of it and of the passes that it reads.",
        ),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--as",
            show_default=False,
            help="SQL that stands without Basalt, indicators included: a script of views or of tables, with comments "
            "on columns; ctes: one statement per pass, to paste anywhere; macros, which take the range of dates.",
        ),
    ] = None,
    output: Annotated[
        Format, typer.Option("--format", help="SQL text, JSON with everything known, a dbt project.")
    ] = Format.sql,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="DIR",
            file_okay=False,
            show_default=False,
            help="Write to files instead: PASS.sql for each pass, pipeline.json, or a dbt project.",
        ),
    ] = None,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete",
            help="Have the SQL compute the indicators too, where a pass leaves open where they are computed.",
        ),
    ] = False,
    other: Annotated[
        str | None,
        typer.Option(
            "--diff",
            metavar="OTHER",
            show_default=False,
            help="Print what differs from another pipeline file, a git revision of this one, or the JSON of a compile "
            "before: columns added, removed, changed; then the SQL. --set is of this pipeline only.",
        ),
    ] = None,
    dialect: Annotated[
        str | None,
        typer.Option(
            "--dialect",
            metavar="NAME",
            show_default=False,
            help="Print the SQL of another engine instead, over its tables: postgres. What it cannot say is refused.",
        ),
    ] = None,
    checks: Annotated[
        bool, typer.Option("--checks", help="Print the SQL of the checks instead, for the passes that have some.")
    ] = False,
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
) -> None:
    """Print a pipeline as SQL.

    Without --as: the statements that a run executes, as CREATE VIEW statements in the order in which they can be run.
    Standard output holds SQL (or JSON) and nothing else; warnings go to standard error.
    """
    from basalt.cli.emission import Emission, emit, emit_checks  # noqa: PLC0415 - the compiler is imported when used

    path = pipeline_path(pipeline, pipeline_option)
    config = load_pipeline(path, settings, start_date, end_date)
    if dialect is not None:
        if output is not Format.sql or form is not None or complete or checks or other is not None:
            message = "the SQL of another engine is views, and complete"
            hint = "leave out --format, --as, --complete, --checks and --diff"
            raise CallError(message, place="--dialect", suggestion=hint)
        from basalt.cli.translated import print_translated  # noqa: PLC0415 - the compiler is imported when it is used

        print_translated(config, dialect, pass_name, folder)
        return
    if checks:
        if output is not Format.sql or form is not None or complete or other is not None:
            message = "checks are SQL of their own, and the same with and without indicators in it"
            raise CallError(message, place="--checks", suggestion="leave out --format, --as, --complete and --diff")
        emit_checks(config, pass_name, folder)
        return
    asked = Emission(pass_name, output.value, None if form is None else form.value, folder, is_complete=complete)
    if other is None:
        emit(config, asked)
        return
    from basalt.cli.comparison import print_differences  # noqa: PLC0415 - the same
    from basalt.cli.earlier import earlier_pipeline  # noqa: PLC0415 - the same

    dates = (start_date, end_date)
    print_differences(earlier_pipeline(other, path, asked, dates), config, asked)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    add_command(app, "compile", compile_command)
