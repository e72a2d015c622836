"""The catalogue of metrics, printed as tables or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from basalt.catalog.groups import Group, Parameter
from basalt.catalog.library import load_library
from basalt.catalog.metrics import Metric
from basalt.cli.output import put
from basalt.cli.tables import print_described
from basalt.errors import CallError, listing, nearest

HEADINGS = ("column", "type", "kind", "unit", "what it is")


def print_catalogue(module: str | None, template_paths: Iterable[Path], *, as_json: bool) -> None:
    """Print every group of metrics, those of one module where one is named.

    Raises CallError for a module without metrics, TemplateError for templates that cannot be used.
    """
    library = load_library(template_paths)
    if module is not None and module not in library.modules:
        message = f"there is no module {module!r} with metrics; there are {listing(library.modules)}"
        raise CallError(message, place="--module", suggestion=nearest(module, library.modules))
    groups = [group for group in library.groups() if module in (None, group.module)]
    if as_json:
        put(f"{json.dumps({'groups': [group_data(each) for each in groups]}, indent=2, ensure_ascii=False)}\n")
        return
    for position, group in enumerate(groups):
        put("\n" if position else "")
        _print_group(group)


def _print_group(group: Group) -> None:
    put(f"{group.place}\n\n")
    print_described(HEADINGS, (_cells(metric) for metric in group.metrics))
    if group.parameters:
        put("\n")
        print_described(
            ("setting", "value", "what it means"), [row for each in group.parameters for row in parameter_rows(each)]
        )


def _cells(metric: Metric) -> tuple[str, ...]:
    return (metric.column, metric.type, metric.kind, metric.unit, title_text(metric))


def title_text(metric: Metric) -> str:
    """Return what a metric is, with the settings that complete it, and its column for all sides if that is another."""
    statistic = ["({aggregation})"] if metric.statistics else []
    told = " ".join([metric.title, *(f"{{{parameter}}}" for parameter in metric.completing), *statistic])
    return f"{told}; of all sides: {metric.column_total}" if metric.column_total else told


def parameter_rows(parameter: Parameter) -> Iterator[tuple[str, str, str]]:
    """Yield the rows that tell what a setting takes: one per value, and those that need no words in one."""
    name = parameter.name
    plain = [choice.name for choice in parameter.choices if not choice.title]
    if plain:
        yield name, "one of", ", ".join(plain)
    if not parameter.choices:
        shown = parameter.default if isinstance(parameter.default, str) else ", ".join(_listed(parameter.default))
        absent = "to be given" if parameter.is_required else "if wanted"
        yield name, f"such as {shown}" if shown else absent, parameter.title
    for choice in parameter.choices:
        if choice.title:
            yield name, choice.name, choice.text


def _listed(value: object) -> list[str]:
    return [str(each) for each in value] if isinstance(value, list) else []


def group_data(group: Group) -> dict[str, object]:
    """Return a group as data for JSON."""
    return {
        "module": group.module,
        "place": group.place,
        "title": group.title,
        "settings": [_parameter(each) for each in group.parameters],
        "metrics": [_metric(each) for each in group.metrics],
    }


def _parameter(parameter: Parameter) -> dict[str, object]:
    return {
        "name": parameter.name,
        "title": parameter.title,
        "default": parameter.default,
        "pattern": parameter.pattern,
        "values": [
            {
                "name": each.name,
                "label": each.label,
                "title": each.title,
                **({"changes": each.changes} if each.changes else {}),
            }
            for each in parameter.choices
        ],
    }


def _metric(metric: Metric) -> dict[str, object]:
    return {
        "name": metric.name,
        "measure": metric.measure or None,
        "column": metric.column,
        "column_total": metric.column_total,
        "type": metric.type,
        "unit": metric.unit,
        "kind": metric.kind,
        "title": metric.title,
        "requires": list(metric.requires),
    }
