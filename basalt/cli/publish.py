"""``basalt publish``: a DuckDB file that BI tools read."""

from __future__ import annotations

from enum import StrEnum
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


class Form(StrEnum):
    """What passes are published as."""

    views = "views"
    tables = "tables"


def publish(  # noqa: PLR0913 - a parameter per option
    pipeline: PipelineArgument = None,
    *,
    pipeline_option: PipelineOption = None,
    target: Annotated[str, typer.Option("--to", metavar="FILE", help="The DuckDB file to write.", show_default=False)],
    form: Annotated[Form, typer.Option("--as", help="Views where they can be, or tables all of them.")] = Form.views,
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
) -> None:
    """Publish a pipeline as a DuckDB file for BI tools.

    A view for each pass, with comments on each column, over the source files by their absolute paths; a table where a
    view could not be read elsewhere. The file is swapped in when it is whole, while readers stay connected.
    """
    from basalt.cli.published import print_published  # noqa: PLC0415 - DuckDB and rich are imported when they are used

    path = pipeline_path(pipeline, pipeline_option)
    print_published(load_pipeline(path, settings, start_date, end_date), target, form.value)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    add_command(app, "publish", publish)
