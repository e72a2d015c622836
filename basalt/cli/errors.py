"""How a command ends when something goes wrong: what it says, and its exit code."""

from __future__ import annotations

import textwrap
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from basalt.errors import BasaltError, OutputError, Problem, RunError

FAILED = 1
"""A run failed, or its result could not be written."""
REFUSED = 2
"""The configuration or the call is wrong: nothing was run."""
INTERRUPTED = 130
"""Ctrl-C, as shells count it: 128 and the number of the signal."""
CLOSED_PIPE = 141
"""Whoever read the output stopped reading, as shells count it."""

_DUCKDB_INTERRUPTED = "Query interrupted"
"""What DuckDB raises, as a RuntimeError, when Ctrl-C ends a query."""


@contextmanager
def reported_errors(*, debug: bool) -> Iterator[None]:
    """Tell errors on standard error and end with an exit code; with ``debug`` their traceback comes first."""
    try:
        yield
    except BasaltError as error:
        if debug:
            traceback.print_exception(error)
        typer.echo("\n\n".join(block(error.code, problem) for problem in error.problems), err=True)
        raise typer.Exit(exit_code(error)) from None
    except KeyboardInterrupt:
        raise _interruption() from None
    except BrokenPipeError:
        raise typer.Exit(CLOSED_PIPE) from None
    except RuntimeError as error:
        if str(error) != _DUCKDB_INTERRUPTED:
            raise
        raise _interruption() from None


def exit_code(error: BasaltError) -> int:
    """Return 1 for a run that failed, 2 for a request that was refused."""
    return FAILED if isinstance(error, (RunError, OutputError)) else REFUSED


def block(code: str, problem: Problem) -> str:
    """Return a problem as lines: its code and place, the message, the suggestion."""
    title = f"error {code}: {problem.place}" if problem.place else f"error {code}"
    lines = [problem.message, problem.suggestion] if problem.suggestion else [problem.message]
    return "\n".join([title, *(textwrap.indent(line, "  ") for line in lines)])


def _interruption() -> typer.Exit:
    typer.echo("interrupted", err=True)
    return typer.Exit(INTERRUPTED)
