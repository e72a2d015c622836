"""What became of a run: what was written, from what, and what was found on the way."""

from __future__ import annotations

import json
import platform
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from basalt.catalog.indicators import library_version
from basalt.configuration.days import Days
from basalt.engine.observing import PassReport
from basalt.engine.schedule import Batch
from basalt.quality.model import CheckResult
from basalt.version import __version__


@dataclass(frozen=True)
class BatchRecord:
    """What became of a batch: what was written of it and why, how long it took, and the error if it failed."""

    batch: Batch
    reports: tuple[PassReport, ...]
    warnings: tuple[str, ...]
    seconds: float
    error: str | None = None
    checks: tuple[CheckResult, ...] = ()

    @property
    def status(self) -> str:
        """``failed``, ``written``, or ``up to date`` where there was nothing to do."""
        if self.error is not None:
            return "failed"
        return "written" if self.batch.due else "up to date"

    def told(self) -> dict[str, Any]:
        """Return the record as plain data."""
        rows = {report.name: report.rows for report in self.reports}
        return {
            "first": _day(self.batch.days, "first"),
            "last": _day(self.batch.days, "last"),
            "status": self.status,
            "seconds": round(self.seconds, 3),
            "error": self.error,
            "outputs": [
                {
                    "pass": task.pass_name,
                    "place": task.output.place,
                    "reason": task.reason,
                    "rows": rows.get(task.pass_name) if task.reason else None,
                    "fingerprint": dict(task.origin.fingerprint),
                    "inputs": dict(task.origin.inputs) if task.reason else None,
                }
                for task in self.batch.tasks
            ],
            "checks": [asdict(each) for each in self.checks],
        }


@dataclass
class Manifest:
    """The record of a run; ``batches`` grows as it goes on."""

    dataset: str
    run: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    ended: datetime | None = None
    batches: list[BatchRecord] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What was found before the first batch."""

    @property
    def status(self) -> str:
        """``running`` until the run has ended, then ``failed`` where a batch has, else ``done``."""
        if any(each.error for each in self.batches):
            return "failed"
        return "done" if self.ended else "running"

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found on the way, in all batches."""
        found = (warning for each in self.batches for warning in each.warnings)
        return tuple(dict.fromkeys((*self.notes, *found)))

    def to_json(self) -> str:
        """Return the manifest as JSON."""
        told = {
            "run": self.run,
            "dataset": self.dataset,
            "status": self.status,
            "started": self.started.isoformat(),
            "ended": self.ended.isoformat() if self.ended else None,
            "versions": versions(),
            "batches": [each.told() for each in self.batches],
            "warnings": list(self.warnings),
        }
        return json.dumps(told, indent=2, ensure_ascii=False) + "\n"

    @contextmanager
    def kept_in(self, folder: str | None) -> Iterator[None]:
        """Have the manifest in a folder, if one is given, when the block begins and when it ends, however it does."""
        if folder is not None:
            self._write(Path(folder))
        try:
            yield
        finally:
            self.ended = datetime.now(UTC)
            if folder is not None:
                self._write(Path(folder))

    def _write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.started:%Y%m%dT%H%M%S}-{self.run[:8]}.json"
        aside = path.with_suffix(".part")
        aside.write_text(self.to_json(), encoding="utf-8")
        aside.replace(path)


def versions() -> Mapping[str, str]:
    """Return the versions of what computes the numbers."""
    return {
        "basalt": __version__,
        "python": platform.python_version(),
        "duckdb": duckdb.__version__,
        "pyarrow": pa.__version__,
        "ta-lib": library_version(),
    }


def _day(days: Days, end: str) -> str | None:
    day = getattr(days, end)
    return day.isoformat() if day else None
