"""The expert's query in a loop over the days: less memory, and caches that fit."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.contenders.w3_costs import expert
from tests.benchmarks.datasets import Dataset


def run(data: Dataset, folder: Path) -> None:
    """Write a file a day; no quote stands from one session into the next."""
    with duckdb.connect() as connection:
        for number, (trades, quotes) in enumerate(zip(data.days, data.days_of_quotes, strict=True)):
            path = folder / f"minutes-{number}.parquet"
            connection.execute(f"COPY ({expert.minutes(trades, quotes)}) TO '{path}'")
