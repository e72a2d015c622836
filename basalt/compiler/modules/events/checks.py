"""Checks of what a module reads of its source, told together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from basalt.errors import BindingError


def check_all(reads: Iterable[Callable[[], object]]) -> None:
    """Call what reads a part of a source, all of it, then raise what was wrong in one.

    Raises the BindingError that all raise, or BindingError itself where they are of several kinds.
    """
    errors: list[BindingError] = []
    for read in reads:
        try:
            read()
        except BindingError as error:
            errors.append(error)
    if errors:
        kinds = {type(error) for error in errors}
        kind = kinds.pop() if len(kinds) == 1 else BindingError
        raise kind(dict.fromkeys(problem for error in errors for problem in error.problems))
