"""Runs the contenders in turn, each time in a fresh process, and keeps the medians."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from .child import Outcome, run_in_child
from .datasets import dataset_folder, results_folder
from .workloads import WORKLOADS


class DisagreementError(Exception):
    """Contenders computed different numbers, so that their times say nothing."""


@dataclass(frozen=True)
class Cost:
    """What one run took: CPU and wall seconds of the process, CPU seconds of its imports, bytes at its peak."""

    cpu: float
    imports: float
    wall: float
    memory: float

    @property
    def work(self) -> float:
        """CPU seconds after the imports."""
        return self.cpu - self.imports


@dataclass(frozen=True)
class Comparison:
    """The median cost of every contender at one workload and size."""

    workload: str
    trades: int
    repeat: int
    costs: dict[str, Cost]

    def plain(self) -> dict[str, object]:
        """Return the comparison as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class CompileTime:
    """Seconds to compile a pipeline of so many output columns: the first time in a process, and the median after."""

    columns: int
    first: float
    later: float


def compare_contenders(workload: str, cache: Path, trades: int, repeat: int, *, verify: bool) -> Comparison:
    """Run a workload ``repeat`` times with every contender, interleaved.

    Raises DisagreementError when ``verify`` is asked for and a contender's numbers are not Basalt's.
    """
    market, results = str(dataset_folder(cache, trades)), str(results_folder(cache, workload))
    run_in_child("make_market", workload=workload, market=market, trades=trades)
    run_in_child("prepare", workload=workload, market=market, results=results)
    costs: dict[str, list[Cost]] = {contender: [] for contender in WORKLOADS[workload].present}
    for turn in range(repeat):
        for contender, runs in costs.items():
            runs.append(
                _cost(run_in_child("contend", workload=workload, market=market, contender=contender, results=results))
            )
        if verify and turn == 0:
            _check_agreement(workload, results)
    return Comparison(workload, trades, repeat, {name: _median(runs) for name, runs in costs.items()})


def _check_agreement(workload: str, results: str) -> None:
    """Raise DisagreementError with every result that is not Basalt's."""
    found = run_in_child("compare", workload=workload, results=results)["disagreements"]
    if found:
        raise DisagreementError("\n".join(found))


def measure_compile(repeat: int) -> CompileTime:
    """Compile a pipeline with some 200 output columns in a fresh process, after its imports."""
    outcome = run_in_child("time_compile", repeat=repeat)
    return CompileTime(outcome["columns"], outcome["first"], statistics.median(outcome["later"]))


def _cost(outcome: Outcome) -> Cost:
    return Cost(**{field.name: outcome[field.name] for field in fields(Cost)})


def _median(runs: Iterable[Cost]) -> Cost:
    runs = list(runs)
    return Cost(**{field.name: statistics.median(getattr(run, field.name) for run in runs) for field in fields(Cost)})
