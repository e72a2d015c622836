"""The volatility of prices of the book on a grid of times equals the oracle, and numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import book_table
from markets.moments import MIDNIGHT, MORNING
from markets.pipelines import bucket_settings, generic_pass_config, run_pass
from oracles.book_volatility import YEAR, volatility_pass
from oracles.buckets import SECOND, Contract
from oracles.results import Result, Tolerance, assert_same

import basalt
from basalt.errors import BasaltError, CompileError, ConfigurationError, ReaggregationError

SOURCES = ["Mid", "Bid", "Ask", "WeightedMid"]
MINUTES = Contract(60 * SECOND)
CLOSE = Tolerance(
    {f"L2Volatility{source}Std": 1e-9 for source in SOURCES}, {f"L2Volatility{s}Std": 1e-9 for s in SOURCES}
)


def pass_config(contract: Contract, *groups: dict[str, Any], **more: Any) -> dict[str, Any]:  # noqa: ANN401 - settings
    asked = {"volatility": list(groups), **more}
    return {"name": "times", "modules": ["l2tw"], **bucket_settings(contract), "l2tw_analytics": asked}


def volatilities(
    table: pa.Table,
    contract: Contract,
    *groups: dict[str, Any],
    **more: Any,  # noqa: ANN401 - settings
) -> Result:
    return run_pass({"TABLES": {"l2": table}, "PASSES": [pass_config(contract, *groups, **more)]}, "times")


CONTRACTS = st.builds(
    Contract,
    st.just(60 * SECOND),
    closed=st.sampled_from(["left", "right"]),
    origin=st.sampled_from([0, 7 * SECOND]),
)
MOMENTS = st.builds(
    lambda place, more: MORNING + 5 * place * SECOND + more,
    st.integers(-6, 30),
    st.sampled_from([0, 0, 1, -1, 2 * SECOND, SECOND // 3]),
)
UPDATES = st.fixed_dictionaries(
    {
        "ListingId": st.sampled_from([11, 11, 12]),
        "TimestampNanoseconds": MOMENTS,
        "MarketState": st.sampled_from(["OPEN", "OPEN", "HALTED", None]),
        "BidPrice1": st.sampled_from([1.0, 2.0, 2.5, 2.75, None]),
        "AskPrice1": st.sampled_from([2.25, 3.0, 4.0, None]),
        "BidQuantity1": st.sampled_from([100.0, 200.0]),
        "AskQuantity1": st.sampled_from([100.0, 300.0]),
    }
)


@given(
    CONTRACTS,
    st.lists(UPDATES, min_size=4, max_size=20),
    st.sampled_from([(1.0, None), (7.0, None), (20.0, 5.0), (30.0, 10.0), (2.5, 0.5)]),
    st.sampled_from([None, 20 * SECOND, 3_600 * SECOND]),
    st.sampled_from([[], ["OPEN"]]),
)
@settings(max_examples=12)
def test_volatility_is_that_of_prices_at_regular_times(
    contract: Contract,
    updates: list[dict[str, Any]],
    times: tuple[float, float | None],
    max_age: int | None,
    states: list[str],
) -> None:
    rows = [{**each, "BMLLSequenceNo": number} for number, each in enumerate(updates)]
    step, shift = times
    group = {"source": SOURCES, "subsample_seconds": step, "shift_seconds": shift, "market_states": states}
    asked = {**group, "step": int(step * SECOND), "shift": int((shift or step) * SECOND)}
    expected = volatility_pass(rows, contract, asked, max_age)
    age = None if max_age is None else max_age / SECOND
    assert_same(volatilities(book_table(rows), contract, group, max_state_age_seconds=age), expected, CLOSE)


def update(second: float, bid: float | None, ask: float | None = None, start: int = MORNING) -> dict[str, Any]:
    row = {"ListingId": 11, "TimestampNanoseconds": start + int(second * SECOND)}
    return row | {"BidPrice1": bid, "AskPrice1": ask, "BidQuantity1": 100.0, "AskQuantity1": 300.0}


def last(result: Result, column: str = "L2VolatilityBidStd") -> Any:  # noqa: ANN401 - a value
    return result[max(result)][column]


BID = {"source": "Bid", "subsample_seconds": 20}
DOUBLED = [update(-5, 1.0), update(20, math.e), update(60, 1.0)]
"""At 0, 20, 40 and 60 seconds the logarithms are 0, 1, 1, 0: returns 1, 0, -1."""


def test_returns_by_hand() -> None:
    assert last(volatilities(book_table(DOUBLED), MINUTES, BID)) == pytest.approx(math.sqrt(1 * YEAR * 3 / 60))


def test_an_end_that_is_the_next_bucket_s_is_seen_as_it_was_just_before() -> None:
    left = Contract(60 * SECOND, closed="left")
    found = volatilities(book_table(DOUBLED), left, BID)
    # returns 1, 0, 0 in the minute; in the next one the price stands
    assert [row["L2VolatilityBidStd"] for _, row in sorted(found.items())][1:] == [
        pytest.approx(math.sqrt(YEAR * 3 / 60 / 3)),
        0,
    ]


def test_variances_of_shifted_grids_are_averaged() -> None:
    rows = [update(-5, 1.0), update(20, math.e)]
    group = {"source": "Bid", "subsample_seconds": 20, "shift_seconds": 10}
    # from 0: returns 1, 0, 0; from 10, at 10, 30 and 50: returns 1, 0
    mean = (1 / 3 * YEAR * 3 / 60 + 1 / 2 * YEAR * 2 / 60) / 2
    assert last(volatilities(book_table(rows), MINUTES, group)) == pytest.approx(math.sqrt(mean))


def test_a_time_without_a_price_above_zero_has_no_return_to_either_side() -> None:
    for price in (None, 0.0, -1.0):
        rows = [update(-5, 1.0), update(20, price), update(40, math.e)]
        assert last(volatilities(book_table(rows), MINUTES, BID)) is None
    ten = {"source": "Bid", "subsample_seconds": 10}
    # 0, 10 and 40, 50, 60 have a price: three returns of nothing
    assert last(volatilities(book_table(rows), MINUTES, ten)) == 0


def test_the_price_before_the_first_day_is_carried_in_and_days_do_not_bridge() -> None:
    rows = [update(-10, 1.0, start=MIDNIGHT), update(30, math.e, start=MIDNIGHT)]
    config = {"START_DATE": "2025-03-04", "TABLES": {"l2": book_table(rows)}, "PASSES": [pass_config(MINUTES, BID)]}
    found = run_pass(config, "times")
    assert list(found) == [(11, MIDNIGHT + 60 * SECOND)]
    assert last(found) == pytest.approx(math.sqrt(YEAR * 3 / 60 / 3))


def test_on_a_dense_timeline_a_bucket_without_an_update_has_the_volatility_of_a_standing_price() -> None:
    rows = [update(5, 1.0), update(185, 2.0)]
    config = {**pass_config(MINUTES, BID), "timeline_mode": "dense"}
    found = run_pass({"TABLES": {"l2": book_table(rows)}, "PASSES": [config]}, "times")
    assert [row["L2VolatilityBidStd"] for _, row in sorted(found.items())][1:3] == [0, 0]


def test_two_grids_and_means_over_time_stand_side_by_side() -> None:
    groups = [BID, {**BID, "subsample_seconds": 30, "output_name_pattern": "{column}{subsample_seconds}"}]
    found = volatilities(book_table(DOUBLED), MINUTES, *groups, prices=[{"source": "Bid"}])
    assert last(found, "L2VolatilityBidStd30") == pytest.approx(math.sqrt(2 * YEAR * 2 / 60))
    assert last(found, "BidTWA") == pytest.approx((20 + 40 * math.e) / 60)


def refused(kind: type[BasaltError], group: dict[str, Any], *more: dict[str, Any]) -> str:
    with pytest.raises(kind) as found:
        basalt.compile({"PASSES": [pass_config(MINUTES, group), *more]}, schemas={})
    return str(found.value)


def test_what_cannot_be_is_refused() -> None:
    assert "fewer than two returns" in refused(CompileError, {"source": "Mid", "subsample_seconds": 31})
    shifted = {"source": "Mid", "subsample_seconds": 10, "shift_seconds": 4}
    assert "volatility[0].shift_seconds" in refused(ConfigurationError, shifted)
    assert "subsample_seconds" in refused(ConfigurationError, {"source": "Mid", "subsample_seconds": 0})
    later = generic_pass_config("times", {"L2VolatilityMidStd": "auto"}, rule="15m")
    assert "cannot be computed from finer ones" in refused(ReaggregationError, {"source": "Mid"}, later)
