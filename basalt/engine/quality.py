"""The checks of a run: which passes are asked, their verdicts, and what became of each."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

import duckdb

from basalt.configuration import AnalyticsConfig
from basalt.configuration.buckets import NANOSECONDS
from basalt.configuration.days import midnight
from basalt.engine.inspection import Inspection
from basalt.engine.job import Job
from basalt.engine.slices import Slice
from basalt.engine.store import Store
from basalt.errors import Problem, QualityError
from basalt.quality.model import CheckResult, PassChecks

_DAY = 86_400 * NANOSECONDS


@dataclass
class Quality:
    """Has passes inspected while they are computed, and refuses those whose checks fail."""

    connection: duckdb.DuckDBPyConnection
    store: Store
    job: Job
    _results: dict[str, tuple[CheckResult, ...]] = field(default_factory=dict)
    _inspections: dict[str, Inspection] = field(default_factory=dict)

    @property
    def results(self) -> tuple[CheckResult, ...]:
        """How the checks of the passes computed so far came out."""
        return tuple(each for results in self._results.values() for each in results)

    @property
    def warnings(self) -> list[str]:
        """What the checks that warn have found."""
        return [f"pass {each.pass_name}: {each.told}" for each in self.results if each.status == "warned"]

    def asks(self, name: str) -> bool:
        """Tell whether a pass has checks."""
        return name in self.job.checks

    def observe(self, name: str, days: Slice | None = None) -> None:
        """Add the rows that the views of a pass show now: those of a slice, or all. Raises RunError."""
        if name not in self.job.checks:
            return
        checks = self._for_days(name, days)
        if name not in self._inspections:
            self._inspections[name] = Inspection(self.connection, checks, self.store.name, moment(self.job.config))
        self._inspections[name].observe(checks)

    def judge(self, names: Iterable[str]) -> None:
        """Say how the checks of passes came out over all rows added.

        Raises QualityError with every check that fails and raises.
        """
        for name in names:
            if (inspection := self._inspections.pop(name, None)) is not None:
                try:
                    self._results[name] = tuple(inspection.results())
                finally:
                    inspection.discard()
        found = [each for name in names for each in self._results.get(name, ()) if each.status == "failed"]
        if found:
            raise QualityError(Problem(each.told, each.place) for each in found)

    def examine(self, name: str) -> None:
        """Inspect a pass whose views show all of its rows. Raises as ``observe`` and ``judge``."""
        self.forget([name])
        self.observe(name)
        self.judge([name])

    def forget(self, names: Iterable[str]) -> None:
        """Forget what was added of passes that are computed anew."""
        for name in names:
            if (inspection := self._inspections.pop(name, None)) is not None:
                inspection.discard()

    def _for_days(self, name: str, days: Slice | None) -> PassChecks:
        checks = self.job.checks[name]
        return self.job.checks_of(days, name) if days is not None and checks.reads_events else checks


def moment(config: AnalyticsConfig) -> int:
    """Return what the age of rows is counted from, in nanoseconds: the end of the run's last day, or now."""
    return time.time_ns() if config.END_DATE is None else midnight(config.END_DATE) + _DAY
