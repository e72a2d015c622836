"""A pipeline run day by day lands in targets of every kind, and gives there what one run over the range gives."""

from __future__ import annotations

import contextlib
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from deltalake import DeltaTable
from servers import Server
from trade_outputs import minutes, trades, written

import basalt

COLUMNS = ["ListingId", "TimeBucket", "TradeTotalVolume", "Close"]
DATES = {"START_DATE": "2025-03-03", "END_DATE": "2025-03-05"}


def targets(folder: Path, server: Server) -> list[dict[str, Any]]:
    return [
        {"path_template": f"{folder}/days", "partition_by": ["Date"], "sort_by": ["ListingId"]},
        {"path_template": f"{folder}/files/{{start_date}}_{{end_date}}.parquet"},
        {"type": "delta", "path_template": f"{folder}/delta", "partition_by": ["Date"]},
        {"type": "sql", "url": server.url, "mode": "upsert"},
        {"type": "sql", "url": f"sqlite:///{folder}/us.db", "mode": "append"},
        {"type": "duckdb", "file": f"{folder}/us.duckdb"},
    ]


def found(folder: Path, server: Server) -> dict[str, list[str]]:
    """The rows in each target, as text and in order."""
    names = ", ".join(f'"{name}"' for name in COLUMNS)
    with server.connect() as connection:
        postgres = connection.execute(f"SELECT {names} FROM minutes").fetchall()
    with duckdb.connect(str(folder / "us.duckdb"), read_only=True) as connection:
        in_duckdb = connection.execute(f"SELECT {names} FROM minutes").fetchall()
    with contextlib.closing(sqlite3.connect(folder / "us.db")) as connection:
        in_sqlite = connection.execute(f"SELECT {names} FROM minutes").fetchall()
    texts = [str((listing, datetime.fromisoformat(time), *rest)) for listing, time, *rest in in_sqlite]
    tables = {
        "days": ds.dataset(folder / "days", partitioning="hive").to_table(),
        "files": ds.dataset(folder / "files").to_table(),
        "delta": DeltaTable(folder / "delta").to_pyarrow_table(),
    }
    rows = {name: rows_of(table) for name, table in tables.items()}
    return rows | {
        "postgres": sorted(map(str, postgres)),
        "duckdb": sorted(map(str, in_duckdb)),
        "sqlite": sorted(texts),
    }


def rows_of(table: pa.Table) -> list[str]:
    return sorted(str(tuple(row.values())) for row in table.select(COLUMNS).to_pylist())


def test_day_by_day_and_at_once_land_the_same_in_every_target(tmp_path: Path, server: Server) -> None:
    several = minutes(extra_outputs=targets(tmp_path, server))
    with basalt.run(written(tmp_path, trades(30_000), minutes(), OUTPUT_TARGET=None, **DATES)) as whole:
        expected = rows_of(whole["minutes"].arrow())
    config = written(tmp_path, trades(30_000), several, OUTPUT_TARGET=None, BATCH_FREQ="D", **DATES)
    for _ in range(2):
        basalt.run(config).close()
        assert {name: rows == expected for name, rows in found(tmp_path, server).items()} == {
            "days": True,
            "files": True,
            "delta": True,
            "postgres": True,
            "duckdb": True,
            "sqlite": True,
        }
    assert len(list((tmp_path / "files").glob("*.parquet"))) == 3
