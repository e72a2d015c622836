"""Basalt's compiled SQL, run by hand in a bare DuckDB: what Basalt's machinery costs is the difference."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.contenders.compiled import read_passes
from tests.benchmarks.datasets import Dataset


def run(data: Dataset, folder: Path) -> None:  # noqa: ARG001 - the SQL names its files
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({read_passes(folder)['minutes']['sql']}) TO '{folder / 'minutes.parquet'}'")
