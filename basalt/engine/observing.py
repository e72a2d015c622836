"""What is told of a run while it runs, and of each pass when it is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from basalt.configuration.days import Days


@dataclass(frozen=True)
class PassReport:
    """What became of a pass: its rows, its columns, how long it took in seconds, and where it was written.

    ``path`` is the local file or folder it was written to, the first of several; ``places`` are all of its outputs.
    """

    name: str
    rows: int
    columns: int
    seconds: float
    path: Path | None
    places: tuple[str, ...] = ()


class Observer(Protocol):
    """Hears of a run's progress."""

    def batch_started(self, days: Days, number: int, total: int) -> None:
        """Hear that a batch of days begins, ``number`` of ``total`` having been before; not where there is but one."""

    def batch_finished(self, days: Days, status: str, error: str | None) -> None:
        """Hear that a batch was ``written``, ``up to date`` or ``failed``, and then why."""

    def started(self, name: str, share: Callable[[], float | None]) -> None:
        """Hear that a pass begins to be computed, and get a function that tells how far it is.

        It may be called from any thread and returns 0 to 1, or None where DuckDB does not tell: between queries, and
        on a connection that was not opened by the run and does not have ``enable_progress_bar`` set.
        """

    def finished(self, report: PassReport) -> None:
        """Hear that a pass was computed, and where it landed."""


class Silent:
    """Hears nothing."""

    def batch_started(self, days: Days, number: int, total: int) -> None:
        """Hear nothing."""

    def batch_finished(self, days: Days, status: str, error: str | None) -> None:
        """Hear nothing."""

    def started(self, name: str, share: Callable[[], float | None]) -> None:
        """Hear nothing."""

    def finished(self, report: PassReport) -> None:
        """Hear nothing."""
