"""Templates of paths and table names, filled in from the pipeline."""

from __future__ import annotations

from string import Formatter

DATE_FIELDS = ("start_date", "end_date")
PATH_FIELDS = ("datasetname", "pass", "universe", *DATE_FIELDS)
"""What a path template may name in braces."""


def fields_of(template: str) -> list[str]:
    """Return the names in braces. Raises ValueError with a plain message when the text is not a template."""
    try:
        parsed = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(template)]
    except ValueError as error:
        message = f"{template!r} is not a path template: {error}"
        raise ValueError(message) from None
    for name, spec, conversion in parsed:
        if name is not None and (name not in PATH_FIELDS or spec or conversion):
            known = ", ".join(f"{{{field}}}" for field in PATH_FIELDS)
            message = f"unknown field {{{name}}}; there are {known}"
            raise ValueError(message)
    if not template.strip():
        message = "a path template must not be empty"
        raise ValueError(message)
    return [name for name, _, _ in parsed if name is not None]


def without_dates(template: str, instead: str) -> str:
    """Return a template that names no date; raises ValueError for one that does, with what to do ``instead``."""
    if named := [name for name in fields_of(template) if name in DATE_FIELDS]:
        message = f"{{{named[0]}}} cannot stand here: one place holds the rows of all dates; {instead}"
        raise ValueError(message)
    return template
