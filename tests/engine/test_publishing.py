"""A published file gives others what a run gives, and is swapped in while they read."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from oracles.results import by_key, rows_of

import basalt
from basalt.engine.publishing import Publication
from basalt.errors import AmbiguousReferenceError, OutputError

TRADES = pa.table(
    {
        "ListingId": [1, 1, 1, 2, 2],
        "TradeTimestampNanoseconds": [10**9 * each for each in (30, 90, 1_000, 40, 100_000)],
        "LocalPrice": [10.0, 11.0, 12.0, 20.0, 21.0],
        "Size": [1.0, 2.0, 3.0, 4.0, 5.0],
    }
)
MINUTES = {
    "name": "minutes",
    "modules": ["trade"],
    "trade_analytics": {"generic_metrics": [{"measures": ["OHLC", "VWAP"]}]},
}


def regrouped(name: str, source: str, rule: str, **analytics: Any) -> dict[str, Any]:  # noqa: ANN401 - of generic
    told = {"source_pass": source, "resample_rule": rule, "aggregations": {"TradeTotalVWAP": "auto", "Close": "last"}}
    return {"name": name, "modules": ["generic"], "generic_analytics": {**told, **analytics}}


SMA = {"talib_indicators": [{"name": "SMA", "input_col": "Close", "timeperiod": 2}]}
PASSES = [MINUTES, regrouped("fives", "minutes", "5m", **SMA), regrouped("hours", "fives", "1h")]


@pytest.fixture
def trades(tmp_path: Path) -> Path:
    path = tmp_path / "trades.parquet"
    pq.write_table(TRADES, path)
    return path


@contextmanager
def elsewhere(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a file as a client does that knows nothing of the pipeline."""
    with duckdb.connect(str(path), read_only=True) as connection:
        yield connection


def assert_as_run(path: Path, config: dict[str, Any], **arguments: Any) -> None:  # noqa: ANN401 - of a run
    with elsewhere(path) as connection, basalt.run(config, **arguments) as result:
        for name, each in result.compiled.passes.items():
            found, wanted = connection.sql(f"FROM {name}"), result[name].relation
            assert (found.columns, found.types) == (wanted.columns, wanted.types)
            compared = [by_key(rows_of(rows.to_arrow_table()), each.keys) for rows in (found, wanted)]
            assert compared[0] == compared[1] != {}


def test_passes_are_views_or_tables(trades: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = {"TABLES": {"trades": trades.name}, "PASSES": PASSES}
    path = tmp_path / "made" / "market.duckdb"
    assert basalt.publish(config, path) == (
        Publication("minutes", "view"),
        Publication("fives", "table", "its indicators are not computed in SQL alone"),
        Publication("hours", "view"),
    )
    assert [each.name for each in path.parent.iterdir()] == ["market.duckdb"]
    absolute = {**config, "TABLES": {"trades": str(trades)}}
    monkeypatch.chdir("/")  # a relative path would lead nowhere
    assert_as_run(path, absolute)
    with elsewhere(path) as connection:
        query = "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        told = {(table, column): comment for table, column, comment in connection.sql(query).fetchall()}
    assert told["minutes", "Close"].startswith("Last trade price by time and sequence (Total) [price]; null when")
    assert told["fives", "SMA_2"].endswith("[price]; null for the first 1 values and where the input is null")
    assert told["hours", "TradeTotalVWAP"].startswith("Volume-weighted average price (Total) [price]; null when")


def test_a_view_shows_what_has_come_to_its_files(trades: Path, tmp_path: Path) -> None:
    config = {"TABLES": {"trades": str(trades)}, "PASSES": [MINUTES]}
    basalt.publish(config, tmp_path / "market.duckdb")
    pq.write_table(TRADES.slice(0, 1), trades)
    assert_as_run(tmp_path / "market.duckdb", config)


def test_what_only_this_process_can_read_becomes_tables(tmp_path: Path) -> None:
    config = {"PASSES": PASSES}
    path = tmp_path / "market.duckdb"
    kinds = basalt.publish(config, path, tables={"trades": TRADES})
    assert (kinds[0].kind, kinds[0].reason) == ("table", "trades cannot be read from another database")
    assert [each.kind for each in kinds] == ["table", "table", "view"]
    assert_as_run(path, config, tables={"trades": TRADES})
    database = tmp_path / "source.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.register("rows", TRADES)
        connection.execute("CREATE TABLE trades AS FROM rows")
    attached = {"TABLES": {"trades": {"database": str(database), "table": "trades"}}, "PASSES": PASSES}
    assert [each.kind for each in basalt.publish(attached, path)] == ["table", "table", "view"]
    database.unlink()
    with elsewhere(path) as connection:
        assert connection.sql("SELECT count(*) FROM hours").fetchall() == [(3,)]


def test_every_pass_can_be_a_table(trades: Path, tmp_path: Path) -> None:
    config = {"TABLES": {"trades": str(trades)}, "PASSES": PASSES}
    path = tmp_path / "market.duckdb"
    assert {each.kind for each in basalt.publish(config, path, form="tables")} == {"table"}
    assert_as_run(path, config)
    trades.unlink()
    with elsewhere(path) as connection:
        assert connection.sql("SELECT count(*) FROM minutes").fetchall() == [(5,)]


READER = """
import sys, duckdb
with duckdb.connect(sys.argv[1], read_only=True) as connection:
    print(connection.sql("SELECT count(*) FROM minutes").fetchall()[0][0], flush=True)
    sys.stdin.readline()
    print(connection.sql("SELECT count(*) FROM fives").fetchall()[0][0], flush=True)
"""


def reader(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", READER, str(path)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_a_new_file_is_swapped_in_while_a_reader_is_connected(trades: Path, tmp_path: Path) -> None:
    path = tmp_path / "market.duckdb"
    config = {"TABLES": {"trades": str(trades)}, "PASSES": PASSES}
    basalt.publish(config, path)
    with reader(path) as connected:
        assert connected.stdout is not None
        assert connected.stdout.readline() == "5\n"
        basalt.publish({**config, "PASSES": [MINUTES, regrouped("fives", "minutes", "1h", **SMA)]}, path)
        assert connected.communicate("\n")[0] == "4\n"  # the file that it opened, as it was
    with reader(path) as anew:
        assert anew.communicate("\n")[0] == "5\n3\n"


def test_a_publication_that_fails_leaves_the_file_as_it_was(trades: Path, tmp_path: Path) -> None:
    path = tmp_path / "market.duckdb"
    config = {"TABLES": {"trades": str(trades)}, "PASSES": PASSES}
    basalt.publish(config, path)
    before = path.read_bytes()
    reference = pa.table({"ListingId": [1, 1], "InstrumentId": [7, 8]})
    pq.write_table(reference, tmp_path / "reference.parquet")
    tables = {"trades": str(trades), "reference": str(tmp_path / "reference.parquet")}
    twice = regrouped("wide", "minutes", "5m", group_by=["InstrumentId", "TimeBucket"])
    with pytest.raises(AmbiguousReferenceError):
        basalt.publish({"TABLES": tables, "PASSES": [MINUTES, twice]}, path)
    assert path.read_bytes() == before
    assert {each.name for each in tmp_path.iterdir()} == {"market.duckdb", "trades.parquet", "reference.parquet"}
    with pytest.raises(OutputError):
        basalt.publish(config, trades / "market.duckdb")


def test_outputs_are_not_written(trades: Path, tmp_path: Path) -> None:
    target, further = ({"path_template": str(tmp_path / f"out/{name}.parquet")} for name in ("one", "two"))
    passes = [{**MINUTES, "extra_outputs": [further]}]
    basalt.publish(
        {"TABLES": {"trades": str(trades)}, "PASSES": passes, "OUTPUT_TARGET": target}, tmp_path / "m.duckdb"
    )
    assert not (tmp_path / "out").exists()


def test_the_file_is_of_a_format_that_older_clients_open(trades: Path, tmp_path: Path) -> None:
    path = tmp_path / "market.duckdb"
    basalt.publish({"TABLES": {"trades": str(trades)}, "PASSES": PASSES}, path)
    header = path.read_bytes()[:64]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64  # the version number of files from DuckDB 0.10 to 1.1
