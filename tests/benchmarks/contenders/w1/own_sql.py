"""Basalt's compiled SQL, run by hand in a bare DuckDB: what Basalt's machinery costs is the difference."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.contenders.compiled import read_passes
from tests.benchmarks.datasets import Dataset
from tests.benchmarks.indicators import with_indicators


def run(data: Dataset, folder: Path) -> None:  # noqa: ARG001 - the SQL names its files
    passes = read_passes(folder)
    first, second = passes["pass1"], passes["pass2"]
    columns = ", ".join(column["name"] for column in first["columns"])
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE pass1__states AS {first['states_sql']}")
        connection.execute(f"COPY (SELECT {columns} FROM pass1__states) TO '{folder / 'pass1.parquet'}'")
        rows = connection.sql(f"SELECT * FROM ({second['sql']}) ORDER BY InstrumentId, TimeBucket").to_arrow_table()
        connection.register("pass2", with_indicators(rows))
        connection.execute(f"COPY pass2 TO '{folder / 'pass2.parquet'}'")
