"""Worked cases of the l2 module: the tiny book, liquidity, bars of prices, prefix and name patterns."""

from __future__ import annotations

from typing import Any

import pytest
from cases.worked_case import WorkedCase, assert_close, needs_cases
from oracles.books import best, in_order, l2_pass
from oracles.buckets import SECOND, Contract
from oracles.results import Key, Result

pytestmark = needs_cases

CASES = ("l2_last_tiny", "l2_last_liquidity", "l2_last_ohlc_event", "l2_prefix_pattern")
MINUTES = Contract(60 * SECOND)


def updates(case: WorkedCase) -> list[dict[str, Any]]:
    """The updates of a case, numbered where the source does not number them."""
    return [
        {**row, "TimestampNanoseconds": row["EventTimestamp"], "BMLLSequenceNo": row.get("BMLLSequenceNo", number)}
        for number, row in enumerate(case.rows("l2"))
    ]


def with_lists(group: dict[str, Any]) -> dict[str, Any]:
    """A group as the oracle reads it: with a list for a single value."""
    listed = ("sides", "levels", "measures", "variant", "source", "market_states")
    return {name: [value] if name in listed and not isinstance(value, list) else value for name, value in group.items()}


@pytest.mark.parametrize("name", CASES)
def test_a_worked_case(name: str) -> None:
    case = WorkedCase(name)
    assert_close(case.run("pass1")["pass1"], case.expected("pass1"))


@pytest.mark.parametrize("name", CASES)
def test_the_columns_come_in_the_order_of_the_worked_case(name: str) -> None:
    case = WorkedCase(name)
    ours, theirs = metrics(case), list(next(iter(expected_with_all(case).values())))
    assert ours == [column for column in theirs if column in ours]


def expected_with_all(case: WorkedCase) -> Result:
    """What the other implementation found, with the columns that it took in row order."""
    whole = WorkedCase(case.name)
    whole.__dict__["left_out"] = []
    return whole.expected("pass1")


def metrics(case: WorkedCase) -> list[str]:
    """The columns of a case that are not carried along."""
    row = next(iter(case.run("pass1")["pass1"].values()))
    return [name for name in row if not name.endswith(("MIC", "Ticker", "CurrencyCode", "MarketState"))]


def test_what_the_other_implementation_took_in_row_order_equals_the_oracle() -> None:
    for name in ("l2_last_liquidity", "l2_last_ohlc_event"):
        case = WorkedCase(name)
        asked = {
            kind: [with_lists(group) for group in groups]
            for kind, groups in case.config["passes"][0]["l2_analytics"].items()
        }
        assert_close(case.run("pass1")["pass1"], l2_pass(updates(case), MINUTES, asked))


def test_the_rows_to_leave_out_are_those_that_begin_or_end_with_one_side() -> None:
    """In the other rows its first and last prices are ours, and its rows are in order of time."""
    case = WorkedCase("l2_last_ohlc_event")
    expected, ours = expected_with_all(case), case.run("pass1")["pass1"]
    one_sided = buckets_beside_one_side(case)
    assert 0 < len(one_sided) < len(expected)
    columns = [name for name in next(iter(ours.values())) if name.endswith(("Open", "Close"))]
    kept = {key: {name: row[name] for name in columns} for key, row in expected.items() if key not in one_sided}
    assert_close({key: ours[key] for key in kept}, kept)


def buckets_beside_one_side(case: WorkedCase) -> set[Key]:
    """The buckets whose first or last update has one side only."""
    buckets: dict[Key, list[dict[str, Any]]] = {}
    for row in in_order(updates(case)):
        key = (row["ListingId"], MINUTES.label(row["TimestampNanoseconds"]))
        buckets.setdefault(key, []).append(row)
    return {key for key, rows in buckets.items() if best(rows[0]) is None or best(rows[-1]) is None}


def test_a_prefix_begins_the_name_of_the_market_state() -> None:
    row = next(iter(WorkedCase("l2_prefix_pattern").run("pass1")["pass1"].values()))
    assert set(row) == {
        "MIC", "Ticker", "CurrencyCode", "L2_MarketState", "L2_Bid|1|Price", "L2_Bid|2|Price", "L2_SpreadBps",
    }  # fmt: skip
