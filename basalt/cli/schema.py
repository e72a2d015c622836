"""``basalt schema``: the JSON Schema of a pipeline file."""

from __future__ import annotations

import typer

from basalt.cli.command import add_command
from basalt.cli.options import TemplatePaths
from basalt.cli.output import put


def schema(*, template_paths: TemplatePaths = None) -> None:
    """Print the JSON Schema of a pipeline file.

    It gives completion, help and checks in an editor; measures and indicators are those that can be computed here.
    """
    from basalt.cli.schema_text import schema_text  # noqa: PLC0415 - pydantic and TA-Lib are imported when they are used

    put(schema_text(template_paths or ()))


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    add_command(app, "schema", schema)
