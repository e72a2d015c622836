"""A file is whole: the rows of the pass, or those of the run before."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from trade_outputs import Config, files, minutes, quarters, source, trades, with_a_bad_price, written

import basalt
from basalt.errors import IndicatorError, OutputError, RunError

BOTH = ["minutes.parquet", "quarters.parquet"]
CHECKOUT = Path(basalt.__file__).parents[1]


def contents(folder: Path) -> dict[str, bytes]:
    """The bytes of all files below a folder."""
    return {name: (folder / name).read_bytes() for name in files(folder)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files of an earlier run."""
    basalt.run(written(tmp_path / "out", trades(300, price=50.0))).close()
    assert files(tmp_path / "out") == BOTH
    return tmp_path / "out"


def test_a_run_takes_the_place_of_the_one_before(folder: Path) -> None:
    before = contents(folder)
    with basalt.run(written(folder, trades(400))) as result:
        rows = {name: result[name].arrow() for name in result}
    assert files(folder) == BOTH
    for name, table in rows.items():
        assert (folder / f"{name}.parquet").read_bytes() != before[f"{name}.parquet"]
        assert pq.read_table(folder / f"{name}.parquet").equals(table)


def test_a_run_that_fails_leaves_the_old_files_whole(folder: Path) -> None:
    before = contents(folder)
    with pytest.raises(RunError, match="broken") as caught:
        basalt.run(written(folder, with_a_bad_price(trades(300))))
    assert caught.value.problems[0].place == "pass minutes"
    assert contents(folder) == before


def test_a_first_run_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="broken"):
        basalt.run(written(tmp_path / "out", with_a_bad_price(trades(300))))
    assert files(tmp_path) == []


def test_a_pass_that_fails_on_its_own_leaves_its_old_file(folder: Path) -> None:
    """Where one pass is written and reads nothing twice, its query runs while its file is written."""
    before = contents(folder)
    with pytest.raises(RunError, match="broken"):
        basalt.run(written(folder, with_a_bad_price(trades(300)), minutes()))
    assert contents(folder) == before


class FailingFunction:
    """A function of TA-Lib that fails when it is computed."""

    def call(self, *_: object) -> None:
        """Fail as TA-Lib does."""
        message = "TA_INTERNAL_ERROR"
        raise Exception(message)  # noqa: TRY002 - what TA-Lib raises


def test_an_indicator_that_fails_leaves_the_old_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(folder)
    monkeypatch.setattr("basalt.engine.indicators.applied.indicator_function", lambda _: FailingFunction())
    with pytest.raises(IndicatorError, match="TA_INTERNAL_ERROR"):
        basalt.run(written(folder, trades(9_000)))
    assert files(folder) == BOTH
    assert (folder / "quarters.parquet").read_bytes() == before["quarters.parquet"]


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputError, match="out"):
        basalt.run(written(tmp_path / "out" / "deeper", trades(30)))
    assert (tmp_path / "out").read_text() == "in the way"
    assert files(tmp_path) == ["out"]


def test_a_folder_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "minutes.parquet" / "part").mkdir(parents=True)
    with pytest.raises(OutputError, match=r"minutes\.parquet is a folder"):
        basalt.run(written(tmp_path, trades(30)))
    assert files(tmp_path) == []


PROGRAM = """
import os, signal, sys
import pyarrow.parquet
sys.path.insert(0, sys.argv[4])
import basalt
from trade_outputs import trades, written

def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def kill_after(method):
    return lambda *arguments, **named: (method(*arguments, **named), kill())

def kill_at(event):
    sys.addaudithook(lambda name, given: name == event and str(given[0]).endswith(".part") and kill())

folder, moment = sys.argv[1], sys.argv[2]
if moment == "rows":
    for name in ("write_batch", "write_table"):
        setattr(pyarrow.parquet.ParquetWriter, name, kill_after(getattr(pyarrow.parquet.ParquetWriter, name)))
if moment == "end":
    pyarrow.parquet.ParquetWriter.close = kill_after(pyarrow.parquet.ParquetWriter.close)
if moment == "rename":
    kill_at("os.rename")
basalt.run(written(folder, trades(int(sys.argv[3]))))
"""


def killed(folder: Path, moment: str) -> None:
    """Run a pipeline over other trades in a process that is killed at a moment of its first file."""
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(folder), moment, "400", str(CHECKOUT)],
        cwd=Path(__file__).parent,
        env={"PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parents[1]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == -signal.SIGKILL, ran.stderr


@pytest.mark.parametrize("moment", ["rows", "end", "rename"])
def test_a_run_that_is_killed_leaves_the_old_files_readable(folder: Path, moment: str) -> None:
    before = contents(folder)
    killed(folder, moment)
    left = contents(folder)
    assert {name: left[name] for name in BOTH} == before
    query = f"SELECT count(*), min(Close) FROM '{folder}/minutes*.parquet'"
    assert duckdb.sql(query).fetchall() == [(len(pq.read_table(folder / BOTH[0])), 50.0)]
    assert [name for name in left if name.endswith(".parquet")] == BOTH
    aside = [name for name in left if name.endswith(".part")]
    assert aside, "what was written aside is still there, under a name that no reader knows"


def test_the_run_after_a_killed_one_writes_its_files(folder: Path) -> None:
    killed(folder, "rename")
    with basalt.run(written(folder, trades(400))) as result:
        assert pq.read_table(folder / "minutes.parquet").equals(result["minutes"].arrow())
    assert files(folder) == BOTH


def nanosecond_pass() -> Config:
    """A pass whose buckets are finer than a microsecond."""
    return minutes(time_bucket_seconds=0.0000025)


def day_pass() -> Config:
    """A pass of one row a listing."""
    return minutes(time_bucket_seconds=86_400)


@pytest.mark.parametrize(
    "passes",
    [[minutes()], [minutes(), quarters()], [nanosecond_pass()], [day_pass()]],
    ids=["one pass", "a pass with averages over another", "nanoseconds", "days"],
)
def test_a_file_holds_what_the_result_gives(passes: list[Config], tmp_path: Path) -> None:
    config = written(tmp_path, trades(2_000), *passes)
    with basalt.run(config) as result:
        for name, path in result.outputs.items():
            table, file = result[name].arrow(), pq.read_table(path)
            assert file.schema.remove_metadata().equals(table.schema.remove_metadata())
            assert file.equals(table)
            assert table.num_rows > 0
            assert table.column_names == [column.name for column in result[name].columns]


def test_a_file_holds_what_a_run_without_files_gives(tmp_path: Path) -> None:
    config = written(tmp_path, trades(2_000))
    basalt.run(config).close()
    with basalt.run({**config, "OUTPUT_TARGET": None}) as result:
        for name in result:
            file, table = pq.read_table(tmp_path / f"{name}.parquet"), result[name].arrow()
            keys = [("ListingId", "ascending"), ("TimeBucket", "ascending")]
            assert file.sort_by(keys).equals(table.sort_by(keys))


def test_a_run_without_rows_writes_files_with_columns(tmp_path: Path) -> None:
    with basalt.run(written(tmp_path, trades(0))) as result:
        for name, path in result.outputs.items():
            assert pq.read_table(path).num_rows == 0
            assert pq.read_schema(path).names == [column.name for column in result[name].columns]


def test_the_file_is_read_by_a_plain_duckdb_with_the_types_that_are_told(tmp_path: Path) -> None:
    with basalt.run(written(tmp_path, trades(2_000))) as result:
        for name, path in result.outputs.items():
            told = [(column.name, column.type) for column in result[name].columns]
            described = duckdb.sql(f"DESCRIBE SELECT * FROM '{path}'").fetchall()
            assert [(row[0], row[1]) for row in described] == told


def test_a_pass_may_be_written_over_the_file_it_was_read_from(tmp_path: Path) -> None:
    """The old file is read to its end before the new one takes its name."""
    path = tmp_path / "minutes.parquet"
    pq.write_table(trades(300), path)
    table = {"path": str(path), "columns": source(pa.table({}))["columns"]}
    config = written(tmp_path, trades(0), minutes(), TABLES={"trades": table})
    with basalt.run(written(tmp_path / "elsewhere", trades(300), minutes())) as result:
        expected = result["minutes"].arrow()
    basalt.run(config).close()
    keys = [("ListingId", "ascending"), ("TimeBucket", "ascending")]
    assert pq.read_table(path).sort_by(keys).equals(expected.sort_by(keys))
