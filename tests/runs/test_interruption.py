"""Ctrl-C stops a run in a second, and leaves what was there."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from daily_market import DAYS, pipeline, write_source

import basalt

_ENDLESS = "(SELECT sum(a.i * b.i) FROM range(10000000) a(i), range(10000000) b(i)) IS NOT NULL"
"""A condition that takes hours."""


def endless(folder: Path) -> dict[str, object]:
    """The pipeline with a view for a source that never ends."""
    return pipeline(folder, TABLES={"trades": {"table": "slow"}})


def test_ctrl_c_stops_a_query_and_leaves_the_output(tmp_path: Path) -> None:
    write_source(tmp_path)
    basalt.run(pipeline(tmp_path)).close()
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*.parquet") if path.is_file()}
    with duckdb.connect() as connection:
        connection.execute(f"CREATE VIEW slow AS SELECT * FROM '{tmp_path}/trades/*.parquet' WHERE {_ENDLESS}")
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
        started = time.perf_counter()
        with pytest.raises(KeyboardInterrupt):
            basalt.run(endless(tmp_path), connection=connection)
        assert time.perf_counter() - started < 5.0
        assert connection.execute("SELECT 42").fetchall() == [(42,)]
    assert {path: path.read_bytes() for path in before} == before
    assert not list(tmp_path.rglob("*.part"))
    basalt.run(pipeline(tmp_path), restate=True).close()
    assert pq.read_metadata(tmp_path / "out" / "bars" / f"{DAYS[0]}_{DAYS[-1]}.parquet").num_rows > 0


def test_in_another_thread_signals_are_left_alone(tmp_path: Path) -> None:
    write_source(tmp_path)
    done: list[int] = []

    def run() -> None:
        with basalt.run(pipeline(tmp_path, OUTPUT_TARGET=None)) as result:
            done.append(result["bars"].arrow().num_rows)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert done[0] > 0
