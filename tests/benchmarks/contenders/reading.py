"""DuckDB reading columns and nothing else: the floor that ratios are taken to."""

from __future__ import annotations

from collections.abc import Iterable

import duckdb


def scan(files: str, time: str, numbers: Iterable[str], texts: Iterable[str] = ()) -> None:
    """Read columns of files and their times, every value of them."""
    sums = [*numbers, f"epoch_ns({time})", *(f"strlen({name})" for name in texts)]
    columns = ", ".join(f"sum({each})" for each in sums)
    with duckdb.connect() as connection:
        connection.execute(f"SELECT {columns} FROM '{files}'").fetchall()
