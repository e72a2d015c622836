"""What a pipeline reads and writes, printed as tables or as JSON."""

from __future__ import annotations

import json

from basalt.cli.datasets import Datasets, Result, Source
from basalt.cli.output import put
from basalt.cli.tables import Heading, print_table
from basalt.cli.wording import place_text, rows_text
from basalt.outputs.overview import IN_DATABASES


def print_tables(found: Datasets) -> None:
    """Print a table of sources and a table of results on standard output."""
    print_table(
        (Heading("reads"), Heading("kind"), Heading("where")),
        ((each.name, each.kind, "\n".join(each.places) or "-") for each in found.sources),
    )
    put("\n")
    print_table(
        (Heading("writes"), Heading("type"), Heading("rows", number=True), Heading("written (UTC)"), Heading("where")),
        (_cells(each) for each in found.results),
    )


def print_json(found: Datasets) -> None:
    """Print one JSON object with ``sources`` and ``results`` on standard output."""
    data = {
        "sources": [_source(each) for each in found.sources],
        "results": [_result(each) for each in found.results],
    }
    put(f"{json.dumps(data, indent=2, ensure_ascii=False)}\n")


def _cells(result: Result) -> tuple[str, str, str, str, str]:
    if result.kind is None or result.place is None:
        return (result.name, "-", "-", "-", "not written")
    missing = "not looked at" if result.kind in IN_DATABASES else "not there"
    written = f"{result.written:%Y-%m-%d %H:%M:%S}" if result.written else missing
    return (result.name, result.kind, rows_text(result.rows), written, place_text(result.place))


def _source(source: Source) -> dict[str, object]:
    return {"table": source.name, "kind": source.kind, "where": list(source.places)}


def _result(result: Result) -> dict[str, object]:
    return {
        "pass": result.name,
        "type": result.kind,
        "path": result.place,
        "exists": result.exists,
        "rows": result.rows,
        "written": result.written.isoformat(timespec="seconds") if result.written else None,
    }
