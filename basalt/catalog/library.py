"""Reads the metrics from the headers of ``sql_templates/``."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from basalt.catalog.metrics import Metric, Statistic
from basalt.errors import Problem, TemplateError

_HEADER_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
T = TypeVar("T", bound=BaseModel)
_OPEN, _CLOSE = "/* ---", "--- */"


@dataclass(frozen=True)
class Library:
    """All metrics of a templates folder, by module and measure, and the statistics they may be taken with."""

    metrics: tuple[Metric, ...]
    statistics: Mapping[str, Statistic]

    def measures(self, module: str) -> dict[str, tuple[Metric, ...]]:
        """Return the metrics of a module by the measure that asks for them, in the order of their headers."""
        found: dict[str, tuple[Metric, ...]] = {}
        for metric in self.metrics:
            if metric.module == module and metric.family == "generic":
                found[metric.measure] = (*found.get(metric.measure, ()), metric)
        return found

    def family(self, module: str, family: str) -> dict[str, Metric]:
        """Return the metrics of a module that one group of its configuration asks for, by name."""
        return {each.name: each for each in self.metrics if (each.module, each.family) == (module, family)}


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

    Raises TemplateError with every header that is missing a field, and for metrics that have one name or declare one
    state differently.
    """
    root = folder or templates_folder()
    found: dict[Path, Metric] = {}
    statistics: dict[Path, Statistic] = {}
    problems: list[Problem] = []
    for path in sorted(root.glob("metrics/*/*.sql")):
        with _kept(problems):
            found[path] = _read(path, Metric, module=path.parent.name)
    for path in sorted(root.glob("statistics/*.sql")):
        with _kept(problems):
            statistics[path] = _read(path, Statistic)
    problems = problems or [*_same_names(found), *_different_meanings(found)]
    if problems:
        raise TemplateError(problems)
    metrics = sorted(found.values(), key=lambda each: (each.module, each.measure, each.position, each.name))
    return Library(tuple(metrics), {each.name: each for each in statistics.values()})


@contextmanager
def _kept(problems: list[Problem]) -> Iterator[None]:
    """Keep what is wrong with a template, so that all are told together."""
    try:
        yield
    except TemplateError as error:
        problems += error.problems


def _read(path: Path, model: type[T], **follows: str) -> T:
    header, value = split_header(read_template(path), str(path))
    given = {"value": value.strip(), **follows}
    if reserved := given.keys() & header.keys():
        message = f"header: {', '.join(sorted(reserved))}: follows from the file, and is not in its header"
        raise TemplateError(message, place=str(path))
    try:
        return model.model_validate(header | given)
    except ValidationError as error:
        problems = [
            Problem(f"header: {'.'.join(str(part) for part in each['loc'])}: {each['msg']}", str(path))
            for each in error.errors()
        ]
        raise TemplateError(problems) from None


def read_template(path: Path) -> str:
    """Return the text of a template.

    Raises TemplateError when it cannot be read as UTF-8 text.
    """
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        message = f"a template cannot be read: {error}"
        raise TemplateError(message, place=str(path)) from None


def split_header(text: str, place: str) -> tuple[dict[str, Any], str]:
    """Return a template's header as data and the SQL below it.

    Raises TemplateError when there is no header or it is not a YAML mapping.
    """
    if not text.startswith(_OPEN) or _CLOSE not in text:
        message = f"a template starts with a header between {_OPEN!r} and {_CLOSE!r}"
        raise TemplateError(message, place=place)
    raw, body = text.removeprefix(_OPEN).split(_CLOSE, 1)
    try:
        header = yaml.load(raw, _HEADER_LOADER)  # noqa: S506 - a safe loader, the quicker one where it was built
    except yaml.YAMLError as error:
        message = f"the header is not YAML: {error}"
        raise TemplateError(message, place=place) from None
    if not isinstance(header, dict):
        message = "the header is not a mapping"
        raise TemplateError(message, place=place)
    return header, body


def _same_names(metrics: Mapping[Path, Metric]) -> Iterator[Problem]:
    first: dict[tuple[str, str], Path] = {}
    for path, metric in metrics.items():
        if (earlier := first.setdefault((metric.module, metric.name), path)) != path:
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
