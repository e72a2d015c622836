"""The columns that a generic pass adds on its way from bars to rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class WorkingColumns:
    """Their names, unlike any name that the pass reads or gives."""

    bucket: str = "bucket"
    bar_start: str = "bar_start"
    bar_date: str = "bar_date"
    member_weight: str = "member_weight"
    last_day: str = "last_day"
    session_day: str = "session_day"
    session_open: str = "session_open"
    session_close: str = "session_close"
    next_bucket: str = "next_bucket"
    filled_bucket: str = "filled_bucket"

    @classmethod
    def beside(cls, names: Iterable[str]) -> WorkingColumns:
        """Return names unlike those of a pass's own columns."""
        taken = {name.casefold() for name in names}
        return cls(**{field.name: _free(field.name, taken) for field in fields(cls)})


def _free(name: str, taken: set[str]) -> str:
    return name if name not in taken else _free(f"{name}_", taken)
