"""How a value the user wrote is shown in a message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

_LONGEST = 60


def shown(value: object) -> str:
    """Return a value as a message shows it: text in quotes and cut when long, containers by their size."""
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, (str, int, float)):
        return _shortened(repr(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _shortened(f"a mapping with the keys {', '.join(map(str, value))}") if value else "an empty mapping"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}" if value else "an empty list"
    return f"a value of type {type(value).__name__}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 4]}...{text[-1]}"
