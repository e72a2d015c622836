"""Books rebuilt from updates of prices equal those of a dictionary that takes one update after the other."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markets.depth import price_update_table, price_updates
from markets.moments import MIDNIGHT
from oracles.buckets import SECOND
from oracles.rebuilt_book import Books, rebuilt
from oracles.results import rows_of

import basalt
from basalt.compiler.modules.book import levels as book_levels


def measured(rows: list[dict[str, Any]], levels: int, reset: str, **settings: object) -> Books:
    step = {"name": "books", "modules": "book", "book_analytics": {"levels": levels, "reset": reset}}
    with basalt.run({"TABLES": {"depth": price_update_table(rows)}, "PASSES": [step], **settings}) as result:
        found = rows_of(result["books"].arrow())
    assert len({(row["ListingId"], row["EventTimestamp"]) for row in found}) == len(found)
    return {(row.pop("ListingId"), row.pop("EventTimestamp")): row for row in found}


@given(
    st.lists(price_updates, min_size=1, max_size=60),
    st.integers(1, 3),
    st.sampled_from(["never", "day"]),
    st.integers(1, 3),
)
@settings(max_examples=60)
def test_books_of_updates(rows: list[dict[str, Any]], levels: int, reset: str, instants: int) -> None:
    whole = book_levels.INSTANTS_PER_CELL
    try:
        book_levels.INSTANTS_PER_CELL = instants
        assert measured(rows, levels, reset) == rebuilt(rows, levels, daily=reset == "day")
    finally:
        book_levels.INSTANTS_PER_CELL = whole


@given(st.lists(price_updates, min_size=1, max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=10)
def test_the_order_of_rows_is_of_no_effect(rows: list[dict[str, Any]], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert measured(shuffled, 2, "never") == measured(rows, 2, "never")


@given(st.lists(price_updates, min_size=1, max_size=40), st.sampled_from(["never", "day"]))
@settings(max_examples=15)
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
