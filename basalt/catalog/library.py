"""All that can be computed: the metrics that Basalt ships, and those of a user's own folders."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from basalt.catalog.agreement import disagreements, shared_columns
from basalt.catalog.groups import Group, groups
from basalt.catalog.headers import read_header, templates_folder
from basalt.catalog.metrics import Metric, Statistic
from basalt.catalog.own_metrics import check_own_metric, own_templates
from basalt.catalog.time_weighted import time_weighted
from basalt.errors import Problem, TemplateError


@dataclass(frozen=True)
class Library:
    """The metrics by template, and the statistics they may be taken with.

    ``metrics`` are in the order of module, measure and position.
    """

    metrics: tuple[Metric, ...]
    statistics: Mapping[str, Statistic]

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that have metrics."""
        return tuple(dict.fromkeys(each.module for each in self.metrics))

    def measures(self, module: str) -> dict[str, tuple[Metric, ...]]:
        """Return the metrics of a module by the measure that asks for them, in the order of their headers."""
        found: dict[str, tuple[Metric, ...]] = {}
        for metric in self.metrics:
            if metric.module == module and metric.family == "generic":
                found[metric.measure] = (*found.get(metric.measure, ()), metric)
        return found

    def groups(self) -> tuple[Group, ...]:
        """Return the groups of configuration that ask for the metrics."""
        return groups(self.metrics, self.statistics)

    def family(self, module: str, family: str) -> dict[str, Metric]:
        """Return the metrics of a module that one group of its configuration asks for, by name."""
        return {each.name: each for each in self.metrics if (each.module, each.family) == (module, family)}


def load_library(folders: Iterable[str | Path] = ()) -> Library:
    """Return the metrics that Basalt ships and those in ``<folder>/<module>/*.sql`` of each folder.

    What is shipped is read once per process, a user's folders whenever they are asked for: they change while one works
    on them. Raises TemplateError with every header that is missing a field, and for metrics that share a name or a
    column or declare one state differently.
    """
    shipped, statistics = _shipped()
    folders = list(folders)
    if not folders:
        return _library(shipped, statistics)
    own = _read_all(own_templates(folders))
    problems = [problem for path, metric in own.items() for problem in check_own_metric(path, metric)]
    every = {**shipped, **own}
    problems = problems or list(disagreements(every))
    problems = problems or list(shared_columns(own, every, statistics))
    if problems:
        raise TemplateError(problems)
    return _library(every, statistics)


@functools.cache
def _shipped() -> tuple[Mapping[Path, Metric], Mapping[str, Statistic]]:
    root = templates_folder()
    metrics = _read_all(sorted(root.glob("metrics/*/*.sql")))
    statistics = [read_header(path, Statistic) for path in sorted(root.glob("statistics/*.sql"))]
    if problems := list(disagreements(metrics)):
        raise TemplateError(problems)
    return metrics, {each.name: each for each in statistics}


def _library(metrics: Mapping[Path, Metric], statistics: Mapping[str, Statistic]) -> Library:
    every = [*metrics.values(), *time_weighted(metrics.values())]
    ordered = sorted(every, key=lambda each: (each.module, each.measure, each.position, each.name))
    return Library(tuple(ordered), statistics)


def _read_all(paths: Iterable[Path]) -> dict[Path, Metric]:
    """Read metrics, whose module is the folder they are in; what is wrong with any is told together."""
    found: dict[Path, Metric] = {}
    problems: list[Problem] = []
    for path in paths:
        with _kept(problems):
            found[path] = read_header(path, Metric, module=path.parent.name)
    if problems:
        raise TemplateError(problems)
    return found


@contextmanager
def _kept(problems: list[Problem]) -> Iterator[None]:
    """Keep what is wrong with a template, so that all are told together."""
    try:
        yield
    except TemplateError as error:
        problems += error.problems
