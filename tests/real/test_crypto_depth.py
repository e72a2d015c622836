"""Depth, sweeps and order flow of a real exchange's books of ten levels equal a walk through levels and updates."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from markets.pipelines import BY_LISTING, book_pass_config, run_pass
from oracles.books import SIDES, l2_pass
from oracles.buckets import SECOND, Contract
from oracles.results import assert_same
from oracles.tolerances import book_tolerance
from real.ticks import DATA, needs_data

pytestmark = needs_data

BOOKS = DATA / "crypto_l2" / "book10.parquet"
MINUTES = Contract(60 * SECOND)
COLUMNS = {
    f"{side}{measure}{level}": f"{side.lower()}_{column}_{level}"
    for side in SIDES
    for measure, column in (("Price", "px"), ("Quantity", "sz"))
    for level in range(1, 11)
}
ASKED: dict[str, Any] = {
    "microprices": [{"levels": [1, 10]}],
    "depth": [{"sides": list(SIDES), "bps": [0.1, 1, 5], "measures": ["Quantity", "Notional"], "max_level": 10}],
    "sweeps": [{"sides": list(SIDES), "sizes": [1, 10], "measures": ["SweepPrice", "CostToTrade"], "max_level": 10}],
    "notional_sweeps": [{"sides": ["Ask"], "notionals": [100_000], "measures": ["SweepPrice"], "max_level": 10}],
    "updates": [{"measures": ["Count", "Quote", "MidChange"]}],
    "order_flow": [{"levels": [1, 5, 10]}],
}

ANSWERED = {"BidDepth0_1bps": 12, "AskSweepPrice1": 11, "BidDepth5bps": 0}
"""In how many of the minutes ten levels tell it."""


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    """The books as the oracle reads them, no two of which are of one time."""
    names = [f"{theirs} AS {ours}" for ours, theirs in COLUMNS.items()]
    query = (
        f"SELECT 1 AS ListingId, epoch_ns(ts) AS TimestampNanoseconds, {', '.join(names)} FROM '{BOOKS}' ORDER BY ts"
    )
    found = duckdb.sql(query).to_arrow_table().to_pylist()
    return [{**row, "BMLLSequenceNo": number} for number, row in enumerate(found)]


def test_every_minute_equals_the_walk(rows: list[dict[str, Any]]) -> None:
    columns = {"ListingId": "1", "EventTimestamp": "ts", **COLUMNS}
    config = {
        "TABLES": {"l2": {"path": str(BOOKS), "columns": columns}},
        "PASSES": [book_pass_config(MINUTES, ASKED)],
    }
    expected = l2_pass(rows, MINUTES, ASKED)
    found = run_pass(config, "books", BY_LISTING)
    assert_same(found, expected, book_tolerance(expected))
    answered = {name: sum(row[name] is not None for row in found.values()) for name in ANSWERED}
    assert (len(found), answered) == (12, ANSWERED)
