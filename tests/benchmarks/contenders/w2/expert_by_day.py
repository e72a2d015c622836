"""The expert's query in a loop over the days: less memory, and caches that fit."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.contenders.w2 import expert
from tests.benchmarks.datasets import Dataset


def run(data: Dataset, folder: Path) -> None:
    with duckdb.connect() as connection:
        for number, day in enumerate(data.days):
            connection.execute(f"COPY ({expert.wide(day)}) TO '{folder / f'wide-{number}.parquet'}'")
