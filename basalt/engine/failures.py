"""Names the pass that failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from basalt.errors import RunError


def failed(name: str, error: Exception) -> RunError:
    """Return the error of a pass, as itself when it already names its place."""
    if isinstance(error, RunError):
        return error if error.problems[0].place else RunError(error.problems[0].message, place=f"pass {name}")
    return RunError(str(error).splitlines()[0], place=f"pass {name}")


@contextmanager
def of_pass(name: str) -> Iterator[None]:
    """Raise what fails in the block as a RunError that names the pass."""
    try:
        yield
    except (duckdb.Error, RunError) as error:
        raise failed(name, error) from error
