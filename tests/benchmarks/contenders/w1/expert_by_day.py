"""The expert's queries in a loop over the days: less memory, and caches that fit."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from tests.benchmarks.contenders.w1 import expert
from tests.benchmarks.datasets import Dataset
from tests.benchmarks.indicators import with_indicators


def run(data: Dataset, folder: Path) -> None:
    with duckdb.connect() as connection:
        quarters = [
            _day(connection, day, data.reference, folder / f"pass1-{number}.parquet")
            for number, day in enumerate(data.days)
        ]
        connection.register("days", pa.concat_tables(quarters))
        rows = connection.sql("FROM days ORDER BY InstrumentId, TimeBucket").to_arrow_table()
        connection.register("quarters", with_indicators(rows))
        connection.execute(f"COPY quarters TO '{folder / 'pass2.parquet'}'")


def _day(connection: duckdb.DuckDBPyConnection, day: str, reference: str, path: Path) -> pa.Table:
    """Write the minutes of a day, return its quarters of an hour; no bucket of the session crosses midnight."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE minutes AS {expert.MINUTES.format(files=day)}")
    connection.execute(f"COPY ({expert.MINUTES_WRITTEN}) TO '{path}'")
    return connection.sql(expert.QUARTERS.format(reference=reference)).to_arrow_table()
