"""Standard output, and what happens when it takes no more."""

from __future__ import annotations

import os
import sys

import typer

from basalt.errors import OutputError


def put(text: str) -> None:
    """Write text to standard output as it is, all of it, now.

    Raises BrokenPipeError when its reader has gone, OutputError when it cannot be written for another reason.
    """
    try:
        typer.echo(text, nl=False)
    except BrokenPipeError:
        _discard_the_rest()
        raise
    except OSError as error:
        _discard_the_rest()
        message = f"cannot be written: {error.strerror}"
        raise OutputError(message, place="standard output") from error


def _discard_the_rest() -> None:
    """Let what is still buffered go nowhere: Python writes it out when it ends, and would complain again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
