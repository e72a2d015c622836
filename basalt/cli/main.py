"""The ``basalt`` command: its options and its subcommands."""

from __future__ import annotations

from typing import Annotated

import typer

from basalt.cli import analytics, check, docs, lineage, pipeline, publish, sample, schema
from basalt.cli import compile as compile_command
from basalt.cli.options import Debug
from basalt.version import __version__

app = typer.Typer(
    name="basalt",
    help="Multi-pass market-data analytics, SQL first: declare passes, read the SQL, let DuckDB run it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - as typer calls it
    if wanted:
        typer.echo(f"basalt {__version__}")
        raise typer.Exit


@app.callback()
def options(
    context: typer.Context,
    *,
    version: Annotated[  # noqa: ARG001 - its callback acts
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and stop.")
    ] = False,
    debug: Debug = False,
) -> None:
    """Take the options that stand before a command."""
    context.obj = debug


compile_command.register(app)
check.register(app)
docs.register(app)
lineage.register(app)
publish.register(app)
app.add_typer(pipeline.app, name="pipeline")
app.add_typer(analytics.app, name="analytics")
sample.register(app)
schema.register(app)


def main() -> None:
    """Run the command line and end the process with its exit code."""
    app()
