"""Laws of the order book: order of rows, number of threads, cuts by days and composition change nothing."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import EVERYTHING, LEVELS, SOME, Books, book_table, books, states_or_all
from markets.ladders import DEPTH
from markets.large import shuffled
from markets.moments import MIDNIGHT, contracts
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, book_pass_config, generic_pass_config, run_pass
from markets.trades import INSTRUMENTS
from oracles.books import SIDES, l2_pass
from oracles.buckets import SECOND, Contract
from oracles.results import Result, assert_same
from oracles.tolerances import book_tolerance

import basalt
from basalt.engine import slices
from basalt.errors import ReaggregationError

if TYPE_CHECKING:
    from pathlib import Path

WIDTHS = st.sampled_from([SECOND, 60 * SECOND])
MINUTES = Contract(60 * SECOND)
ROWS = 30_000


@given(books(contracts(WIDTHS)), st.sampled_from(["numbered", "not numbered"]), st.randoms(use_true_random=False))
@settings(max_examples=5)
def test_shuffled_updates_give_the_same_with_a_sequence_or_without(
    market: Books,
    numbering: str,
    random: Random,
) -> None:
    rows = market.rows if numbering == "numbered" else [without_number(row) for row in market.rows]
    again = list(rows)
    random.shuffle(again)
    config = book_pass_config(market.contract, SOME)
    first, second = (
        run_pass({"TABLES": {"l2": book_table(each)}, "PASSES": [config]}, "books", BY_LISTING)
        for each in (rows, again)
    )
    assert_same(second, first)


def without_number(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "BMLLSequenceNo"}


def large_book(rows: int, seed: int) -> pa.Table:
    """Updates of 20 listings over two days around a midnight, most of which share their time with another."""
    random = np.random.default_rng(seed)
    moments = MIDNIGHT + random.integers(-600, 600, rows) * SECOND + random.integers(0, 3, rows)
    columns: dict[str, Any] = {
        "ListingId": random.integers(1, 21, rows),
        "TimestampNanoseconds": pa.array(moments).cast(pa.timestamp("ns")),
        "BMLLSequenceNo": random.permutation(rows),
        "MarketState": pa.array(np.where(random.random(rows) < 0.9, "CONTINUOUS_TRADING", "HALTED")),
    }
    mid = np.round(100 + random.normal(0, 0.1, rows), 2)
    for side, sign in (("Bid", -1), ("Ask", 1)):
        standing = random.integers(0, LEVELS + 2, rows)
        for level in range(1, LEVELS + 1):
            missing = standing < level
            columns[f"{side}Price{level}"] = pa.array(mid + sign * level / 100, mask=missing)
            columns[f"{side}Quantity{level}"] = pa.array(random.integers(1, 500, rows).astype(float), mask=missing)
            columns[f"{side}NumOrders{level}"] = pa.array(random.integers(1, 9, rows), mask=missing)
    return pa.table(columns)


ASKED = {
    **EVERYTHING,
    **DEPTH,
    "liquidity": [{"levels": [1, 3], "measures": ["Price", "Quantity", "CumOrders", "CumNotional"]}],
}


def run_large(table: pa.Table, folder: Path, threads: int) -> Result:
    pq.write_table(table, folder / "l2.parquet", row_group_size=10_000)
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    config = {"TABLES": {"l2": str(folder / "l2.parquet")}, "PASSES": [book_pass_config(MINUTES, ASKED)]}
    return run_pass(config, "books", BY_LISTING, connection)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_more_threads_give_the_same(threads: int, tmp_path: Path) -> None:
    table = large_book(ROWS, seed=3)
    first = tmp_path / "first"
    first.mkdir()
    expected = run_large(table, first, threads=1)
    assert len(expected) >= 20 * 20
    assert_same(run_large(shuffled(table, seed=threads), tmp_path, threads), expected)


def test_days_one_by_one_give_what_one_run_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = large_book(ROWS, seed=4).sort_by("TimestampNanoseconds")
    asked = {**ASKED, "ohlc": [{"source": ["Mid", "Bid"], "open_mode": "prev_close"}]}
    config = {"TABLES": {"l2": str(tmp_path / "l2.parquet")}, "PASSES": [book_pass_config(MINUTES, asked)]}
    pq.write_table(table, tmp_path / "l2.parquet", row_group_size=1_000)
    whole = run_pass(config, "books", BY_LISTING)
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 10_000)
    assert_same(run_pass(config, "books", BY_LISTING), whole)


def reference() -> pa.Table:
    return pa.table({"ListingId": list(INSTRUMENTS), "InstrumentId": list(INSTRUMENTS.values())})


@given(books(contracts(WIDTHS)), st.sampled_from([2, 15]), states_or_all())
@settings(max_examples=5)
def test_by_instrument_and_wider_buckets_equal_one_pass_over_the_updates(
    market: Books, factor: int, states: dict[str, Any]
) -> None:
    asked = {kind: [{**groups[0], **states}] for kind, groups in SOME.items()}
    wide = market.contract.coarser(factor)
    merged = [{**row, "ListingId": row["InstrumentId"]} for row in market.rows]
    expected = l2_pass(merged, wide, asked)
    columns = dict.fromkeys(next(iter(expected.values())), "auto")
    rule = f"{wide.width // 1_000_000}ms"
    passes = [
        book_pass_config(market.contract, asked),
        generic_pass_config("books", columns, rule=rule, group_by=BY_INSTRUMENT),
    ]
    config = {"TABLES": {"l2": market.table, "reference": reference()}, "PASSES": passes}
    assert_same(run_pass(config, "generic", BY_INSTRUMENT), expected, book_tolerance(expected))


@given(books(contracts(WIDTHS)), st.sampled_from([2, 4]))
@settings(max_examples=4)
def test_three_passes_equal_one(market: Books, factor: int) -> None:
    asked = {
        "liquidity": [{"sides": list(SIDES), "levels": [2], "measures": ["Price"]}],
        "spreads": [{"variant": ["BPS"]}],
    }
    wide = market.contract.coarser(factor)
    columns = {"BidPrice2": "last", "AskPrice2": "auto", "SpreadBps": "last"}
    passes = [
        book_pass_config(market.contract, asked),
        generic_pass_config("books", columns, group_by=BY_INSTRUMENT, name="together"),
        generic_pass_config("together", columns, rule=f"{wide.width // 1_000_000}ms", group_by=BY_INSTRUMENT),
    ]
    config = {"TABLES": {"l2": market.table, "reference": reference()}, "PASSES": passes}
    merged = [{**row, "ListingId": row["InstrumentId"]} for row in market.rows]
    expected = l2_pass(merged, wide, asked)
    assert_same(run_pass(config, "generic", BY_INSTRUMENT), expected, book_tolerance(expected))


def test_a_bar_that_the_close_before_opened_is_not_composed() -> None:
    asked = {"ohlc": [{"source": "Mid", "open_mode": "prev_close"}]}
    passes = [book_pass_config(MINUTES, asked), generic_pass_config("books", {"MidOpen": "auto"}, rule="15m")]
    with pytest.raises(ReaggregationError, match="depends on the bucket before"):
        basalt.compile({"PASSES": passes})
