"""Targets of every kind, and what a program that knows nothing of Basalt finds in each."""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
from bars import SCHEMA, Row, in_order
from deltalake import DeltaTable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DATED = "{start_date}_{end_date}"


@dataclass(frozen=True)
class Kind:
    """A target below a folder, and a function that returns the rows in it."""

    target: Callable[[Path], dict[str, Any]]
    rows: Callable[[Path], list[Row]]


def _of_tables(tables: Iterable[pa.Table]) -> list[Row]:
    rows = [row for each in tables for row in each.to_pylist()]
    return in_order([tuple(row[name] for name in SCHEMA.names) for row in rows])


def _parquet_files(folder: Path) -> list[Row]:
    return _of_tables(pq.ParquetFile(path).read() for path in folder.glob("bars/*.parquet"))


def _arrow_files(folder: Path) -> list[Row]:
    return _of_tables(pa.ipc.open_file(path).read_all() for path in folder.glob("bars/*.arrow"))


def _partitioned(folder: Path) -> list[Row]:
    return _of_tables([ds.dataset(folder / "bars", partitioning="hive").to_table()])


def _duckdb(folder: Path) -> list[Row]:
    with duckdb.connect(str(folder / "us.duckdb"), read_only=True) as connection:
        return in_order(connection.execute(f"SELECT {', '.join(SCHEMA.names)} FROM bars").fetchall())


def _sqlite(folder: Path) -> list[Row]:
    with contextlib.closing(sqlite3.connect(folder / "us.db")) as connection:
        found = connection.execute(f"SELECT {', '.join(SCHEMA.names)} FROM bars").fetchall()
    return in_order([(listing, mic, datetime.fromisoformat(time), volume) for listing, mic, time, volume in found])


def _delta(folder: Path) -> list[Row]:
    return _of_tables([DeltaTable(folder / "bars").to_pyarrow_table()])


def _delta_target(folder: Path) -> dict[str, Any]:
    return {"type": "delta", "path_template": f"{folder}/{{pass}}", "partition_by": ["Date"]}


KINDS = {
    "file": Kind(lambda folder: {"path_template": f"{folder}/{{pass}}/{DATED}.parquet"}, _parquet_files),
    "arrow": Kind(lambda folder: {"type": "arrow", "path_template": f"{folder}/{{pass}}/{DATED}.arrow"}, _arrow_files),
    "folder": Kind(
        lambda folder: {"path_template": f"{folder}/{{pass}}", "partition_by": ["Date", "MIC"]}, _partitioned
    ),
    "folder by venue": Kind(
        lambda folder: {"path_template": f"{folder}/{{pass}}", "partition_by": ["MIC"]}, _partitioned
    ),
    "duckdb": Kind(lambda folder: {"type": "duckdb", "file": f"{folder}/{{datasetname}}.duckdb"}, _duckdb),
    "delta": Kind(_delta_target, _delta),
    "delta, appended": Kind(
        lambda folder: {"type": "delta", "path_template": f"{folder}/{{pass}}", "mode": "append"}, _delta
    ),
    "sqlite": Kind(lambda folder: {"type": "sql", "url": f"sqlite:///{folder}/us.db"}, _sqlite),
}


def left_over(folder: Path) -> list[str]:
    """What is under way, or holds something: all that must not be there when no run is."""
    marks = {"lock", "under_way", "takeover", "replaced", "commit"}
    found = [path.relative_to(folder) for path in folder.rglob("*")]
    found = [path for path in found if marks & set(path.parts) or path.suffix in (".part", ".wal", ".db-journal")]
    return [str(path) for path in found] + _untold(folder / "bars")


def _untold(table: Path) -> list[str]:
    """The files of a Delta table that no commit tells of."""
    logs = list(table.glob("_delta_log/*.json"))
    told = "".join(path.read_text() for path in logs)
    return [path.name for path in table.rglob("*.parquet") if logs and path.name not in told]
