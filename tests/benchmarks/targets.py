"""What Basalt aims at, and whether a measurement meets it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .measuring import Comparison, CompileTime
from .workloads import BASALT, EXPERT, FLOOR, OWN_SQL

_CPU_OVER_SCAN = {
    ("w1", 20_000_000): 4.0,
    ("w1", 100_000_000): 1.9,
    ("w2", 20_000_000): 4.5,
    ("w3_times", 5_000_000): 2.9,
}
_MEGABYTES = {("w1", 20_000_000): 500.0, ("w1", 100_000_000): 600.0}
_OVER_OWN_SQL = 1.05
_STARTUP_SECONDS = 0.7
_COMPILE_MILLISECONDS = 250.0


@dataclass(frozen=True)
class Verdict:
    """A measured value beside its target, which is None where none was set for the size."""

    what: str
    measured: float
    target: float | None
    unit: str = ""

    @property
    def is_met(self) -> bool | None:
        """Whether the target is met; None where there is none."""
        return None if self.target is None else self.measured <= self.target


def verdicts(comparison: Comparison) -> Iterator[Verdict]:
    """Yield what a comparison says about Basalt."""
    size = (comparison.workload, comparison.trades)
    costs = comparison.costs
    basalt, by_hand = costs[BASALT], costs[OWN_SQL]
    yield Verdict("CPU over a bare scan", basalt.cpu / costs[FLOOR].cpu, _CPU_OVER_SCAN.get(size), "x")
    yield Verdict("peak memory", basalt.memory / 1e6, _MEGABYTES.get(size), "MB")
    yield Verdict("CPU over the expert's SQL", basalt.cpu / costs[EXPERT].cpu, None, "x")
    yield Verdict("CPU after imports over its own SQL by hand", basalt.work / by_hand.work, _OVER_OWN_SQL, "x")
    yield Verdict("start-up beyond that of the SQL by hand", basalt.imports - by_hand.imports, _STARTUP_SECONDS, "s")


def compile_verdicts(measured: CompileTime) -> Iterator[Verdict]:
    """Yield what the compile times say."""
    what = f"compile of {measured.columns} columns"
    yield Verdict(f"{what}, first after imports", measured.first * 1e3, _COMPILE_MILLISECONDS, "ms")
    yield Verdict(f"{what}, later", measured.later * 1e3, _COMPILE_MILLISECONDS, "ms")
