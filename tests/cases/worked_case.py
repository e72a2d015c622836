"""A worked case: its configuration and inputs, and the results another implementation computed."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from oracles.buckets import SECOND, Contract
from oracles.results import Result, Tolerance, assert_same, by_key, rows_of

import basalt

CASES = Path(__file__).resolve().parents[2].parent / "shared" / "cases"

needs_cases = pytest.mark.skipif(not CASES.is_dir(), reason="the worked cases are not there: ../shared/cases")

RELATIVE = 1e-9

BARS = Contract(60 * SECOND, "start", "left")
"""How the table of bars was labelled in these cases."""


@dataclass(frozen=True)
class WorkedCase:
    """One folder of the worked cases."""

    name: str

    @property
    def folder(self) -> Path:
        return CASES / self.name

    @cached_property
    def config(self) -> dict[str, Any]:
        return json.loads((self.folder / "config.json").read_text())

    @cached_property
    def keys(self) -> list[str]:
        return self.config["result_keys"]

    @property
    def tables(self) -> dict[str, Any]:
        """The sources: trades, bars, and the reference table meant for the join, whichever there are."""
        found = {path.stem: str(path) for path in sorted((self.folder / "inputs").glob("*.parquet"))}
        found["reference"] = found.pop("generic_ref", found["reference"])
        if bars := found.pop("context__bars", None):
            settings = {"time_bucket_seconds": 60, "time_bucket_anchor": "start", "time_bucket_closed": "left"}
            return {**found, "bars": {"path": bars, **settings}}
        return found

    def pipeline(self, *passes: str) -> dict[str, Any]:
        """The configuration of the passes named, or of all."""
        chosen = [each for each in self.config["passes"] if not passes or each["name"] in passes]
        return {"TABLES": self.tables, "PASSES": chosen}

    def run(self, *passes: str) -> dict[str, Result]:
        """Run the passes named, or all, and return their rows by key."""
        config = self.pipeline(*passes)
        names = [each["name"] for each in config["PASSES"]]
        with basalt.run(config) as result:
            return {name: by_key(rows_of(result[name].arrow()), self.keys) for name in names}

    def rows(self, table: str) -> list[dict[str, Any]]:
        """The rows of an input."""
        return rows_of(pq.read_table(self.folder / "inputs" / f"{table}.parquet"))

    def expected(self, name: str) -> Result:
        """What the other implementation found for a pass, without the columns to leave out; not-a-number is null."""
        rows = rows_of(pq.read_table(self.folder / "expected" / f"{name}.parquet"))
        left_out = {column.partition(".")[2] for column in self.left_out if column.startswith(f"{name}.")}
        kept = [{key: null_for_nan(value) for key, value in row.items() if key not in left_out} for row in rows]
        return by_key(kept, self.keys)

    @cached_property
    def left_out(self) -> list[str]:
        return self.config.get("columns_to_leave_out", [])


def null_for_nan(value: object) -> object:
    """The value, or null where it is not a number."""
    return None if isinstance(value, float) and math.isnan(value) else value


def assert_close(actual: Result, expected: Result) -> None:
    """Compare two results; numbers may differ by 1e-9 of their size."""
    numeric = {
        column
        for row in expected.values()
        for column, value in row.items()
        if isinstance(value, (int, float)) and not isinstance(value, bool)
    }
    assert_same(actual, expected, Tolerance(dict.fromkeys(numeric, RELATIVE)))
