"""``basalt pipeline``: run a pipeline, or look at what it reads and writes."""

from __future__ import annotations

from typing import Annotated

import typer

from basalt.cli.command import add_command
from basalt.cli.options import (
    EndDate,
    PipelineArgument,
    PipelineOption,
    Restate,
    Settings,
    StartDate,
    load_pipeline,
    pipeline_path,
)

app = typer.Typer(help="Run a pipeline, or see what it reads and writes.", no_args_is_help=True, rich_markup_mode=None)


def run(  # noqa: PLR0913 - a parameter per option
    pipeline: PipelineArgument = None,
    *,
    pipeline_option: PipelineOption = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
    restate: Restate = False,
    fail_fast: Annotated[bool, typer.Option("--fail-fast", help="Stop at the first batch that fails.")] = False,
    log_json: Annotated[bool, typer.Option("--log-json", help="Tell of progress in lines of JSON.")] = False,
) -> None:
    """Run a pipeline and write its results.

    Only what is not up to date is written: see plan.

    A pass lands where its output says, or OUTPUT_TARGET of the pipeline. When the pipeline names no output at all,
    every pass is written to data/{datasetname}/{pass}/{start_date}_{end_date}.parquet beside the pipeline file. A
    pass that is not written, and that no written pass reads, is not run.
    """
    from basalt.cli.running import run_pipeline  # noqa: PLC0415 - DuckDB and rich are imported when they are used

    path = pipeline_path(pipeline, pipeline_option)
    config = load_pipeline(path, settings, start_date, end_date)
    run_pipeline(config, path, restate=restate, fail_fast=fail_fast, log_json=log_json)


def plan(  # noqa: PLR0913 - a parameter per option
    pipeline: PipelineArgument = None,
    *,
    pipeline_option: PipelineOption = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
    restate: Restate = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what a run would write, and why.

    Outputs whose days are new, whose configuration, templates or source files have changed, or that another engine has
    written. Nothing is computed.
    """
    import basalt  # noqa: PLC0415 - DuckDB is imported when it is used
    from basalt.cli.default_output import with_default_output  # noqa: PLC0415 - the same
    from basalt.cli.planned import print_plan, print_plan_json  # noqa: PLC0415 - the same

    path = pipeline_path(pipeline, pipeline_option)
    config = with_default_output(load_pipeline(path, settings, start_date, end_date), path)
    (print_plan_json if as_json else print_plan)(basalt.plan(config, restate=restate))


def datasets(  # noqa: PLR0913 - a parameter per option
    pipeline: PipelineArgument = None,
    *,
    pipeline_option: PipelineOption = None,
    start_date: StartDate = None,
    end_date: EndDate = None,
    settings: Settings = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show what a pipeline reads and writes.

    Source tables with where they are, and results with whether they are there, how many rows they have and when they
    were written. Nothing is run.
    """
    from basalt.cli.datasets import list_datasets  # noqa: PLC0415 - Arrow and rich are imported when they are used
    from basalt.cli.datasets_view import print_json, print_tables  # noqa: PLC0415 - the same

    path = pipeline_path(pipeline, pipeline_option)
    found = list_datasets(load_pipeline(path, settings, start_date, end_date), path)
    (print_json if as_json else print_tables)(found)


add_command(app, "run", run)
add_command(app, "plan", plan)
add_command(app, "datasets", datasets)
