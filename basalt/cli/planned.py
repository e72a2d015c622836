"""Prints what a run would write, and why."""

from __future__ import annotations

import json
from collections.abc import Sequence

from basalt.cli.output import put
from basalt.cli.tables import Heading, print_table
from basalt.cli.wording import place_text
from basalt.engine.schedule import Batch, Task


def print_plan(batches: Sequence[Batch]) -> None:
    """Print a table of what would be written, and how much is as it would be."""
    tasks = [task for batch in batches for task in batch.tasks]
    due = [task for task in tasks if task.reason is not None]
    if due:
        rows = ((str(each.days), each.pass_name, _place(each), each.reason or "") for each in due)
        print_table((Heading("days"), Heading("pass"), Heading("output"), Heading("why")), rows)
    put(f"{len(due)} to write, {len(tasks) - len(due)} up to date\n")


def print_plan_json(batches: Sequence[Batch]) -> None:
    """Print every output of every batch as JSON."""
    told = [
        {
            "first": task.days.first.isoformat() if task.days.first else None,
            "last": task.days.last.isoformat() if task.days.last else None,
            "pass": task.pass_name,
            "place": task.output.place,
            "reason": task.reason,
        }
        for batch in batches
        for task in batch.tasks
    ]
    put(json.dumps(told, indent=2, ensure_ascii=False) + "\n")


def _place(task: Task) -> str:
    return place_text(task.output.place)
