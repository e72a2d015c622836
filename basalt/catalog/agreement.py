"""What metrics of one library must agree on: names and columns tell them apart, a state means one thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from basalt.catalog.groups import groups
from basalt.catalog.metrics import Metric, Statistic
from basalt.catalog.naming import columns_named, columns_of
from basalt.errors import Problem


def disagreements(metrics: Mapping[Path, Metric]) -> Iterator[Problem]:
    """Yield the names that two metrics share and the states they declare differently; each names both templates."""
    yield from _same_names(metrics)
    yield from _different_meanings(metrics)


def shared_columns(
    own: Mapping[Path, Metric], metrics: Mapping[Path, Metric], statistics: Mapping[str, Statistic]
) -> Iterator[Problem]:
    """Yield the columns of a user's own metrics that another of all metrics has as well, with both templates."""
    paths = {(metric.module, metric.name): path for path, metric in metrics.items()}
    known = groups(metrics.values(), statistics)
    for path, metric in own.items():
        group = next(each for each in known if metric in each.metrics)
        for column in columns_of(metric, group):
            others = (paths[other.metric.module, other.metric.name] for other in columns_named(column, known))
            if other := next((each for each in others if each != path), None):
                yield Problem(f"header: column: {column} is a column of {other} already", str(path))
                break


def _same_names(metrics: Mapping[Path, Metric]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Path] = {}
    for path, metric in metrics.items():
        if (earlier := first.setdefault((metric.module, metric.name.casefold()), path)) != path:
            yield Problem(f"header: name: {metric.name} is the name of {earlier} already", str(path))


def _different_meanings(metrics: Mapping[Path, Metric]) -> Iterator[Problem]:
    """Yield what two metrics of a module declare differently under one name; a pass computes it once."""
    first: dict[tuple[str, str], tuple[object, Path]] = {}
    for path, metric in metrics.items():
        declared: dict[str, object] = {f"states.{name}": (state, metric.rows) for name, state in metric.states.items()}
        declared |= {f"derived.{name}": text for name, text in metric.derived.items()}
        for field, meaning in declared.items():
            other, earlier = first.setdefault((metric.module, field), (meaning, path))
            if other != meaning:
                yield Problem(f"header: {field}: {metric.name} declares it otherwise than {earlier}", str(path))
