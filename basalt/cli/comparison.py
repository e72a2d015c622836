"""Prints what differs between two compiled pipelines: first columns, then the text of the SQL."""

from __future__ import annotations

import difflib
import json
import textwrap
from collections.abc import Iterable, Iterator

from basalt.cli.emission import Emission
from basalt.cli.output import put
from basalt.compiler.columns import Column
from basalt.compiler.difference import Change, PassDifference, differences
from basalt.compiler.model import CompiledPipeline
from basalt.configuration import AnalyticsConfig
from basalt.errors import CallError


def print_differences(before: CompiledPipeline, config: AnalyticsConfig, asked: Emission) -> None:
    """Print what became of passes and columns, then a unified diff of the SQL, as text or as JSON.

    Raises CallError where files are asked for, and what compiling raises.
    """
    if asked.folder is not None:
        message = "--diff is printed, and files are asked for"
        raise CallError(message, place="--output", suggestion="leave one of them out")
    after = asked.compiled(config)
    found = [each for each in differences(before, after) if asked.pass_name in (None, each.name)]
    texts = dict(_text_differences(_sql(before, asked), asked.sql(after)))
    if asked.output == "json":
        data = {"passes": [each.model_dump(mode="json") for each in found], "sql": texts}
        put(f"{json.dumps(data, indent=2, ensure_ascii=False)}\n")
        return
    lines = [line for each in found for line in _lines(each)]
    put("".join(f"{line}\n" for line in [*lines, *texts.values()]) or "no differences\n")


def _sql(before: CompiledPipeline, asked: Emission) -> dict[str, str]:
    """Return the SQL of the earlier pipeline; a pass that it does not have has none."""
    return asked.sql(before) if asked.pass_name is None or asked.pass_name in before.passes else {}


def _text_differences(before: dict[str, str], after: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Yield the unified diff of each pass whose SQL is not as it was."""
    for name in dict.fromkeys([*after, *before]):
        old, new = (each.get(name, "").splitlines() for each in (before, after))
        lines = difflib.unified_diff(old, new, f"before/{name}.sql", f"after/{name}.sql", lineterm="")
        if text := "\n".join(lines):
            yield name, text


def _lines(told: PassDifference) -> Iterator[str]:
    if told.before is None:
        yield f"pass {told.name} is new: {told.after}"
    elif told.after is None:
        yield f"pass {told.name} is no more: {told.before}"
    else:
        yield f"pass {told.name}"
        if told.before != told.after:
            yield from _replaced("rows", told.before, told.after)
    yield from _listed("+", told.added)
    yield from _listed("-", told.removed)
    yield from _changed(told.changed)
    yield ""


def _listed(sign: str, columns: Iterable[Column]) -> Iterator[str]:
    for each in columns:
        unit = f" [{each.unit}]" if each.unit else ""
        yield f"  {sign} {each.name}  {each.type}  {each.title}{unit}"


def _changed(changes: Iterable[Change]) -> Iterator[str]:
    for each in changes:
        if each.what == "type":
            yield f"  ~ {each.column}  {each.before} -> {each.after}"
        else:
            yield from _replaced(f"{each.column}  {each.what}", each.before, each.after)


def _replaced(what: str, before: str, after: str) -> Iterator[str]:
    yield f"  ~ {what}"
    yield textwrap.indent(before or "(nothing)", "      - ")
    yield textwrap.indent(after or "(nothing)", "      + ")
