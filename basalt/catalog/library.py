"""Reads the metrics from the headers of ``sql_templates/``."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from basalt.catalog.metrics import Metric
from basalt.errors import Problem, TemplateError

_OPEN, _CLOSE = "/* ---", "--- */"


@dataclass(frozen=True)
class Library:
    """All metrics of a templates folder, by module and measure."""

    metrics: tuple[Metric, ...]

    def measures(self, module: str) -> dict[str, tuple[Metric, ...]]:
        """Return the metrics of a module by the measure that asks for them, in the order of their headers."""
        found: dict[str, tuple[Metric, ...]] = {}
        for metric in self.metrics:
            if metric.module == module:
                found[metric.measure] = (*found.get(metric.measure, ()), metric)
        return found


def templates_folder() -> Path:
    """Return the folder of SQL templates: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).parent.parent
    for folder in (package / "sql_templates", package.parent / "sql_templates"):
        if folder.is_dir():
            return folder
    message = "the sql_templates folder is missing; the installation is incomplete"
    raise TemplateError(message, place=str(package))


@functools.cache
def load_library(folder: Path | None = None) -> Library:
    """Return the metrics under ``<folder>/metrics/<module>/``, read once per process.

    Raises TemplateError when a header is missing a field, or two metrics declare one state differently.
    """
    root = (folder or templates_folder()) / "metrics"
    found = [_read_metric(path) for path in root.glob("*/*.sql")]
    metrics = tuple(sorted(found, key=lambda metric: (metric.module, metric.measure, metric.position, metric.name)))
    _check_states_agree(metrics)
    return Library(metrics)


def _read_metric(path: Path) -> Metric:
    header, value = split_header(path.read_text(encoding="utf-8"), str(path))
    try:
        return Metric(**header, value=value.strip(), module=path.parent.name)
    except ValidationError as error:
        problems = [
            Problem(f"header: {'.'.join(str(part) for part in each['loc'])}: {each['msg']}", str(path))
            for each in error.errors()
        ]
        raise TemplateError(problems) from None


def split_header(text: str, place: str) -> tuple[dict[str, Any], str]:
    """Return a template's header as data and the SQL below it.

    Raises TemplateError when there is no header or it is not a YAML mapping.
    """
    if not text.startswith(_OPEN) or _CLOSE not in text:
        message = f"a template starts with a header between {_OPEN!r} and {_CLOSE!r}"
        raise TemplateError(message, place=place)
    raw, body = text.removeprefix(_OPEN).split(_CLOSE, 1)
    try:
        header = yaml.safe_load(raw)
    except yaml.YAMLError as error:
        message = f"the header is not YAML: {error}"
        raise TemplateError(message, place=place) from None
    if not isinstance(header, dict):
        message = "the header is not a mapping"
        raise TemplateError(message, place=place)
    return header, body


def _check_states_agree(metrics: tuple[Metric, ...]) -> None:
    declared: dict[tuple[str, str], tuple[object, str]] = {}
    for metric in metrics:
        for name, state in metric.states.items():
            first = declared.setdefault((metric.module, name), ((state, metric.rows), metric.name))
            if first[0] != (state, metric.rows):
                message = f"state {name!r} is declared differently by {first[1]} and {metric.name}"
                raise TemplateError(message, place=f"metrics/{metric.module}")
