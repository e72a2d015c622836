"""The order book over time equals the oracle, and the worked example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import COLUMNS, SOME, Books, book_table, books, states_or_all
from markets.large import shuffled
from markets.moments import MIDNIGHT, MORNING, contracts
from markets.pipelines import bucket_settings, generic_pass_config, run_pass
from oracles.book_times import l2tw_pass
from oracles.books import with_what_stood
from oracles.buckets import SECOND, Contract
from oracles.results import Result, Tolerance, assert_same
from oracles.tolerances import DIFFERENCE_OF_PRICES

import basalt
from basalt.engine import slices
from basalt.errors import BasaltError, BindingError, ConfigurationError, ReaggregationError

if TYPE_CHECKING:
    from pathlib import Path

MINUTES = Contract(60 * SECOND)
WIDTHS = st.sampled_from([SECOND, 60 * SECOND])
ASKED = {name: groups for name, groups in SOME.items() if name not in ("ohlc", "updates")} | {
    "prices": [{"source": ["Mid"]}]
}
AGES = st.sampled_from([None, SECOND // 2, 45 * SECOND, 3_600 * SECOND])


def over_time_config(contract: Contract, asked: dict[str, Any], name: str = "times") -> dict[str, Any]:
    return {"name": name, "modules": ["l2tw"], **bucket_settings(contract), "l2tw_analytics": asked}


def over_time(
    table: Any,  # noqa: ANN401 - any kind of source
    contract: Contract,
    asked: dict[str, Any],
    **tables: Any,  # noqa: ANN401 - any kind of source
) -> Result:
    return run_pass({"TABLES": {"l2": table, **tables}, "PASSES": [over_time_config(contract, asked)]}, "times")


def tolerance(result: Result) -> Tolerance:
    """Weighted means to 1e-12; where values of both signs cancel, of what they are made of."""
    columns = {name for row in result.values() for name in row if name != "MarketState"}
    imbalances = {name: 1e-12 for name in columns if name.startswith("Imbalance")}
    costs = {name: DIFFERENCE_OF_PRICES for name in columns if "CostToTrade" in name}
    return Tolerance(dict.fromkeys(columns, 1e-12), imbalances | costs)


def seconds(nanoseconds: int | None) -> float | None:
    return None if nanoseconds is None else nanoseconds / SECOND


@given(books(contracts(WIDTHS)), AGES, states_or_all())
@settings(max_examples=7)
def test_values_are_weighted_by_the_time_that_they_stood(
    market: Books, max_age: int | None, states: dict[str, Any]
) -> None:
    asked: dict[str, Any] = {kind: [{**groups[0], **states}] for kind, groups in ASKED.items()}
    asked |= {"enable_book_coverage": True, "max_state_age_seconds": seconds(max_age)}
    expected = l2tw_pass(market.rows, market.contract, asked, max_age)
    assert_same(over_time(market.table, market.contract, asked), expected, tolerance(expected))


@given(books(contracts(WIDTHS), most=12), st.data())
@settings(max_examples=5)
def test_nothing_stands_over_a_break(market: Books, data: st.DataObject) -> None:
    moments = st.sampled_from([row["TimestampNanoseconds"] for row in market.rows])
    near = st.builds(int.__add__, moments, st.sampled_from([0, 1, SECOND // 3, market.contract.width]))
    change = st.fixed_dictionaries(
        {
            "ListingId": st.sampled_from([row["ListingId"] for row in market.rows]),
            "TimestampNanoseconds": near,
            "MarketState": st.sampled_from(["HALTED", "CONTINUOUS_TRADING"]),
        }
    )
    changes = data.draw(st.lists(change, min_size=1, max_size=5))
    asked = {**ASKED, "enable_book_coverage": True, "session_breaks": ["HALTED", "CLOSED"]}
    breaks = [row for row in changes if row["MarketState"] == "HALTED"]
    expected = l2tw_pass(market.rows, market.contract, asked, 3_600 * SECOND, breaks)
    assert_same(
        over_time(market.table, market.contract, asked, marketstate=state_table(changes)), expected, tolerance(expected)
    )


def state_table(rows: list[dict[str, Any]]) -> pa.Table:
    moments = pa.array([row["TimestampNanoseconds"] for row in rows]).cast(pa.timestamp("ns"))
    table = pa.table({name: [row[name] for row in rows] for name in ("ListingId", "MarketState")})
    return table.append_column("TimestampNanoseconds", moments)


@given(books(contracts(WIDTHS)), st.sampled_from([45 * SECOND, 3_600 * SECOND]))
@settings(max_examples=4)
def test_what_is_not_told_stands_as_it_did(market: Books, max_age: int) -> None:
    asked = {**ASKED, "max_state_age_seconds": seconds(max_age)}
    expected = l2tw_pass(with_what_stood(market.rows, max_age), market.contract, ASKED, max_age)
    source = {"data": market.table, "nulls": "unchanged"}
    assert_same(over_time(source, market.contract, asked), expected, tolerance(expected))


def update(second: float, bid: float | None, ask: float | None = None, **more: object) -> dict[str, Any]:
    row = {"ListingId": 11, "TimestampNanoseconds": MORNING + int(second * SECOND)}
    return row | {"BidPrice1": bid, "AskPrice1": ask, "BidQuantity1": 100.0, "AskQuantity1": 300.0} | more


def in_time(result: Result) -> list[dict[str, Any]]:
    return [row for _, row in sorted(result.items())]


WORKED = [update(30, 99.0), update(80, 99.0), update(100, 109.0), update(180, 119.0), update(255, 129.0)]
"""Best bids at 00:30, 01:20, 01:40, 03:00 exactly, and 04:15."""


def test_the_worked_example() -> None:
    asked = {"liquidity": [{"sides": "Bid", "measures": "Price"}], "enable_book_coverage": True}
    result = over_time(book_table(WORKED), MINUTES, asked)
    assert [(label - MORNING) // (60 * SECOND) for _, label in sorted(result)] == [1, 2, 3, 5]
    assert [row["BidPrice1TWA"] for row in in_time(result)] == [99, (99 * 40 + 109 * 20) / 60, 109, 126.5]
    assert [row["BookCoverageRatio"] for row in in_time(result)] == [0.5, 1, 1, 1]


def test_a_state_stands_no_longer_than_its_age() -> None:
    asked = {"prices": [{"source": "Bid"}], "enable_book_coverage": True, "max_state_age_seconds": 70}
    rows = in_time(over_time(book_table([update(30, 1.0), update(150, 3.0)]), MINUTES, asked))
    assert [row["BookCoverageRatio"] for row in rows] == [0.5, 0.5]
    assert [row["BidTWA"] for row in rows] == [1, 3]


def test_the_first_day_knows_what_stood_before_it() -> None:
    rows = [
        update(0, bid, TimestampNanoseconds=MIDNIGHT + at * SECOND) for at, bid in ((-100, 1.0), (-30, 2.0), (15, 6.0))
    ]
    config = {
        "START_DATE": "2025-03-04",
        "TABLES": {"l2": book_table(rows)},
        "PASSES": [over_time_config(MINUTES, {"prices": [{"source": "Bid"}]})],
    }
    assert run_pass(config, "times") == {(11, MIDNIGHT + 60 * SECOND): {"BidTWA": 5}}


def test_the_first_day_knows_what_an_update_before_it_left_unchanged() -> None:
    """The bid of 100 s and more before the day still stands at the update that was the last before it."""
    rows = [
        update(0, bid, ask, TimestampNanoseconds=MIDNIGHT + at * SECOND)
        for at, bid, ask in ((-150, 1.0, 9.0), (-80, None, 8.0), (10, 6.0, None))
    ]
    config = {
        "START_DATE": "2025-03-04",
        "TABLES": {"l2": {"data": book_table(rows), "nulls": "unchanged"}},
        "PASSES": [over_time_config(MINUTES, {"prices": [{"source": "Bid"}], "max_state_age_seconds": 100})],
    }
    assert run_pass(config, "times") == {(11, MIDNIGHT + 60 * SECOND): {"BidTWA": (1 * 10 + 6 * 50) / 60}}


def test_an_update_at_the_edge_of_a_bucket_stands_in_the_next_one_only() -> None:
    rows = [update(60, 5.0), update(75, 9.0)]
    result = in_time(over_time(book_table(rows), MINUTES, {"prices": [{"source": "Bid"}]}))
    assert [row["BidTWA"] for row in result] == [None, (5 * 15 + 9 * 45) / 60]


def long_book() -> pa.Table:
    """Updates of three listings over a midnight, many of which share their time."""
    rows = []
    for place in range(900):
        moment = MIDNIGHT + (place * 7 % 1_200 - 600) * SECOND
        prices = {name: 1.0 + place % 13 for name in COLUMNS if "Price" in name}
        quantities = {name: float(place % 7) for name in COLUMNS if "Quantity" in name}
        key = {"ListingId": place % 3, "TimestampNanoseconds": moment, "BMLLSequenceNo": place}
        rows.append(key | {"MarketState": "OPEN"} | prices | quantities)
    return book_table(rows)


def test_rows_in_another_order_and_days_one_by_one_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table, path = long_book(), tmp_path / "l2.parquet"
    config = {"TABLES": {"l2": str(path)}, "PASSES": [over_time_config(MINUTES, ASKED)]}
    pq.write_table(table.sort_by("TimestampNanoseconds"), path, row_group_size=50)
    whole = run_pass(config, "times")
    assert len(whole) > 50
    assert_same(over_time(shuffled(table, seed=1), MINUTES, ASKED), whole, tolerance(whole))
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 300)
    assert_same(run_pass(config, "times"), whole, tolerance(whole))


def test_the_book_at_the_last_update_and_over_time_meet_in_one_pass() -> None:
    config = over_time_config(MINUTES, {"prices": [{"source": "Bid"}]}, "both")
    config |= {"modules": ["l2", "l2tw"], "l2_analytics": {"prices": [{"source": "Bid"}]}}
    found = in_time(run_pass({"TABLES": {"l2": book_table(WORKED)}, "PASSES": [config]}, "both"))
    assert [(row["Bid"], row["BidTWA"]) for row in found[2:]] == [(119, 109), (129, 126.5)]


def refused(asked: dict[str, Any], kind: type[BasaltError], *more: dict[str, Any]) -> str:
    with pytest.raises(kind) as found:
        basalt.compile({"PASSES": [over_time_config(MINUTES, asked), *more]}, schemas={})
    return str(found.value)


def test_a_mean_over_sparse_buckets_is_not_composed() -> None:
    later = generic_pass_config("times", {"MidTWA": "auto"}, rule="15m")
    assert "the time of those without is in none" in refused({"prices": [{"source": "Mid"}]}, ReaggregationError, later)


def test_what_cannot_be_asked_is_refused() -> None:
    assert "max_state_age_seconds" in refused({"max_state_age_seconds": 0}, ConfigurationError)
    assert "ohlc" in refused({"ohlc": [{"source": "Mid"}]}, ConfigurationError)
    assert "BidQuantity11" in refused({"liquidity": [{"levels": 11, "measures": "Quantity"}]}, BindingError)
    with pytest.raises(BindingError, match="MarketState"):
        basalt.compile(
            {"PASSES": [over_time_config(MINUTES, {"session_breaks": "CLOSED"})]},
            schemas={"marketstate": {"ListingId": "BIGINT", "TimestampNanoseconds": "TIMESTAMP"}},
        )


def test_the_default_is_that_of_the_last_update_and_coverage_alone_is_alone() -> None:
    whole = basalt.compile({"PASSES": [over_time_config(MINUTES, {"levels": 1})]}, schemas={}).passes["times"]
    assert [column.name for column in whole.columns][6:9] == ["BidPrice1TWA", "BidQuantity1TWA", "BidNumOrders1TWA"]
    alone = basalt.compile({"PASSES": [over_time_config(MINUTES, {"enable_book_coverage": True})]}, schemas={})
    assert [column.name for column in alone.passes["times"].columns][6:] == ["BookCoverageRatio"]
