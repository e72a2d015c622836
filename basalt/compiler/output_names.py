"""Names of output columns by a user's pattern with variables in braces."""

from __future__ import annotations

import string
from collections.abc import Mapping

from basalt.errors import OutputNameError, listing, nearest


def filled(pattern: str, variables: Mapping[str, str], place: str) -> str:
    """Return a pattern with its variables filled in.

    Raises OutputNameError for text that is no pattern, a variable that there is not, or a name that comes out empty.
    """
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        message = f"{pattern!r} is not a name with variables in braces: {error}"
        raise OutputNameError(message, place=place) from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in variables or form or conversion):
            written = name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            message = f"{pattern!r} has a variable {{{written}}} that there is not; there are {listing(variables)}"
            raise OutputNameError(message, place=place, suggestion=nearest(name, variables))
    if not (found := pattern.format(**variables)):
        message = "an empty pattern names no column"
        raise OutputNameError(message, place=place)
    return found
