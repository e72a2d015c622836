"""Reads the name of an output column back: which metric it is of, for which choices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from basalt.catalog.groups import Group
from basalt.catalog.metrics import Metric

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_ALL = "Total"


@dataclass(frozen=True)
class NamedColumn:
    """A metric and what was chosen for each placeholder of its column's name; nothing for a metric named by itself."""

    group: Group
    metric: Metric
    chosen: Mapping[str, str]

    @property
    def column(self) -> str:
        """The column's name, with placeholders for what was not chosen."""
        total = self.chosen.get("side") == _ALL and self.metric.column_total
        pattern = total or self.metric.column
        return _PLACEHOLDER.sub(lambda found: self._label(found[1]), pattern)

    def _label(self, placeholder: str) -> str:
        if placeholder not in self.chosen:
            return f"{{{placeholder}}}"
        chosen = self.chosen[placeholder]
        return {name: label for label, name in labels(self.group, placeholder).items()}.get(chosen, chosen)


def labels(group: Group, placeholder: str) -> dict[str, str]:
    """Return what may stand for a placeholder in a column's name, with the choice that it stands for."""
    parameter = group.parameter(placeholder)
    return {} if parameter is None else {each.label: each.name for each in parameter.choices}


def columns_named(name: str, groups: Iterable[Group]) -> tuple[NamedColumn, ...]:
    """Return the metrics that have an output column of a name (compared as SQL does, without case)."""
    found = []
    for group in groups:
        for metric in group.metrics:
            chosen = _chosen(name, metric, group)
            if chosen is not None:
                found.append(NamedColumn(group, metric, chosen))
    return tuple(found)


def columns_of(metric: Metric, group: Group) -> tuple[str, ...]:
    """Return the names of the output columns of a metric for each side, where they have a level that of the best."""
    sides = labels(group, "side") or {_ALL: _ALL}
    return tuple(dict.fromkeys(metric.column_for(side).replace("{level}", "1") for side in sides))


def _chosen(name: str, metric: Metric, group: Group) -> dict[str, str] | None:
    if metric.column_total and (found := _matched(name, metric.column_total, group, frozenset())) is not None:
        return {**found, "side": _ALL}
    without = frozenset([_ALL]) if metric.column_total else frozenset()
    return _matched(name, metric.column, group, without)


def _matched(name: str, pattern: str, group: Group, without: frozenset[str]) -> dict[str, str] | None:
    expression, start = "", 0
    for place in _PLACEHOLDER.finditer(pattern):
        expression += re.escape(pattern[start : place.start()]) + _alternatives(place[1], group, without)
        start = place.end()
    found = re.fullmatch(expression + re.escape(pattern[start:]), name, re.IGNORECASE)
    if found is None:
        return None
    return {key: _choice(key, text, group) for key, text in found.groupdict().items()}


def _alternatives(placeholder: str, group: Group, without: frozenset[str]) -> str:
    words = sorted(set(labels(group, placeholder)) - without, key=len, reverse=True)
    parameter = group.parameter(placeholder)
    free = parameter.pattern if parameter is not None else None
    options = [*map(re.escape, words), *([free.removeprefix("^").removesuffix("$")] if free else [])]
    return f"(?P<{placeholder}>{'|'.join(options)})"


def _choice(placeholder: str, text: str, group: Group) -> str:
    folded = {label.casefold(): name for label, name in labels(group, placeholder).items()}
    return folded.get(text.casefold(), text)
