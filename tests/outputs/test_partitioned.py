"""A folder of Parquet files: what other readers find in it, and what of it a run replaces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from bars import MONDAY, NAMES, Row, bars, day, has_days, in_order, open_output, put, shape, table, write

from basalt.configuration.problems import validate
from basalt.errors import BindingError, ConfigurationError, OutputRangeError
from basalt.outputs import exchange

COLUMNS = ["ListingId", "MIC", "TimeBucket", "Volume"]
BY_DAY = [["Date"], ["Date", "MIC"], ["MIC", "Date"], ["Date", "ListingId", "MIC"]]


def target(folder: Path, *by: str, **settings: object) -> dict[str, Any]:
    return {"path_template": f"{folder}/{{pass}}", "partition_by": list(by), **settings}


def seen(folder: Path) -> list[Row]:
    """What DuckDB, in a process that knows nothing of Basalt, finds in the files."""
    query = f"""
        SELECT CAST(ListingId AS BIGINT), MIC, TimeBucket, Volume FROM read_parquet('{folder}/bars/**/*.parquet',
        hive_partitioning = true, hive_types_autocast = false)
    """
    return in_order(duckdb.sql(query).fetchall())


def left_over(folder: Path) -> list[str]:
    """Files that are neither rows nor records."""
    names = [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".parquet"]
    return [str(path) for path in names if not ("_basalt" in path.parts and path.suffix == ".json")]


@pytest.mark.parametrize("by", [*BY_DAY, ["MIC"], ["ListingId"]], ids=",".join)
def test_all_readers_find_the_rows(tmp_path: Path, by: list[str]) -> None:
    rows = bars(0, 3, 1)
    write(target(tmp_path, *by), 0, 3, rows)
    assert seen(tmp_path) == in_order(rows)
    arrow = ds.dataset(tmp_path / "bars", partitioning="hive").to_table().to_pylist()
    assert in_order([tuple(row[name] for name in COLUMNS) for row in arrow]) == in_order(rows)
    frame = pl.scan_parquet(f"{tmp_path}/bars/**/*.parquet", hive_partitioning=True).select(COLUMNS).collect()
    assert in_order(frame.rows()) == in_order(rows)
    assert left_over(tmp_path) == []


def test_the_day_of_a_row_is_the_one_its_bucket_starts_on(tmp_path: Path) -> None:
    write(target(tmp_path, "Date"), 0, 1, bars(0, 1, 1))
    folders = sorted(path.name for path in (tmp_path / "bars").iterdir())
    assert folders == ["Date=2025-03-03", "Date=2025-03-04"]
    query = f"SELECT max(TimeBucket) FROM read_parquet('{tmp_path}/bars/Date=2025-03-03/*.parquet')"
    assert str(duckdb.sql(query).fetchall()[0][0]) == "2025-03-04 00:00:00"


@pytest.mark.parametrize("by", BY_DAY, ids=",".join)
@pytest.mark.parametrize("way", ["exchanged", "renamed twice"])
def test_exactly_the_days_of_the_run_are_replaced(
    tmp_path: Path, by: list[str], way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if way == "renamed twice":
        monkeypatch.setattr(exchange, "exchange", lambda *_: False)
    write(target(tmp_path, *by), 0, 4, bars(0, 4, 1), 1)
    write(target(tmp_path, *by), 1, 2, bars(1, 2, 2), 2)
    kept = [row for number in (0, 3, 4) for row in bars(0, 4, 1) if (row[2] - row[2].resolution).date() == day(number)]
    assert seen(tmp_path) == in_order(kept + bars(1, 2, 2))
    output = open_output(target(tmp_path, *by))
    told = [(each.first, each.last, each.run, each.rows) for each in output.records()]
    assert told == [
        (day(0), day(0), "run 1", None),
        (day(1), day(2), "run 2", 80),
        (day(3), day(4), "run 1", None),
    ]
    assert has_days(output, day(0), day(4))
    assert not has_days(output, day(0), day(5))
    assert not has_days(output, None, day(1))
    assert left_over(tmp_path) == []


def test_a_rerun_changes_nothing(tmp_path: Path) -> None:
    for _ in range(3):
        write(target(tmp_path, "MIC"), 0, 1, bars(0, 1, 1))
        write(target(tmp_path, "MIC"), 2, 3, bars(2, 3, 1))
    assert seen(tmp_path) == in_order(bars(0, 1, 1) + bars(2, 3, 1))


def test_a_longer_range_takes_the_place_of_those_in_it(tmp_path: Path) -> None:
    write(target(tmp_path, "MIC"), 0, 1, bars(0, 1, 1), 1)
    write(target(tmp_path, "MIC"), 2, 2, bars(2, 2, 1), 2)
    write(target(tmp_path, "MIC"), 0, 4, bars(0, 4, 2), 3)
    assert seen(tmp_path) == in_order(bars(0, 4, 2))
    assert [(each.days.text, each.run) for each in open_output(target(tmp_path, "MIC")).records()] == [
        (f"{day(0)}_{day(4)}", "run 3")
    ]


def test_days_that_cannot_be_told_apart_are_refused(tmp_path: Path) -> None:
    write(target(tmp_path, "MIC"), 0, 3, bars(0, 3, 1))
    with pytest.raises(OutputRangeError, match="add Date to partition_by"):
        write(target(tmp_path, "MIC"), 3, 4, bars(3, 4, 2))
    assert seen(tmp_path) == in_order(bars(0, 3, 1))


def test_a_row_of_another_day_is_refused(tmp_path: Path) -> None:
    write(target(tmp_path, "Date"), 0, 1, bars(0, 1, 1))
    with pytest.raises(OutputRangeError, match="a row belongs to 2025-03-05"):
        write(target(tmp_path, "Date"), 0, 1, bars(0, 2, 2))
    assert seen(tmp_path) == in_order(bars(0, 1, 1))
    assert left_over(tmp_path) == []


def test_a_day_without_rows_leaves_none(tmp_path: Path) -> None:
    write(target(tmp_path, "Date"), 0, 1, bars(0, 1, 1))
    write(target(tmp_path, "Date"), 0, 0, [])
    assert seen(tmp_path) == in_order([row for row in bars(0, 1, 1) if (row[2] - row[2].resolution).date() == day(1)])


def test_rows_without_a_time_are_replaced_whole(tmp_path: Path) -> None:
    for version in (1, 2):
        output = open_output(target(tmp_path, "MIC"), shape(offset=None))
        with output.held() as held:
            put(held, day(version), day(version), bars(0, 1, version), version)
        assert [each.run for each in output.records()] == [f"run {version}"]
    assert seen(tmp_path) == in_order(bars(0, 1, 2))


def test_the_relation_reads_what_was_written_for_the_days(tmp_path: Path) -> None:
    output = open_output(target(tmp_path, "Date", "MIC", "ListingId"))
    write(target(tmp_path, "Date", "MIC", "ListingId"), 0, 3, bars(0, 3, 1))
    names = ", ".join(COLUMNS)
    for first, last in ((0, 3), (1, 2), (7, 8)):
        relation = duckdb.sql(f"SELECT {names} FROM {output.relation(day(first), day(last))}")
        expected = [row for row in bars(0, 3, 1) if day(first) <= (row[2] - row[2].resolution).date() <= day(last)]
        assert in_order(relation.fetchall()) == in_order(expected)
        assert [str(each) for each in relation.types] == ["BIGINT", "VARCHAR", "TIMESTAMP", "DOUBLE"]


def test_files_are_sorted_compressed_and_cut_as_asked(tmp_path: Path) -> None:
    asked = target(
        tmp_path, "MIC", sort_by=["ListingId", "TimeBucket"], compression="zstd", compression_level=9, row_group_rows=7
    )
    assert open_output(asked).sort_by == ("ListingId", "TimeBucket")
    write(asked, 0, 1, in_order(bars(0, 1, 1)))
    files = list((tmp_path / "bars").rglob("*.parquet"))
    assert len(files) == len(NAMES)
    for file in files:
        metadata = pq.read_metadata(file)
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        assert {group.num_rows for group in groups[:-1]} == {7}
        assert {group.column(0).compression for group in groups} == {"ZSTD"}
        assert [each.column_index for each in groups[0].sorting_columns] == [0, 1]


def test_more_folders_than_files_are_open_at_a_time(tmp_path: Path) -> None:
    rows = [(number % 150, "X", row[2], row[3]) for number, row in enumerate(bars(0, 9, 1))]
    write(target(tmp_path, "ListingId"), 0, 9, rows)
    assert seen(tmp_path) == in_order(rows)


@pytest.mark.parametrize(
    ("by", "offset", "words"),
    [
        (["Volume"], None, "makes no name of a folder"),
        (["Date"], None, "no TimeBucket"),
        (["Mic"], 0, "did you mean 'MIC'"),
        (["TimeBucket"], 0, "use Date"),
        (COLUMNS[:2], 0, None),
    ],
)
def test_what_does_not_fit_the_pass_is_refused(tmp_path: Path, by: list[str], offset: int | None, words: str) -> None:
    if words is None:
        open_output(target(tmp_path, *by), shape(offset=offset))
        return
    with pytest.raises(BindingError, match=words):
        open_output(target(tmp_path, *by), shape(offset=offset))


def test_dates_have_no_folders_of_their_own() -> None:
    with pytest.raises(ConfigurationError, match="Date in partition_by"):
        validate({"PASSES": [], "OUTPUT_TARGET": {"path_template": "x/{start_date}", "partition_by": "Date"}})


def test_the_table_helper_keeps_what_it_is_given() -> None:
    rows = bars(0, 0, 1)
    assert [tuple(row.values()) for row in table(rows).to_pylist()] == rows
    assert day(0) == MONDAY


def test_a_folder_that_was_moved_aside_and_not_replaced_is_put_back(tmp_path: Path) -> None:
    """Where a file system cannot exchange folders, a run that ends between two renames leaves none."""
    write(target(tmp_path, "Date"), 0, 1, bars(0, 1, 1))
    aside = tmp_path / "_basalt" / "bars" / "bars" / "replaced"
    (tmp_path / "bars").rename(aside)
    with open_output(target(tmp_path, "Date")).held():
        assert seen(tmp_path) == in_order(bars(0, 1, 1))
    assert left_over(tmp_path) == []
