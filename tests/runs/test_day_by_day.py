"""A range that is run in batches, or in runs of their own, is the range run at once, exactly."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from daily_market import DAYS, landed, pipeline, write_source

import basalt


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_source(tmp_path)
    return tmp_path


def whole(folder: Path) -> dict[str, object]:
    """The rows of each pass of a run over the whole range, by pass."""
    with basalt.run(pipeline(folder, OUTPUT_TARGET=None)) as result:
        order = [("ListingId", "ascending"), ("TimeBucket", "ascending")]
        return {name: result[name].arrow().sort_by(order) for name in result}


@pytest.mark.parametrize("frequency", ["D", "W", "2W", "M", "A", "auto"])
def test_batches_together_are_the_range(folder: Path, frequency: str) -> None:
    basalt.run(pipeline(folder, BATCH_FREQ=frequency)).close()
    for name, rows in whole(folder).items():
        assert landed(folder, name).equals(rows)


def test_runs_of_a_day_each_are_the_range(folder: Path) -> None:
    for day in DAYS:
        basalt.run(pipeline(folder, START_DATE=day, END_DATE=day)).close()
    for name, rows in whole(folder).items():
        assert landed(folder, name).equals(rows)


@pytest.mark.parametrize(
    ("frequency", "expected"),
    [
        ("D", [(day, day) for day in DAYS]),
        ("W", [(DAYS[0], DAYS[3]), (DAYS[4], DAYS[4])]),
        ("M", [(DAYS[0], DAYS[4])]),
    ],
)
def test_a_batch_is_a_day_a_week_from_monday_or_a_month(
    folder: Path, frequency: str, expected: list[tuple[date, date]]
) -> None:
    basalt.run(pipeline(folder, BATCH_FREQ=frequency)).close()
    assert sorted(path.name for path in (folder / "out" / "bars").glob("*.parquet")) == [
        f"{first}_{last}.parquet" for first, last in expected
    ]


def test_an_open_range_is_that_of_the_events(folder: Path) -> None:
    basalt.run(pipeline(folder, BATCH_FREQ="D", START_DATE=None, END_DATE=None)).close()
    assert len(list((folder / "out" / "bars").glob("*.parquet"))) == len(DAYS)


def test_weekends_have_no_batches_where_they_are_left_out(folder: Path) -> None:
    basalt.run(pipeline(folder, BATCH_FREQ="D", EXCLUDE_WEEKENDS=True)).close()
    names = sorted(path.stem.split("_")[0] for path in (folder / "out" / "bars").glob("*.parquet"))
    assert names == ["2025-03-06", "2025-03-07", "2025-03-10"]


def test_what_was_written_can_be_read_after_batches(folder: Path) -> None:
    with basalt.run(pipeline(folder, BATCH_FREQ="D")) as result:
        rows = result["coarse"].arrow().sort_by([("ListingId", "ascending"), ("TimeBucket", "ascending")])
        assert result.outputs["bars"] == folder / "out" / "bars" / f"{DAYS[-1]}_{DAYS[-1]}.parquet"
    assert rows.equals(landed(folder, "coarse"))


def test_a_later_longer_batch_takes_the_place_of_shorter_ones(folder: Path) -> None:
    basalt.run(pipeline(folder, BATCH_FREQ="D")).close()
    basalt.run(pipeline(folder), restate=True).close()
    assert [path.name for path in (folder / "out" / "bars").glob("*.parquet")] == [f"{DAYS[0]}_{DAYS[-1]}.parquet"]
    assert landed(folder, "bars").equals(whole(folder)["bars"])


def test_partitions_by_day_take_any_batches(folder: Path) -> None:
    target = {"path_template": f"{folder}/days/{{pass}}", "partition_by": "Date"}
    for frequency in ("D", "M", "W"):
        basalt.run(pipeline(folder, OUTPUT_TARGET=target, BATCH_FREQ=frequency), restate=True).close()
        rows = pq.read_table(folder / "days" / "bars", partitioning=None)
        order = [("ListingId", "ascending"), ("TimeBucket", "ascending")]
        assert rows.sort_by(order).equals(whole(folder)["bars"])
