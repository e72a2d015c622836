"""What a column is, printed as text or as JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.console import Console

import basalt
from basalt.catalog.library import Library, load_library
from basalt.catalog.naming import NamedColumn, columns_named
from basalt.cli.output import put
from basalt.compiler.explain_metric import explain_metric
from basalt.compiler.explanation import Explanation, Origin, Rule
from basalt.configuration import AnalyticsConfig
from basalt.errors import UnknownMetricError, listing, nearest

_LABEL = 13
"""The width of the column of labels."""


def explain_by_name(name: str, template_paths: Iterable[Path], *, as_json: bool) -> None:
    """Print what a metric is, the metrics of a measure, or the one that has an output column of that name.

    Raises UnknownMetricError with the nearest name.
    """
    library = load_library(template_paths)
    _print([explain_metric(each, library) for each in _named(name, library)], as_json=as_json)


def explain_in_pipeline(config: AnalyticsConfig, column: str, pass_name: str | None, *, as_json: bool) -> None:
    """Print what a column is in every pass that has it, or in one pass. Raises what ``basalt.explain`` raises."""
    _print(basalt.explain(config, column, pass_name=pass_name), as_json=as_json)


def _named(name: str, library: Library) -> tuple[NamedColumn, ...]:
    """Return the metrics of a name, else those of a measure, else those with an output column of that name."""
    groups = library.groups()
    every = [NamedColumn(group, metric, {}) for group in groups for metric in group.metrics]
    called = tuple(each for each in every if each.metric.name == name)
    measured = tuple(each for each in every if each.metric.measure == name)
    if found := called or measured or columns_named(name, groups):
        return found
    names = [each.metric.name for each in every] + [each.metric.measure for each in every if each.metric.measure]
    columns = [column for each in every for column in _plain_columns(each)]
    message = f"there is no metric, measure or column {name!r}; there are {listing(dict.fromkeys(names))}"
    raise UnknownMetricError(message, suggestion=nearest(name, dict.fromkeys([*names, *columns])))


def _plain_columns(named: NamedColumn) -> Iterator[str]:
    """Yield the names of columns that sides make, for what a user may have meant."""
    sides = named.group.parameter("side")
    for side in [choice.name for choice in sides.choices] if sides else ["Total"]:
        name = named.metric.column_for(side)
        if "{" not in name:
            yield name


def _print(found: Iterable[Explanation], *, as_json: bool) -> None:
    if as_json:
        data = {"columns": [each.model_dump(mode="json") for each in found]}
        put(f"{json.dumps(data, indent=2, ensure_ascii=False)}\n")
        return
    terminal = Console()
    width = terminal.width if terminal.is_terminal else None
    put("\n".join("".join(f"{line}\n" for line in _lines(each, width)) for each in found))


def _lines(told: Explanation, width: int | None) -> Iterator[str]:
    """Yield an explanation as lines of a label and text, folded to a width."""
    for label, text in _one_per_line(_entries(told)):
        head = f"{label:<{_LABEL}}"
        line = f"{head}{text}".rstrip()
        indent = " " * (len(line) - len(line[_LABEL:].lstrip())) + "  "
        if width is None or len(line) <= width:
            yield line
        else:
            yield from textwrap.wrap(line, width, subsequent_indent=indent, break_on_hyphens=False)


def _one_per_line(entries: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield entries with the further lines of a text, moved in by two, as entries of their own without a label."""
    for label, text in entries:
        first, *further = text.split("\n")
        yield label, first
        yield from (("", f"  {line}") for line in further)


def _entries(told: Explanation) -> Iterator[tuple[str, str]]:
    place = f" of pass {told.pass_name}" if told.pass_name else ""
    yield "column", f"{told.column}{place}"
    yield "what it is", told.title
    yield "unit", ", ".join(part for part in (told.unit, told.type, told.kind) if part)
    yield "formula", told.formula
    yield from _listed("states", (f"{each.name} = {each.formula}" for each in told.states))
    yield from _listed("per row", (f"{name} = {text}" for name, text in told.derived.items()))
    yield from _listed("where", (f"{{{name}}}: {text}" for name, text in told.settings.items()))
    yield from _listed("null rule", [told.null_rule] if told.null_rule else [])
    yield "known at", told.known_at
    yield from _listed("needs", [", ".join(told.requires)] if told.requires else [])
    yield "asked by", told.asked_by
    yield "aggregates", told.reaggregation
    merges = (f"{each.name} = {each.merge or 'does not merge: it needs all rows at once'}" for each in told.states)
    yield from _listed("", (f"  {merge}" for merge in merges))
    yield from _listed("source", [told.source] if told.source else [])
    if told.lineage is not None:
        yield from _listed("lineage", _tree(told.lineage, 0))
    for name, rules in told.rows.items():
        yield from _listed("rows", [f"of pass {name}", *(f"  {_rule(rule)}" for rule in rules)])


def _listed(label: str, texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield lines of which the first has the label."""
    for position, text in enumerate(texts):
        yield ("" if position else label), text


def _tree(origin: Origin, depth: int) -> Iterator[str]:
    """Yield a column and, indented, what it is computed from."""
    name = f"{origin.relation}.{origin.column}"
    how = "" if origin.how == origin.column else f" = {origin.how}"
    own = f" (from {', '.join(origin.source_columns)})" if origin.source_columns and how else ""
    yield f"{'  ' * depth}{name}{how}{own}"
    for each in origin.reads:
        yield from _tree(each, depth + 1)


def _rule(rule: Rule) -> str:
    return f"{rule.what}: {rule.relation}: {rule.sql}"
