"""What updates change, one after the other: order flow imbalance and counts, across edges and empty sides."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import Books, book_table, books
from markets.ladders import ladder_books
from markets.moments import MIDNIGHT, MORNING, contracts
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, book_pass_config, generic_pass_config, run_pass
from markets.trades import INSTRUMENTS
from oracles.books import l2_pass
from oracles.buckets import SECOND, Contract
from oracles.results import Result, assert_same
from oracles.tolerances import book_tolerance

WIDTHS = st.sampled_from([SECOND, 60 * SECOND])
MINUTES = Contract(60 * SECOND)
CHANGES: dict[str, Any] = {
    "updates": [{"measures": ["Count", "Quote", "Book", "MidChange"]}],
    "order_flow": [{"levels": [1, 2]}],
}
FLOWS = (
    *("UpdateCount", "QuoteUpdateCount", "BookUpdateCount", "MidChangeCount"),
    *("OrderFlowImbalance1", "OrderFlowImbalance2"),
)


def changes_of(rows: list[dict[str, Any]], contract: Contract, asked: dict[str, Any]) -> Result:
    config = {"TABLES": {"l2": book_table(rows)}, "PASSES": [book_pass_config(contract, asked)]}
    return run_pass(config, "books", BY_LISTING)


def best(second: float, bid: tuple[float, float] | None, ask: tuple[float, float] | None) -> dict[str, Any]:
    (bid_price, bids), (ask_price, asks) = bid or (None, None), ask or (None, None)
    told = {"ListingId": 1, "TimestampNanoseconds": MORNING + int(second * SECOND), "BMLLSequenceNo": int(second * 10)}
    return told | {"BidPrice1": bid_price, "BidQuantity1": bids, "AskPrice1": ask_price, "AskQuantity1": asks}


@given(ladder_books(contracts(WIDTHS)) | books(contracts(WIDTHS)), st.sampled_from([{}, {"market_states": ["HALTED"]}]))
@settings(max_examples=8)
def test_changes_equal_a_walk_over_the_updates(market: Books, states: dict[str, Any]) -> None:
    asked = {kind: [{**groups[0], **states}] for kind, groups in CHANGES.items()}
    expected = l2_pass(market.rows, market.contract, asked)
    assert_same(changes_of(market.rows, market.contract, asked), expected, book_tolerance(expected))


@given(ladder_books(contracts(WIDTHS)), st.sampled_from([2, 15]))
@settings(max_examples=5)
def test_the_sum_over_buckets_is_that_of_the_whole_and_listings_add_up(market: Books, factor: int) -> None:
    """Wide buckets are given by narrow ones, and instruments by their listings, each listing compared with itself."""
    wide = market.contract.coarser(factor)
    reference = pa.table({"ListingId": list(INSTRUMENTS), "InstrumentId": list(INSTRUMENTS.values())})
    passes = [
        book_pass_config(market.contract, CHANGES),
        generic_pass_config(
            "books", dict.fromkeys(FLOWS, "auto"), rule=f"{wide.width // 1_000_000}ms", group_by=BY_INSTRUMENT
        ),
    ]
    expected: Result = {}
    for (listing, label), row in l2_pass(market.rows, wide, CHANGES).items():
        total = expected.setdefault((INSTRUMENTS[listing], label), dict.fromkeys(FLOWS, 0))
        for name in FLOWS:
            total[name] += row[name]
    config = {"TABLES": {"l2": market.table, "reference": reference}, "PASSES": passes}
    assert_same(run_pass(config, "generic", BY_INSTRUMENT), expected, book_tolerance(expected))


@pytest.mark.parametrize(
    ("before", "after", "flow"),
    [
        (((10, 5), (11, 7)), ((10, 8), (11, 7)), 3),
        (((10, 5), (11, 7)), ((10, 8), (11, 9)), 3 - 2),
        (((10, 5), (11, 7)), ((10.5, 4), (11, 7)), 4),
        (((10, 5), (11, 7)), ((9.5, 4), (11, 7)), -5),
        (((10, 5), (11, 7)), ((10, 5), (10.5, 2)), -2),
        (((10, 5), (11, 7)), ((10, 5), (11.5, 2)), 7),
        (((10, 5), (11, 7)), (None, (11, 7)), -5),
        ((None, (11, 7)), ((10, 5), (11, 7)), 5),
        (((10, 5), (11, 7)), ((10, 5), None), 7),
        (((10, 5), None), ((10, 5), (11, 7)), -7),
        ((None, None), (None, None), 0),
        (((11, 5), (10, 7)), ((11, 6), (10, 9)), 1 - 2),
    ],
)
def test_order_flow_imbalance_by_hand(before: Any, after: Any, flow: float) -> None:  # noqa: ANN401 - two sides
    """The quotes change just after the edge of a bucket, and are compared with those before it."""
    found = changes_of([best(59, *before), best(61, *after)], MINUTES, {"order_flow": [{"levels": 1}]})
    assert [row["OrderFlowImbalance1"] for _, row in sorted(found.items())] == [0, flow]


def test_the_first_update_of_a_day_is_compared_with_none() -> None:
    rows = [best(0, (10, 5), (11, 7)), best(1, (10, 8), (11, 7)), best(2, (10, 9), (11, 7))]
    moments = (MIDNIGHT - 30 * SECOND, MIDNIGHT + 30 * SECOND, MIDNIGHT + 31 * SECOND)
    rows = [{**row, "TimestampNanoseconds": moment} for row, moment in zip(rows, moments, strict=True)]
    found = changes_of(rows, MINUTES, {"order_flow": [{"levels": 1}], "updates": [{"measures": ["Count", "Quote"]}]})
    assert [list(row.values()) for _, row in sorted(found.items())] == [[1, 0, 0], [2, 1, 1]]


def test_what_comes_or_goes_changes_the_book() -> None:
    """A price without its quantity, and a quantity without its price, at the best and at the second level."""
    known = {"BidPrice1": 10.0, "BidQuantity1": 5.0, "AskPrice1": 11.0, "AskQuantity1": 7.0}
    known |= {"BidPrice2": 9.0, "BidQuantity2": 5.0, "AskPrice2": 12.0, "AskQuantity2": 7.0}
    rows = [{**best(second, None, None), **known} for second in range(1, 2 * len(known) + 2)]
    for place, column in enumerate(known):
        rows[2 * place + 1][column] = None
    (row,) = changes_of(rows, MINUTES, {"updates": [{"measures": ["Quote", "Book"]}]}).values()
    assert row == {"QuoteUpdateCount": 8, "BookUpdateCount": 16}


def test_mids_that_differ_in_binary_digits_only_are_the_same() -> None:
    assert 0.1 + 0.5 != 0.2 + 0.4
    rows = [best(1, (0.1, 5), (0.5, 5)), best(2, (0.2, 5), (0.4, 5)), best(3, (0.2, 5), (0.5, 5))]
    (row,) = changes_of(rows, MINUTES, {"updates": [{"measures": ["MidChange"]}]}).values()
    assert row == {"MidChangeCount": 1}


def test_counts_by_hand() -> None:
    rows = [
        best(1, (9.99, 5), (10.01, 7)),
        best(2, (9.99, 5), (10.01, 7)),
        best(3, (10.00, 5), (10.00, 7)),
        best(4, (10.00, 5), (10.02, 7)),
        best(5, None, (10.02, 7)),
        best(6, (9.0, 5), (10.02, 7)),
    ]
    (row,) = changes_of(rows, MINUTES, {"updates": [{"measures": ["Count", "Quote", "Book", "MidChange"]}]}).values()
    assert row == {"UpdateCount": 6, "QuoteUpdateCount": 4, "BookUpdateCount": 4, "MidChangeCount": 1}
