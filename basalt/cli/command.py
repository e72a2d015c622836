"""What commands have in common: ``--debug``, errors told in plain text, an exit code that says what happened."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import typer

from basalt.cli.errors import reported_errors
from basalt.cli.options import Debug

_ADDED = (
    inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context),
    inspect.Parameter("debug", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=Debug),
)
"""Parameters that every command has besides its own."""


def add_command(app: typer.Typer, name: str, function: Callable[..., None]) -> None:
    """Add a function as a command; errors it raises end the process as ``reported_errors`` says."""

    @functools.wraps(function)
    def command(context: typer.Context, *, debug: bool, **arguments: Any) -> None:  # noqa: ANN401 - what typer has read
        with reported_errors(debug=debug or bool(context.obj)):
            function(**arguments)

    own = inspect.signature(function, eval_str=True)
    parameters = [*own.parameters.values(), *_ADDED]
    vars(command)["__signature__"] = own.replace(parameters=parameters)
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    app.command(name)(command)
