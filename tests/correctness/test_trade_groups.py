"""Discrepancy, flag, change, impact, retail imbalance and the default metrics equal the oracle, under any filter."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markets.analytics import CHANGE, DISCREPANCY, FLAG, IMPACT, analytics, filters
from markets.moments import contracts
from markets.pipelines import analytics_result
from markets.trades import Market, markets, vendor_columns
from oracles.buckets import SECOND
from oracles.results import assert_same
from oracles.tolerances import metric_tolerance
from oracles.trade_groups import grouped_pass
from oracles.trades import read_trades

WIDTHS = st.sampled_from([SECOND, 15 * SECOND // 2, 60 * SECOND])
MARKETS = markets(contracts(WIDTHS), sequences=st.just("unique"), most=24, added=vendor_columns)
CARRIED = {"MIC", "Ticker", "MarketState"}


def assert_equals_the_oracle(market: Market, asked: dict[str, Any]) -> None:
    """Compare a pass with the oracle: the rows, the columns in their order, and the values."""
    expected = grouped_pass(read_trades(market.rows), market.contract, asked)
    actual = analytics_result(market.table, market.contract, asked)
    names = {tuple(row) for row in expected.values()}
    assert {tuple(name for name in row if name not in CARRIED) for row in actual.values()} == names
    assert_same(actual, expected, metric_tolerance(column for row in names for column in row))


@given(MARKETS, analytics())
@settings(max_examples=10)
def test_any_groups_under_any_filters(market: Market, asked: dict[str, Any]) -> None:
    assert_equals_the_oracle(market, asked)


@given(MARKETS, filters)
@settings(max_examples=2)
def test_every_discrepancy(market: Market, filtered: dict[str, Any]) -> None:
    assert_equals_the_oracle(market, {"discrepancy_metrics": [DISCREPANCY | filtered]})


@given(MARKETS, filters)
@settings(max_examples=3)
def test_every_flag(market: Market, filtered: dict[str, Any]) -> None:
    assert_equals_the_oracle(market, {"flag_metrics": [FLAG | filtered]})


@given(MARKETS, filters, st.sampled_from(["price", "bps"]))
@settings(max_examples=5)
def test_every_change_and_every_impact(market: Market, filtered: dict[str, Any], unit: str) -> None:
    asked = {"change_metrics": [CHANGE | filtered], "impact_metrics": [IMPACT | filtered | {"unit": unit}]}
    assert_equals_the_oracle(market, asked | {"enable_retail_imbalance": True})


@given(MARKETS)
@settings(max_examples=5)
def test_what_a_pass_gives_that_is_asked_for_nothing(market: Market) -> None:
    assert_equals_the_oracle(market, {})


@given(MARKETS)
@settings(max_examples=10)
def test_the_retail_imbalance(market: Market) -> None:
    assert_equals_the_oracle(market, {"enable_retail_imbalance": True})
