"""The measurements as one plain-text table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .measuring import Comparison, Cost
from .targets import Verdict, verdicts
from .workloads import EXPERT, FLOOR, WORKLOADS, Workload

_HEADINGS = ("contender", "CPU s", "imports s", "wall s", "peak MB", "x scan", "x expert", "x scan*", "x expert*")
_NOTE = "CPU is user + system of the whole process, its imports included; * without the imports."
_WORDS = {None: "no target at this size", True: "met", False: "MISSED"}


def comparison_text(comparison: Comparison) -> str:
    """Return one workload at one size: a row per contender, then Basalt beside its targets."""
    runs = f"median of {comparison.repeat}" if comparison.repeat > 1 else "one run"
    lines = [
        f"{comparison.workload}: {WORKLOADS[comparison.workload].title}",
        f"{comparison.trades:,} trades, {runs}, a fresh process each",
        "",
        _row(_HEADINGS),
        *(_row(_cells(name, comparison)) for name in comparison.costs),
        *_not_run(WORKLOADS[comparison.workload]),
        _NOTE,
        "",
        *verdict_lines(verdicts(comparison)),
    ]
    return "\n".join(lines)


def verdict_lines(found: Iterable[Verdict]) -> Iterator[str]:
    """Yield a line per measured value beside its target."""
    for each in found:
        target = "" if each.target is None else f"<= {each.target:g} {each.unit}"
        yield f"  {each.what:<48} {each.measured:9.2f} {each.unit:<3} {target:<12} {_WORDS[each.is_met]}".rstrip()


def _not_run(workload: Workload) -> Iterator[str]:
    """Yield a line per contender that could not be measured."""
    for name, package in workload.absent.items():
        yield f"  {name:<14} not run: {package} is not installed (pip install 'basalt[bench]')"


def _cells(name: str, comparison: Comparison) -> tuple[str, ...]:
    cost = comparison.costs[name]
    floor, expert = comparison.costs[FLOOR], comparison.costs[EXPERT]
    spent = (f"{cost.cpu:.2f}", f"{cost.imports:.2f}", f"{cost.wall:.2f}", f"{cost.memory / 1e6:.0f}")
    return (name, *spent, *_ratios(cost, floor, expert))


def _ratios(cost: Cost, floor: Cost, expert: Cost) -> Iterator[str]:
    pairs = (cost.cpu, floor.cpu), (cost.cpu, expert.cpu), (cost.work, floor.work), (cost.work, expert.work)
    return (f"{own / other:.2f}" for own, other in pairs)


def _row(cells: Iterable[str]) -> str:
    name, *numbers = cells
    return f"  {name:<14}" + "".join(f"{number:>11}" for number in numbers)
