"""What is wrong with a text, with lines and columns counted from one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True)
class Spot:
    """A line and a column of a text, counted from one; the column is 0 when only the line is known."""

    line: int
    column: int = 0

    def __str__(self) -> str:
        return f"{self.line}:{self.column}" if self.column else str(self.line)


@dataclass(frozen=True)
class Misreading:
    """One thing that keeps a text from being read, and where it is, as far as that is known."""

    message: str
    spot: Spot | None = None
    suggestion: str = ""


class UnreadableTextError(ValueError):
    """A text that is not what its format asks for; ``misreadings`` holds everything found."""

    def __init__(self, misreadings: Misreading | Iterable[Misreading]) -> None:
        self.misreadings = (misreadings,) if isinstance(misreadings, Misreading) else tuple(misreadings)
        super().__init__("; ".join(each.message for each in self.misreadings))


def spot_at(text: str, offset: int) -> Spot:
    """Return the line and column of a character."""
    before = text[:offset]
    return Spot(before.count("\n") + 1, offset - (before.rfind("\n") + 1) + 1)
