"""Names for the columns that are computed on the way, unlike any column of the pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FreeNames:
    """Makes names that nobody has taken; ``ending`` sets those of one series or indicator apart from another's."""

    taken: frozenset[str]
    ending: str = ""

    @classmethod
    def beside(cls, names: Iterable[str]) -> FreeNames:
        """Return names unlike those of a pass's columns, compared as DuckDB does: without case."""
        return cls(frozenset(name.casefold() for name in names))

    def of(self, ending: object) -> FreeNames:
        """Return names for one of several."""
        return FreeNames(self.taken, f"{self.ending}_{ending}")

    def __call__(self, name: str) -> str:
        """Return a name as near to this one as is free."""
        found = f"{name}{self.ending}"
        while found.casefold() in self.taken:
            found += "_"
        return found
