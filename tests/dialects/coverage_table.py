"""Which metrics each engine computes, as the README has it: ``python -m tests.dialects.coverage_table`` does it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.append(str(Path(__file__).parents[1]))

from markets.catalogue import everything
from markets.large import annotated_market
from markets.pipelines import analytics_config
from oracles.buckets import SECOND, Contract

import basalt
from basalt.catalog.library import load_library
from basalt.dialects.engines import DIALECTS
from basalt.errors import DialectError

if TYPE_CHECKING:
    from collections.abc import Iterator

README = Path(__file__).parents[2] / "README.md"
START, END = "<!-- engines: rewrite with python -m tests.dialects.coverage_table -->\n", "<!-- end of engines -->"
MINUTES = Contract(60 * SECOND)


def written(readme: str) -> str:
    """Return the README with the table as it should be."""
    before, rest = readme.split(START)
    return before + START + table() + END + rest.split(END)[1]


def table() -> str:
    """Return a row per group of metrics of ``trade``: how many of them each engine computes, and which it refuses."""
    engines = [dialect.title for dialect in DIALECTS.values()]
    lines = [["metrics of", "DuckDB", *engines], ["---"] * (2 + len(engines))]
    for group, entries in everything(load_library()).items():
        metrics = set(asked_columns({group: entries}))
        told = [_told(metrics, set(refused(group, entries, name))) for name in DIALECTS]
        lines.append([f"`trade_analytics.{group}`", f"all {len(metrics)}", *told])
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _told(metrics: set[str], refused_ones: set[str]) -> str:
    if not refused_ones:
        return f"all {len(metrics)}"
    return f"{len(metrics - refused_ones)}; refused: {', '.join(sorted(refused_ones))}"


def refused(group: str, entries: Any, dialect: str) -> Iterator[str]:  # noqa: ANN401 - as a configuration writes them
    """Yield the metrics of a group that a dialect refuses when they are asked for by themselves."""
    for entry in entries if isinstance(entries, list) else [entries]:
        analytics = {group: [entry] if isinstance(entries, list) else entry}
        try:
            basalt.translate(pipeline(analytics), dialect, schemas=SCHEMAS)
        except DialectError:
            yield from asked_columns(analytics)


def asked_columns(analytics: dict[str, Any]) -> Iterator[str]:
    """Yield the metrics that analytics ask for."""
    for column in basalt.compile(pipeline(analytics), schemas=SCHEMAS).passes["bars"].columns:
        if column.metric:
            yield column.metric


def pipeline(analytics: dict[str, Any]) -> dict[str, Any]:
    """Return a pipeline of one pass."""
    return {"PASSES": [analytics_config(MINUTES, analytics)]}


def _schemas() -> dict[str, dict[str, str]]:
    """Return the columns of trades with all that a vendor adds; their times are integers."""
    kinds = {"int64": "BIGINT", "double": "DOUBLE", "string": "VARCHAR", "timestamp[ns]": "BIGINT"}
    fields = annotated_market(MINUTES, 1, seed=1).table.schema
    return {"trades": {field.name: kinds[str(field.type)] for field in fields}}


SCHEMAS = _schemas()

if __name__ == "__main__":
    README.write_text(written(README.read_text()))
