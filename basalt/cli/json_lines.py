"""Tells of a run as JSON, a line per event, on standard error: for programs that watch it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import typer

from basalt.configuration.days import Days
from basalt.engine.observing import PassReport


class JsonLines:
    """Writes each event with its time (UTC) and what belongs to it."""

    def batch_started(self, days: Days, number: int, total: int) -> None:
        """Write that a batch begins, with its number, counted from 1."""
        _write("batch started", **_told(days), number=number + 1, total=total)

    def batch_finished(self, days: Days, status: str, error: str | None) -> None:
        """Write what became of a batch."""
        _write("batch finished", **_told(days), status=status, error=error)

    def started(self, name: str, share: Callable[[], float | None]) -> None:  # noqa: ARG002 - lines do not move
        """Write that a pass begins."""
        _write("pass started", name=name)

    def finished(self, report: PassReport) -> None:
        """Write what a pass gave."""
        told = {"rows": report.rows, "seconds": round(report.seconds, 3), "places": list(report.places)}
        _write("pass finished", name=report.name, **told)


def _told(days: Days) -> dict[str, str | None]:
    return {end: day.isoformat() if day else None for end, day in (("first", days.first), ("last", days.last))}


def _write(event: str, **told: object) -> None:
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    typer.echo(json.dumps({"at": at, "event": event, **told}, ensure_ascii=False), err=True)
