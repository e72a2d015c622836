"""Books rebuilt from updates of prices equal those of a dictionary that takes one update after the other."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.depth import price_update_table, price_updates
from markets.moments import MIDNIGHT
from markets.pipelines import run_pass
from oracles.buckets import DAY, SECOND
from oracles.rebuilt_book import Books, rebuilt
from oracles.results import rows_of

import basalt
from basalt.compiler.modules.book import levels as book_levels
from basalt.configuration import AnalyticsConfig
from basalt.engine import slices
from basalt.engine.job import Job
from basalt.engine.row_groups import RowGroups


def measured(rows: list[dict[str, Any]], levels: int, reset: str, **settings: object) -> Books:
    step = {"name": "books", "modules": "book", "book_analytics": {"levels": levels, "reset": reset}}
    tables = {"depth": price_update_table(rows)}
    with basalt.run({"TABLES": tables, "PASSES": [step], **settings}) as result:
        found = rows_of(result["books"].arrow())
    assert len({(row["ListingId"], row["EventTimestamp"]) for row in found}) == len(found)
    return {(row.pop("ListingId"), row.pop("EventTimestamp")): row for row in found}


@given(
    st.lists(price_updates, min_size=1, max_size=60),
    st.integers(1, 3),
    st.sampled_from(["never", "day"]),
    st.integers(1, 3),
)
@settings(max_examples=24)
def test_books_of_updates(rows: list[dict[str, Any]], levels: int, reset: str, instants: int) -> None:
    whole = book_levels.INSTANTS_PER_CELL
    try:
        book_levels.INSTANTS_PER_CELL = instants
        assert measured(rows, levels, reset) == rebuilt(rows, levels, daily=reset == "day")
    finally:
        book_levels.INSTANTS_PER_CELL = whole


@given(st.lists(price_updates, min_size=1, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=6)
def test_the_order_of_rows_is_of_no_effect(rows: list[dict[str, Any]], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert measured(shuffled, 2, "never") == measured(rows, 2, "never")


@given(st.lists(price_updates, min_size=1, max_size=40), st.sampled_from(["never", "day"]))
@settings(max_examples=8)
def test_a_day_is_a_part_of_the_whole(rows: list[dict[str, Any]], reset: str) -> None:
    day = {"START_DATE": date(2025, 3, 4), "END_DATE": date(2025, 3, 4)}
    whole = measured(rows, 2, reset)
    assert measured(rows, 2, reset, **day) == {key: row for key, row in whole.items() if key[1] >= MIDNIGHT}


def test_an_l2_pass_reads_the_book_that_was_rebuilt() -> None:
    rows = [
        {"ListingId": 1, "EventTimestamp": MIDNIGHT + second * SECOND, "Side": side, "Price": price, "Size": size}
        for second, side, price, size in [
            (10, 1, 99.0, 5.0),
            (10, 2, 101.0, 2.0),
            (20, 1, 100.0, 1.0),
            (70, 1, 100.0, 0.0),
        ]
    ]
    passes = [
        {"name": "books", "modules": "book", "book_analytics": {"levels": 2}},
        {
            "name": "minutes",
            "modules": "l2",
            "module_inputs": {"l2": "books"},
            "l2_analytics": {
                "liquidity": [{"sides": ["Bid"], "levels": [1], "measures": ["Price", "Quantity"]}],
                "ohlc": [{"source": "Mid"}],
            },
        },
    ]
    source = price_update_table([row | {"BMLLSequenceNo": None} for row in rows])
    with basalt.run({"TABLES": {"depth": source}, "PASSES": passes}) as result:
        found = [{**row, "TimeBucket": row["TimeBucket"].minute} for row in result["minutes"].arrow().to_pylist()]
    assert sorted(found, key=lambda row: row["TimeBucket"]) == [
        {"ListingId": 1, "TimeBucket": 1, "BidPrice1": 100.0, "BidQuantity1": 1.0}
        | {"MidOpen": 100.0, "MidHigh": 100.5, "MidLow": 100.0, "MidClose": 100.5},
        {"ListingId": 1, "TimeBucket": 2, "BidPrice1": 99.0, "BidQuantity1": 5.0}
        | {"MidOpen": 100.0, "MidHigh": 100.0, "MidLow": 100.0, "MidClose": 100.0},
    ]


DAYS = {"START_DATE": date(2025, 3, 4), "END_DATE": date(2025, 3, 5)}
around_days = st.integers(-2, 3).map(lambda day: MIDNIGHT + day * DAY)
over_days = st.builds(
    lambda row, midnight, beside: row | {"EventTimestamp": midnight + beside},
    price_updates,
    around_days,
    st.sampled_from([-1, 0, 0, 1, 40 * SECOND, 9 * 3_600 * SECOND]),
)


@given(st.lists(over_days, min_size=2, max_size=60), st.sampled_from(["never", "day"]), st.sampled_from([{}, DAYS]))
@settings(max_examples=12)
def test_days_one_by_one_are_one_run(rows: list[dict[str, Any]], reset: str, dates: dict[str, date]) -> None:
    whole = measured(rows, 2, reset, **dates)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "depth.parquet"
        pq.write_table(price_update_table(rows).sort_by("EventTimestamp"), path, row_group_size=1)
        per_slice = slices.ROWS_PER_SLICE
        try:
            slices.ROWS_PER_SLICE = 1
            assert measured(rows, 2, reset, **dates, TABLES={"depth": str(path)}) == whole
        finally:
            slices.ROWS_PER_SLICE = per_slice


def cut(path: Path) -> list[slices.Slice]:
    config = AnalyticsConfig.model_validate({"TABLES": {"depth": str(path)}, "PASSES": [BOOKS]})
    with duckdb.connect() as connection:
        schema = {"ListingId": "BIGINT", "EventTimestamp": "TIMESTAMP_NS", "Side": "BIGINT"}
        schemas = {"depth": {**schema, "Price": "DOUBLE", "Size": "DOUBLE"}}
        return slices.day_slices(RowGroups(connection), Job.of(config, schemas).compiled.passes["books"].events, config)


BOOKS = {"name": "books", "modules": "book", "book_analytics": {"levels": 2}}


def test_a_slice_reads_what_the_one_before_left_standing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A level that is set on the first day stands on the third; minutes read the books of all days."""
    events = [(-DAY, 1, 99.0, 5.0), (-DAY + SECOND, 2, 101.0, 1.0), (0, 2, 101.0, 3.0), (DAY, 2, 100.0, 1.0)]
    events += [(2 * DAY - 1, 2, 100.0, 0.0)]
    rows = [
        {"ListingId": 1, "EventTimestamp": MIDNIGHT + moment, "Side": side, "Price": price, "Size": size}
        for moment, side, price, size in events
    ]
    path = tmp_path / "depth.parquet"
    pq.write_table(price_update_table([row | {"BMLLSequenceNo": None} for row in rows]), path, row_group_size=1)
    minutes = {"name": "minutes", "modules": "l2", "module_inputs": {"l2": "books"}}
    minutes |= {"l2_analytics": {"prices": [{"source": ["Bid", "Ask"]}], "updates": [{"measures": "Count"}]}}
    config = {"TABLES": {"depth": str(path)}, "PASSES": [BOOKS, minutes]}
    whole = run_pass(config, "minutes")
    assert [(row["Bid"], row["Ask"], row["UpdateCount"]) for _, row in sorted(whole.items())] == [
        (99, None, 1), (99, 101, 1), (99, 101, 1), (99, 100, 1), (99, 101, 1),
    ]  # fmt: skip
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 1)
    assert len(cut(path)) == 3
    assert run_pass(config, "minutes") == whole
    with duckdb.connect() as connection, basalt.run(config, connection=connection) as result:
        assert result["books"].arrow().num_rows == len(events)
        left = connection.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%standing%'"
        ).fetchall()
    assert left == []
