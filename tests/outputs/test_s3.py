"""Outputs in an object store, against a server that speaks S3."""

from __future__ import annotations

import io
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bars import Row, bars, day, has_days, in_order, open_output, table, write
from deltalake import DeltaTable
from servers import Store
from trade_outputs import minutes, trades, written

import basalt
from basalt.errors import ConfigurationError, OutputBusyError, OutputError, OutputRangeError

DATED = {"path_template": "s3://market/us/{pass}/{start_date}_{end_date}.parquet"}
FOLDER = {"path_template": "s3://market/us/{pass}", "partition_by": ["Date", "MIC"]}
DELTA = {"type": "delta", "path_template": "s3://market/us/{pass}", "partition_by": ["Date"]}


def rows_of(store: Store, target: dict[str, Any]) -> list[Row]:
    """What stands in the objects; the venue of one that is cut is in its key."""
    if target is DELTA:
        found = DeltaTable("s3://market/us/bars").to_pyarrow_table()
        return in_order([tuple(row.values()) for row in found.drop_columns("Date").to_pylist()])
    found = [pq.read_table(io.BytesIO(store.read(key))) for key in store.names()]
    columns = ["ListingId", "TimeBucket", "Volume"]
    return [tuple(row.values()) for each in found for row in each.select(columns).to_pylist()]


def same(store: Store, target: dict[str, Any], rows: list[Row]) -> bool:
    found = rows_of(store, target)
    if target is DELTA:
        return found == in_order(rows)
    return sorted(map(str, found)) == sorted(str((row[0], *row[2:])) for row in rows)


def of_days(rows: list[Row], *numbers: int) -> list[Row]:
    return [row for row in rows if (row[2] - row[2].resolution).date() in {day(number) for number in numbers}]


@pytest.mark.parametrize("target", [DATED, FOLDER, DELTA], ids=["files", "folder", "delta"])
def test_days_are_replaced_and_recorded(store: Store, target: dict[str, Any]) -> None:
    for number in range(3):
        write(target, number, number, bars(number, number, 1), 1)
    for _ in range(2):
        write(target, 1, 1, bars(1, 1, 2), 2)
        assert same(store, target, bars(0, 0, 1) + bars(1, 1, 2) + bars(2, 2, 1))
    write(target, 1, 2, bars(1, 2, 3), 3)
    assert same(store, target, bars(0, 0, 1) + bars(1, 2, 3))
    output = open_output(target)
    assert [(each.first, each.last, each.run) for each in output.records()] == [
        (day(0), day(0), "run 1"),
        (day(1), day(2), "run 3"),
    ]
    assert has_days(output, day(0), day(2))
    with output.held():
        assert [key.rpartition("/")[2] for key in store.names() if "_basalt" in key] == ["lock"]
    assert [key for key in store.names() if "_basalt" in key] == []


def test_a_run_that_fails_leaves_the_objects(store: Store) -> None:
    write(FOLDER, 0, 1, bars(0, 1, 1))
    with pytest.raises(OutputRangeError, match="a row belongs to"):
        write(FOLDER, 0, 1, bars(0, 2, 2))
    assert same(store, FOLDER, bars(0, 1, 1))


def test_a_part_of_an_object_is_not_written_anew(store: Store) -> None:
    write(DATED, 0, 2, bars(0, 2, 1))
    with pytest.raises(OutputRangeError, match="cannot be cut"):
        write(DATED, 2, 3, bars(2, 3, 1))
    assert store.names() == [f"us/bars/{day(0)}_{day(2)}.parquet"]


def test_an_arrow_object_and_one_without_dates(store: Store) -> None:
    target = {"type": "arrow", "path_template": "s3://market/{pass}.arrow"}
    for version in (1, 2):
        write(target, version, version, bars(version, version, version))
    assert store.names() == ["bars.arrow"]
    assert pa.ipc.open_file(store.read("bars.arrow")).read_all().equals(table(bars(2, 2, 2)))


def test_of_two_runs_at_once_one_wins_and_the_other_is_told_who(store: Store) -> None:
    with (
        open_output(FOLDER).held(),
        pytest.raises(OutputBusyError, match=rf"process {os.getpid()} on .*, since 20"),
        open_output(FOLDER).held(),
    ):
        pass
    assert store.names() == []


@pytest.mark.parametrize("host", [socket.gethostname(), "elsewhere"])
def test_the_lock_of_a_killed_run_of_this_machine_is_removed(store: Store, host: str) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    holder = {"pid": gone.pid, "host": host, "since": "2025-03-03T00:00:00+00:00"}
    store.client.put_object(Bucket="market", Key="us/_basalt/bars/bars/lock", Body=json.dumps(holder).encode())
    if host == "elsewhere":
        with pytest.raises(OutputBusyError, match="lock s3://market/us/_basalt/bars/bars/lock"):
            write(FOLDER, 0, 0, bars(0, 0, 1))
    else:
        write(FOLDER, 0, 0, bars(0, 0, 1))
        assert same(store, FOLDER, bars(0, 0, 1))


KILLED = """
import os, signal, sys
from bars import bars, write
from basalt.outputs.object_store import Bucket

put = Bucket.write

def killed(bucket, key, content):
    if "_basalt" in key:
        return put(bucket, key, content)
    if sys.argv[2] == "after":
        put(bucket, key, content)
    os.kill(os.getpid(), signal.SIGKILL)

Bucket.write = killed
write({"path_template": sys.argv[1]}, 0, 1, bars(0, 1, 2), 2)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_run_that_is_killed_leaves_the_old_object_or_the_new_one(store: Store, moment: str) -> None:
    write(DATED, 0, 1, bars(0, 1, 1), 1)
    ran = subprocess.run(
        [sys.executable, "-c", KILLED, DATED["path_template"], moment],
        env={**os.environ, "PYTHONPATH": f"{Path(__file__).parent}:{Path(basalt.__file__).parents[1]}"},
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL
    objects = [pq.read_table(io.BytesIO(store.read(key))) for key in store.names() if key.endswith(".parquet")]
    (found,) = objects
    assert found.equals(table(bars(0, 1, 1 if moment == "before" else 2)))
    assert open_output(DATED).records() == []
    write(DATED, 0, 1, bars(0, 1, 2), 2)
    assert same(store, DATED, bars(0, 1, 2))
    assert [each.run for each in open_output(DATED).records()] == ["run 2"]
    assert [key for key in store.names() if "_basalt" in key] == []


def test_a_pipeline_lands_in_s3_and_its_passes_are_read_on(store: Store, tmp_path: Path) -> None:
    config = written(tmp_path, trades(500), minutes(), OUTPUT_TARGET={"path_template": "s3://market/{pass}.parquet"})
    with basalt.run(config) as result:
        rows = result["minutes"].arrow()
        assert result.places == {"minutes": ("s3://market/minutes.parquet",)}
        assert result.outputs == {}
    assert pq.read_table(io.BytesIO(store.read("minutes.parquet"))).equals(rows)


def test_a_bucket_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(OutputError, match="cannot use s3://nowhere"):
        write({"path_template": "s3://nowhere/{pass}"}, 0, 0, bars(0, 0, 1))
    assert store.names() == []


@pytest.mark.parametrize("path", ["s3://key:secret@market/x", "gs://market/x", "s3://market"])
def test_a_path_with_credentials_or_of_another_store_is_refused(path: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        basalt.compile({"PASSES": [minutes(output={"path_template": path})]}, schemas={})
    assert "secret" not in str(refused.value)
