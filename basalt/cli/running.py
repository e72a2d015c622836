"""Runs a pipeline with its progress shown, and says at the end what landed where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import typer

import basalt
from basalt.cli.default_output import with_default_output
from basalt.cli.progress import shown_progress
from basalt.cli.tables import Heading, print_table
from basalt.cli.wording import place_text, rows_text, seconds_text
from basalt.configuration import AnalyticsConfig
from basalt.engine.result import RunResult


@dataclass(frozen=True)
class Landing:
    """What became of a pass. ``rows`` and ``seconds`` are None where it was not computed on its own."""

    name: str
    rows: int | None
    columns: int
    seconds: float | None
    place: str
    """Where it was written, ``view`` for a pass that others read, or ``not run``."""


def run_pipeline(config: AnalyticsConfig, pipeline: Path, *, restate: bool, fail_fast: bool, log_json: bool) -> None:
    """Run a pipeline and print a table of its passes; progress and warnings go to standard error.

    Raises what ``basalt.run`` raises.
    """
    landing = with_default_output(config, pipeline)
    with shown_progress(as_json=log_json) as observer:
        result = basalt.run(landing, observer=observer, restate=restate, fail_fast=fail_fast)
    with result:
        for warning in result.warnings:
            typer.echo(f"warning: {warning}", err=True)
        _print_landings(landings(result))


def landings(result: RunResult) -> list[Landing]:
    """Return what became of each pass, in run order; of several batches together."""
    used = {each for name in result.places for each in result.compiled.closure(name)}
    found = []
    for name, compiled in result.compiled.passes.items():
        reports = [report for report in result.reports if report.name == name]
        place = _places(result, name) or ("view" if name in used else "not run")
        rows = sum(report.rows for report in reports) if reports else None
        seconds = sum(report.seconds for report in reports) if reports else None
        found.append(Landing(name, rows, len(compiled.columns), seconds, place))
    return found


def _places(result: RunResult, name: str) -> str:
    """Return where a pass landed, a line per output; of several batches the last one's."""
    tasks = [task for each in result.manifest.batches for task in each.batch.tasks if task.pass_name == name]
    written = len({task.days for task in tasks if task.reason is not None})
    if not written:
        return "up to date" if tasks else ""
    state = f", {written} of {len(result.manifest.batches)} batches" if len(result.manifest.batches) > 1 else ""
    return "\n".join(f"{place_text(place)}{state}" for place in result.places.get(name, ()))


def _print_landings(found: list[Landing]) -> None:
    headings = (Heading("pass"), Heading("rows", number=True), Heading("columns", number=True))
    print_table(
        (*headings, Heading("time", number=True), Heading("landed")),
        (
            (each.name, rows_text(each.rows), str(each.columns), seconds_text(each.seconds), each.place)
            for each in found
        ),
    )
