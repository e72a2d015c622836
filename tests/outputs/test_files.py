"""A file for the days of a run: which files there are, what they hold, and who may write them."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bars import SCHEMA, bars, day, has_days, in_order, open_output, put, table, write
from trade_outputs import files, minutes, quarters, trades, with_a_bad_price, written

import basalt
from basalt.errors import ConfigurationError, OutputBusyError, OutputRangeError, UnknownColumnError
from basalt.outputs.lock import exclusive

FORMATS = ["parquet", "arrow"]


def dated(folder: Path, kind: str, **settings: object) -> dict[str, object]:
    return {"type": kind, "path_template": f"{folder}/{{pass}}/{{start_date}}_{{end_date}}.{kind}", **settings}


def read(path: Path) -> pa.Table:
    return pq.read_table(path) if path.suffix == ".parquet" else pa.ipc.open_file(path).read_all()


def names(*ranges: tuple[int, int], kind: str) -> list[str]:
    return [f"bars/{day(first)}_{day(last)}.{kind}" for first, last in ranges]


@pytest.mark.parametrize("kind", FORMATS)
def test_each_range_has_its_file(tmp_path: Path, kind: str) -> None:
    for version in (1, 2):
        for number in range(3):
            write(dated(tmp_path, kind), number, number, bars(number, number, version), version)
    assert files(tmp_path) == names((0, 0), (1, 1), (2, 2), kind=kind)
    for number in range(3):
        assert read(tmp_path / f"bars/{day(number)}_{day(number)}.{kind}").equals(table(bars(number, number, 2)))
    output = open_output(dated(tmp_path, kind))
    assert [(each.first, each.last, each.rows, each.fingerprint) for each in output.records()] == [
        (day(number), day(number), 40, {"sql": "version 2"}) for number in range(3)
    ]
    assert has_days(output, day(0), day(2))
    assert not has_days(output, day(0), None)


@pytest.mark.parametrize("kind", FORMATS)
def test_a_longer_range_takes_the_place_of_the_files_in_it(tmp_path: Path, kind: str) -> None:
    for number in range(3):
        write(dated(tmp_path, kind), number, number, bars(number, number, 1))
    write(dated(tmp_path, kind), 1, 4, bars(1, 4, 2))
    assert files(tmp_path) == names((0, 0), (1, 4), kind=kind)


def test_a_part_of_a_file_is_not_written_anew(tmp_path: Path) -> None:
    write(dated(tmp_path, "parquet"), 0, 4, bars(0, 4, 1))
    with pytest.raises(OutputRangeError, match="use partition_by: Date"):
        write(dated(tmp_path, "parquet"), 4, 5, bars(4, 5, 1))
    assert files(tmp_path) == names((0, 4), kind="parquet")


def test_a_file_that_was_removed_is_not_told_of(tmp_path: Path) -> None:
    write(dated(tmp_path, "parquet"), 0, 0, bars(0, 0, 1))
    (tmp_path / names((0, 0), kind="parquet")[0]).unlink()
    assert open_output(dated(tmp_path, "parquet")).records() == []


def test_a_path_without_dates_holds_the_last_range(tmp_path: Path) -> None:
    target = {"path_template": f"{tmp_path}/{{pass}}.parquet"}
    write(target, 0, 1, bars(0, 1, 1))
    write(target, 1, 1, bars(1, 1, 2))
    assert pq.read_table(tmp_path / "bars.parquet").equals(table(bars(1, 1, 2)))
    assert [each.days.text for each in open_output(target).records()] == [f"{day(1)}_{day(1)}"]


@pytest.mark.parametrize("by", [[], ["Date"]], ids=["file", "folder"])
def test_of_two_runs_at_once_one_wins_and_the_other_is_told_who(tmp_path: Path, by: list[str]) -> None:
    target = {"path_template": f"{tmp_path}/{{pass}}", "partition_by": by}
    with open_output(target).held() as held:
        with pytest.raises(OutputBusyError) as refused, open_output(target).held():
            pass
        told = str(refused.value)
        assert f"process {os.getpid()} on {socket.gethostname()}, since 20" in told
        assert f"{tmp_path}/bars" in told
        put(held, day(0), day(0), bars(0, 0, 1))
    write(target, 0, 0, bars(0, 0, 2))
    assert [name for name in files(tmp_path) if "_basalt" in name] == []


def test_a_run_that_comes_second_computes_nothing(tmp_path: Path) -> None:
    lock = tmp_path / "_basalt" / "minutes" / "minutes.parquet" / "lock"
    with exclusive(lock, "minutes"), pytest.raises(OutputBusyError):
        basalt.run(written(tmp_path, with_a_bad_price(trades(50))))
    assert files(tmp_path) == []


def test_a_pass_lands_in_all_of_its_outputs(tmp_path: Path) -> None:
    extra = [
        {"type": "arrow", "path_template": f"{tmp_path}/{{pass}}.arrow", "compression": "zstd"},
        {"path_template": f"{tmp_path}/sorted.parquet", "sort_by": ["MIC", "TradeTotalVolume"]},
        {"path_template": f"{tmp_path}/days", "partition_by": ["Date", "MIC"]},
    ]
    with basalt.run(written(tmp_path, trades(2_000), minutes(extra_outputs=extra), quarters())) as result:
        rows = result["minutes"].arrow()
        assert result.places["minutes"] == tuple(
            f"{tmp_path}/{name}" for name in ("minutes.parquet", "minutes.arrow", "sorted.parquet", "days")
        )
    assert read(tmp_path / "minutes.arrow").equals(rows)
    assert read(tmp_path / "minutes.parquet").equals(rows)
    ordered = read(tmp_path / "sorted.parquet")
    assert ordered.equals(ordered.sort_by([("MIC", "ascending"), ("TradeTotalVolume", "ascending")]))
    assert sorted(map(str, ordered.to_pylist())) == sorted(map(str, rows.to_pylist()))
    day_files = list((tmp_path / "days" / "Date=2025-03-03" / "MIC=XPAR").iterdir())
    assert sum(pq.read_metadata(file).num_rows for file in day_files) == rows.num_rows


@pytest.mark.parametrize(
    "target", [{"type": "arrow"}, {"partition_by": ["Date"]}, {"sort_by": ["Close"]}], ids=["arrow", "folder", "sorted"]
)
def test_a_later_pass_reads_what_landed(tmp_path: Path, target: dict[str, object]) -> None:
    """Whether DuckDB can read the output or not, the result is that of a run without outputs."""
    with basalt.run(written(tmp_path, trades(2_000), OUTPUT_TARGET=None)) as plain:
        expected = {name: sorted(map(str, plain[name].arrow().to_pylist())) for name in plain}
    target = {**target, "path_template": f"{tmp_path}/{{pass}}"}
    with basalt.run(written(tmp_path, trades(2_000), OUTPUT_TARGET=target)) as result:
        assert {name: sorted(map(str, result[name].arrow().to_pylist())) for name in result} == expected


def test_two_outputs_of_a_pass_in_one_place_are_refused(tmp_path: Path) -> None:
    target = {"path_template": f"{tmp_path}/minutes.parquet"}
    with pytest.raises(ConfigurationError, match="written to"):
        basalt.run(written(tmp_path, trades(50), minutes(output=target, extra_outputs=[target])))


def test_an_order_by_a_column_that_is_not_there_is_refused(tmp_path: Path) -> None:
    target = {"path_template": f"{tmp_path}/{{pass}}.parquet", "sort_by": "Closs"}
    with pytest.raises(UnknownColumnError, match="did you mean 'Close'"):
        basalt.run(written(tmp_path, trades(50), OUTPUT_TARGET=target))
    assert files(tmp_path) == []


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    write(dated(tmp_path, "arrow"), 0, 0, [])
    assert read(tmp_path / names((0, 0), kind="arrow")[0]).schema == SCHEMA
    assert in_order([]) == []
