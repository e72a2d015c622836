"""DuckDB reading columns and nothing else: the floor that ratios are taken to."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from tests.benchmarks.datasets import Dataset


def scan(data: Dataset, numbers: Iterable[str], texts: Iterable[str]) -> None:
    """Read columns of the trades and their times, every value of them."""
    sums = [*numbers, "epoch_ns(TradeTimestamp)", *(f"strlen({name})" for name in texts)]
    columns = ", ".join(f"sum({each})" for each in sums)
    with duckdb.connect() as connection:
        connection.execute(f"SELECT {columns} FROM '{data.files}'").fetchall()
