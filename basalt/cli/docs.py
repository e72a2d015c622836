"""``basalt docs``: a page that documents a pipeline."""

from __future__ import annotations

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


def docs(  # noqa: PLR0913 - a parameter per option
    pipeline: PipelineArgument = None,
    *,
    pipeline_option: PipelineOption = None,
    folder: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", file_okay=False, help="Where to write index.html.")
    ] = Path("site"),
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
) -> None:
    """Write one page that documents a pipeline.

    The graph of its passes; every column with its unit, formula and lineage; the SQL; a search over all columns. The
    page opens from disk and needs no network.
    """
    import basalt  # noqa: PLC0415 - the compiler is imported when it is used
    from basalt.outputs.staging import staged  # noqa: PLC0415 - the same

    config = load_pipeline(pipeline_path(pipeline, pipeline_option), settings, start_date, end_date)
    path, text = folder / "index.html", basalt.document(config)
    with staged(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(f"wrote {path}", err=True)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    add_command(app, "docs", docs)
