"""What was found of a pipeline, printed as text or as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence

from basalt.cli.errors import block
from basalt.cli.output import put
from basalt.cli.tables import Heading, print_table
from basalt.engine.checkup import Finding, Trouble


def print_text(found: Sequence[Finding]) -> None:
    """Print a table of what was looked at, and below it each problem and warning."""
    print_table(
        (Heading("what"), Heading("name"), Heading("found"), Heading("status")),
        ((each.kind, each.name, each.detail or "-", each.status) for each in found),
    )
    for each in found:
        for trouble in each.troubles:
            put(f"\n{_block(trouble)}\n")


def print_json(found: Sequence[Finding]) -> None:
    """Print one JSON object: ``ok``, and ``findings`` with the problems of each."""
    data = {"ok": all(each.status != "problem" for each in found), "findings": [_data(each) for each in found]}
    put(f"{json.dumps(data, indent=2, ensure_ascii=False)}\n")


def _block(trouble: Trouble) -> str:
    if trouble.code:
        return block(trouble.code, trouble.problem)
    return f"warning: {trouble.problem}"


def _data(finding: Finding) -> dict[str, object]:
    problems = [{"code": each.code or None, **vars(each.problem)} for each in finding.troubles]
    told = {"kind": finding.kind, "name": finding.name, "status": finding.status, "detail": finding.detail}
    return {**told, "problems": problems}
