"""``basalt analytics``: what can be computed, and what a column is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from basalt.cli.command import add_command
from basalt.cli.options import PipelineOption, Settings, TemplatePaths, load_pipeline
from basalt.errors import CallError

app = typer.Typer(help="See what can be computed, and what a column is.", no_args_is_help=True, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def list_command(
    *,
    module: Annotated[
        str | None, typer.Option("--module", metavar="NAME", show_default=False, help="Only metrics of this module.")
    ] = None,
    pipeline: PipelineOption = None,
    template_paths: TemplatePaths = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """List every metric there is, or every column that a pipeline produces.

    Metrics come by the place in a pass that asks for them, with what may be set there. With --pipeline: the columns of
    each pass, indicators among them.
    """
    if pipeline is None:
        from basalt.cli.catalogue import print_catalogue  # noqa: PLC0415 - pydantic and rich are imported when used

        print_catalogue(module, template_paths or (), as_json=as_json)
        return
    _refuse_template_paths(template_paths)
    from basalt.cli.produced import print_produced  # noqa: PLC0415 - the compiler is imported when it is used

    print_produced(load_pipeline(pipeline, settings, None, None), module, as_json=as_json)


def explain(  # noqa: PLR0913 - a parameter per option
    column: Annotated[
        str, typer.Argument(metavar="COLUMN", help="An output column; without a pipeline also a metric or a measure.")
    ],
    *,
    pipeline: PipelineOption = None,
    pass_name: Annotated[
        str | None, typer.Option("--pass", metavar="NAME", show_default=False, help="The column of this pass only.")
    ] = None,
    template_paths: TemplatePaths = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Explain a column: formula, unit, when it is null, what it needs, how it is aggregated again, its literature.

    With --pipeline: with that pipeline's parameters, and where the column comes from, through all passes down to the
    columns of the sources and what decides which rows are read.
    """
    from basalt.cli.explained import explain_by_name, explain_in_pipeline  # noqa: PLC0415 - when used

    if pipeline is None:
        _refuse_pass(pass_name)
        explain_by_name(column, template_paths or (), as_json=as_json)
        return
    _refuse_template_paths(template_paths)
    explain_in_pipeline(load_pipeline(pipeline, settings, None, None), column, pass_name, as_json=as_json)


def _refuse_pass(name: str | None) -> None:
    if name is not None:
        message = "a pass is one of a pipeline, and none is given"
        raise CallError(message, place="--pass", suggestion="name it with --pipeline PATH")


def _refuse_template_paths(paths: list[Path] | None) -> None:
    if paths:
        message = "a pipeline says itself where its templates are"
        raise CallError(message, place="--template-path", suggestion="--set TEMPLATE_PATHS=DIR changes it")


add_command(app, "list", list_command)
add_command(app, "explain", explain)
