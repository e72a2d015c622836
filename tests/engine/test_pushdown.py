"""Dates and universe reach the scan: what lies outside of them is not read, as spoiled data there goes unnoticed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from tape_examples import DAYS, Config, results, tape, trade_pass

import basalt
from basalt.errors import BasaltError, RunError

SECOND_DAY: Config = {"START_DATE": DAYS[1], "END_DATE": DAYS[1]}
IsOutside = Callable[[Any, Any], bool]


def pipeline(source: object, **settings: object) -> Config:
    """Bars of the default buckets, closed on the right, as they are in no need of midnight itself."""
    return {"TABLES": {"trades": source}, "PASSES": [trade_pass(time_bucket_closed="left")], **settings}


def spoil(path: Path, column: str, is_outside: IsOutside) -> int:
    """Overwrite the data of the row groups whose smallest and largest value lie outside; return how many they are."""
    metadata = pq.read_metadata(path)
    content = bytearray(path.read_bytes())
    spoiled = 0
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        chunks = [group.column(number) for number in range(group.num_columns)]
        bounds = next(chunk.statistics for chunk in chunks if chunk.path_in_schema == column)
        if is_outside(bounds.min, bounds.max):
            spoiled += 1
            for chunk in chunks:
                start = chunk.dictionary_page_offset or chunk.data_page_offset
                content[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    path.write_bytes(content)
    return spoiled


def spoil_whole(path: Path) -> None:
    """Overwrite the data of a whole file; its columns can still be told."""
    assert spoil(path, "Size", lambda *_: True) > 0


def by_time(folder: Path) -> Path:
    """The tape in one file, in order of time, in row groups of an eighth of a day."""
    path = folder / "by_time.parquet"
    pq.write_table(tape(), path, row_group_size=25)
    return path


def by_listing(folder: Path) -> Path:
    """The tape in one file, a row group a listing."""
    path = folder / "by_listing.parquet"
    pq.write_table(
        tape().sort_by([("ListingId", "ascending"), ("TradeTimestamp", "ascending")]), path, row_group_size=200
    )
    return path


def is_another_day(first: Any, last: Any) -> bool:  # noqa: ANN401 - statistics of any type
    return last.date() < DAYS[1] or first.date() > DAYS[1]


def scans(plan: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a plan as JSON
    """Yield what a plan says of its scans of Parquet files."""
    for node in plan:
        if "Filters" in node["extra_info"] or "PARQUET" in json.dumps([node["name"], node["extra_info"]]):
            yield node["extra_info"]
        yield from scans(node["children"])


def scan_of(config: Config) -> dict[str, Any]:
    """Return what DuckDB's plan says of the only scan of a pipeline's pass."""
    with duckdb.connect() as connection:
        sql = basalt.compile(config).passes["bars"].sql
        plan = connection.execute(f"EXPLAIN (FORMAT json) {sql}").fetchall()[0][1]
    (scan,) = scans(json.loads(plan))
    return scan


def text(scan: dict[str, Any], key: str) -> str:
    """Return an entry of a scan as text."""
    found = scan.get(key, "")
    return found if isinstance(found, str) else "\n".join(found)


def test_without_dates_spoiled_row_groups_are_noticed(tmp_path: Path) -> None:
    path = by_time(tmp_path)
    assert spoil(path, "TradeTimestamp", is_another_day) == 16
    with pytest.raises(RunError, match="bars"):
        results(pipeline(str(path)))


def test_row_groups_of_other_days_are_not_read(tmp_path: Path) -> None:
    path = by_time(tmp_path)
    expected = results(pipeline(str(path), **SECOND_DAY))
    assert len(expected["bars"]) == 3 * 24
    assert spoil(path, "TradeTimestamp", is_another_day) == 16
    assert results(pipeline(str(path), **SECOND_DAY)) == expected


def test_dates_reach_the_scan_of_the_event_time(tmp_path: Path) -> None:
    filters = text(scan_of(pipeline(str(by_time(tmp_path)), **SECOND_DAY)), "Filters")
    assert "TradeTimestamp" in filters
    assert "2025-03-04 00:00:00" in filters
    assert "2025-03-05 00:00:00" in filters


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
def test_a_time_of_any_resolution_is_compared_as_it_stands(unit: str, tmp_path: Path) -> None:
    path = tmp_path / "trades.parquet"
    times = tape()["TradeTimestamp"].cast(pa.timestamp(unit))
    pq.write_table(tape().set_column(1, "TradeTimestamp", times), path, row_group_size=25)
    expected = results(pipeline(str(path), **SECOND_DAY))
    assert spoil(path, "TradeTimestamp", is_another_day) == 16
    assert results(pipeline(str(path), **SECOND_DAY)) == expected


def test_row_groups_of_other_listings_are_not_read(tmp_path: Path) -> None:
    path = by_listing(tmp_path)
    expected = results(pipeline(str(path), UNIVERSE=[1]))
    assert {row["ListingId"] for row in expected["bars"]} == {1}
    assert spoil(path, "ListingId", lambda first, last: not first <= 1 <= last) == 2
    assert results(pipeline(str(path), UNIVERSE=[1])) == expected
    with pytest.raises(RunError, match="bars"):
        results(pipeline(str(path), UNIVERSE=[1, 2]))


def test_a_universe_of_several_listings_reaches_the_scan(tmp_path: Path) -> None:
    path = by_listing(tmp_path)
    expected = results(pipeline(str(path), UNIVERSE=[0, 1]))
    assert spoil(path, "ListingId", lambda first, _: first == 2) == 1
    assert results(pipeline(str(path), UNIVERSE=[0, 1])) == expected


def test_a_universe_by_a_text_column_reaches_the_scan(tmp_path: Path) -> None:
    path = by_listing(tmp_path)
    expected = results(pipeline(str(path), UNIVERSE={"MIC": "XBBB"}))
    assert {row["MIC"] for row in expected["bars"]} == {"XBBB"}
    assert spoil(path, "MIC", lambda first, _: first != "XBBB") == 2
    assert results(pipeline(str(path), UNIVERSE={"MIC": "XBBB"})) == expected


def hive(folder: Path) -> Path:
    """The tape by date and venue, a file for each."""
    days = pc.cast(tape()["TradeTimestamp"], pa.date32())
    pq.write_to_dataset(tape().append_column("date", days), folder / "trades", partition_cols=["date", "MIC"])
    return folder / "trades"


def hive_table(folder: Path) -> Config:
    return {"path": f"{folder}/**/*.parquet", "date_column": "date"}


def test_files_of_other_partitions_are_not_read(tmp_path: Path) -> None:
    folder = hive(tmp_path)
    config = pipeline(hive_table(folder), UNIVERSE={"MIC": ["XAAA", "XBBB"]})
    expected = results(config)
    for path in folder.glob("*/MIC=XCCC/*.parquet"):
        spoil_whole(path)
    assert {row["MIC"] for row in expected["bars"]} == {"XAAA", "XBBB"}
    assert results(config) == expected


@pytest.mark.parametrize(("start", "end", "files"), [(0, 0, 6), (2, 2, 6), (2, None, 6), (None, 0, 6)])
def test_files_of_far_dates_are_left_out_by_the_date_column(
    start: int | None, end: int | None, files: int, tmp_path: Path
) -> None:
    """Files of the day before and the day after are kept, for dates in other time zones."""
    dates = {"START_DATE": start if start is None else DAYS[start], "END_DATE": end if end is None else DAYS[end]}
    scan = scan_of(pipeline(hive_table(hive(tmp_path)), **dates))
    assert "date" in text(scan, "File Filters")
    assert text(scan, "Scanning Files") == f"{files}/9"


def test_a_run_by_dates_over_partitions_gives_the_days_of_the_whole(tmp_path: Path) -> None:
    table = hive_table(hive(tmp_path))
    whole = results(pipeline(table))["bars"]
    by_day = [results(pipeline(table, START_DATE=day, END_DATE=day))["bars"] for day in DAYS]
    assert [len(rows) for rows in by_day] == [3 * 24] * 3
    assert sorted((row for rows in by_day for row in rows), key=repr) == whole


def test_a_filter_of_the_source_reaches_the_scan(tmp_path: Path) -> None:
    path = by_listing(tmp_path)
    source = {"path": str(path), "filter": "ListingId < 2"}
    expected = results(pipeline(source))
    assert spoil(path, "ListingId", lambda first, _: first == 2) == 1
    assert results(pipeline(source)) == expected


def test_only_the_columns_that_are_needed_are_read(tmp_path: Path) -> None:
    path = by_time(tmp_path)
    config = {"TABLES": {"trades": str(path)}, "PASSES": [trade_pass("bars", "Count")]}
    expected = results(config)
    prices = tmp_path / "no_prices.parquet"
    spoil_column(path, prices, "LocalPrice")
    with pytest.raises(BasaltError):
        results(pipeline(str(prices)))
    assert results({**config, "TABLES": {"trades": str(prices)}}) == expected


def spoil_column(path: Path, target: Path, column: str) -> None:
    """Write a copy of a file in which one column's data is overwritten."""
    metadata = pq.read_metadata(path)
    content = bytearray(path.read_bytes())
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        for chunk in map(group.column, range(group.num_columns)):
            if chunk.path_in_schema == column:
                start = chunk.dictionary_page_offset or chunk.data_page_offset
                content[start : start + chunk.total_compressed_size] = b"\xff" * chunk.total_compressed_size
    target.write_bytes(content)


def test_dates_that_hold_nothing_give_no_rows(tmp_path: Path) -> None:
    path = by_time(tmp_path)
    spoil_whole(path)
    assert results(pipeline(str(path), START_DATE=date(2030, 1, 1))) == {"bars": []}
