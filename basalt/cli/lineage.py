"""``basalt lineage``: where a column comes from."""

from __future__ import annotations

from typing import Annotated

import typer

from basalt.cli.command import add_command
from basalt.cli.options import EndDate, PipelineOption, Settings, StartDate, load_pipeline
from basalt.errors import CallError


def lineage(  # noqa: PLR0913 - a parameter per option
    column: Annotated[str, typer.Argument(metavar="COLUMN", help="A column that the pipeline produces.")],
    *,
    pipeline: PipelineOption = None,
    pass_name: Annotated[
        str | None, typer.Option("--pass", metavar="NAME", show_default=False, help="The column of this pass only.")
    ] = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the graph as JSON: nodes and edges.")] = False,
    as_mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the graph as a Mermaid flowchart.")] = False,
) -> None:
    """Show where a column of a pipeline comes from.

    Through all passes, down to the columns of the sources, with the keys and filters that decide which rows there are.
    A column that several passes have is shown for each.
    """
    if pipeline is None:
        message = "no pipeline file is given"
        raise CallError(message, place="--pipeline", suggestion="name it with --pipeline PATH")
    if as_json and as_mermaid:
        message = "JSON and Mermaid are asked for"
        raise CallError(message, place="--mermaid", suggestion="leave one of them out")
    from basalt.cli.lineage_text import json_text, mermaid_text, print_lineage, tree_text  # noqa: PLC0415 - when used

    form = json_text if as_json else mermaid_text if as_mermaid else tree_text
    print_lineage(load_pipeline(pipeline, settings, start_date, end_date), column, pass_name, form)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    add_command(app, "lineage", lineage)
