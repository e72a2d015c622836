"""Metrics of a user's own: where their templates are, and what these may be beyond what every header says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from basalt.catalog.metrics import Metric
from basalt.catalog.own_book_metrics import check_own_book_metric
from basalt.errors import Problem, TemplateError, listing, nearest

MODULES = ("l2", "trade")
"""The modules that a user may have metrics of; those of ``l2`` are also weighted by time, as metrics of ``l2tw``."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_VARIABLE = re.compile(r"\{\{ *(\w+) *\}\}")
_SIGNS = re.compile(r"\{[{%#]")
_PREVIOUS, _SECONDS = "previous_trade", "bucket_seconds"
_TAKEN = frozenset((_PREVIOUS, _SECONDS, "selected", "time", "sequence", "listing"))
"""Names that mean something of Basalt's own where those of states and derived columns stand."""

_WORKING = frozenset(("event_ns", "sequence", "bucket", "event_order", "aggressor", "counted"))
"""Columns that a pass adds to the rows it reads."""


def own_templates(folders: Iterable[str | Path]) -> list[Path]:
    """Return the templates ``<folder>/<module>/*.sql`` of folders, by folder and name.

    Raises TemplateError with every folder that is not there, has no templates, or has a folder of no module.
    """
    problems = [problem for folder in folders for problem in _folder_problems(Path(folder))]
    if problems:
        raise TemplateError(problems)
    return [path for folder in dict.fromkeys(map(Path, folders)) for path in sorted(folder.glob("*/*.sql"))]


def _folder_problems(folder: Path) -> Iterator[Problem]:
    if not folder.is_dir():
        yield Problem("there is no such folder of templates", str(folder))
        return
    templates = sorted(folder.glob("*/*.sql"))
    if not templates:
        layout = " or ".join(f"{module}/*.sql" for module in MODULES)
        yield Problem("the folder has no templates", str(folder), f"they stand in it as {layout}")
    for name in dict.fromkeys(path.parent.name for path in templates):
        if name not in MODULES:
            message = f"{name!r} is no module with metrics; there are {listing(MODULES)}"
            yield Problem(message, str(folder / name), nearest(name, MODULES))


def check_own_metric(path: Path, metric: Metric) -> Iterator[Problem]:
    """Yield what a metric of a user's own cannot be: one that is no generic measure, or SQL with unknown names."""
    yield from (check_own_book_metric if metric.module == "l2" else _check_trade_metric)(path, metric)


def _check_trade_metric(path: Path, metric: Metric) -> Iterator[Problem]:
    place = str(path)
    if metric.family != "generic" or metric.choices or metric.statistic_of is not None:
        message = "header: a metric of your own is a generic measure, without family, choices, statistics"
        yield Problem(message, place)
        return
    for name in re.findall(r"\{(\w*)\}", metric.column + (metric.column_total or "")):
        if name != "side":
            yield Problem(f"header: column: {{{name}}} stands for nothing; a column's name may have {{side}}", place)
    for name in metric.requires:
        if name.casefold() in _WORKING:
            hint = f"call it otherwise in TABLES.<table>.columns: {{Own: {name}}}"
            yield Problem(f"header: requires: {name} is a column that a pass adds itself", place, hint)
    for name in (*metric.states, *metric.derived):
        if not _NAME.fullmatch(name) or name in _TAKEN:
            rule = f"small letters, digits and '_', and not one of {listing(sorted(_TAKEN))}"
            yield Problem(f"header: {name!r} is not the name of a state or derived column: {rule}", place)
    for field, text, known in _texts(metric):
        yield from _unknown_names(field, text, known, place)


def _texts(metric: Metric) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Yield each piece of SQL with the names that may stand in it in double braces."""
    earlier: list[str] = []
    for name, text in metric.derived.items():
        yield f"header: derived.{name}", text, [*earlier, _PREVIOUS]
        earlier.append(name)
    for name, state in metric.states.items():
        yield f"header: states.{name}.of", state.of, earlier
        yield f"header: states.{name}.where", state.where or "", earlier
    yield "the value", metric.value, [*metric.states, _SECONDS]


def _unknown_names(field: str, text: str, known: Sequence[str], place: str) -> Iterator[Problem]:
    if _SIGNS.search(_VARIABLE.sub("", text)):
        yield Problem(f"{field}: only names stand in braces, as {{{{ name }}}}", place)
    for name in dict.fromkeys(_VARIABLE.findall(text)):
        if name not in known:
            there = f"; there are {listing(known)}" if known else "; there is none"
            yield Problem(f"{field}: there is no {name!r}{there}", place, nearest(name, known))
