"""The composition law and invariance, for metrics of every group.

Minutes by listing, then quarters of an hour by instrument on each metric's own rule, equal the oracle over the trades
of each instrument in quarters of an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.analytics import CHANGE, COMPOSABLE, DISCREPANCY, FLAG, HOLISTIC, HORIZONS, IMPACT, analytics
from markets.moments import contracts
from markets.pipelines import (
    BY_INSTRUMENT,
    BY_LISTING,
    analytics_config,
    analytics_result,
    generic_pass_config,
    run_pass,
)
from markets.trades import Market, markets, trade_table, vendor_columns
from oracles.buckets import SECOND, Contract
from oracles.results import Result, assert_same, by_key, rows_of
from oracles.tolerances import metric_tolerance
from oracles.trade_groups import grouped_pass
from oracles.trades import by_instrument, read_trades

import basalt
from basalt.errors import ReaggregationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from random import Random

MINUTES = Contract(60 * SECOND)
IN_MINUTES = contracts(st.just(60 * SECOND))
MARKETS = markets(IN_MINUTES, sequences=st.just("unique"), most=24, added=vendor_columns)
LAST_FIRST = {"references": ["PreTradeMid", "EBBO"], "sides": ["Total", "Ask"], "aggregations": ["First", "Last"]}

EVERYTHING: dict[str, Any] = {
    "discrepancy_metrics": [
        DISCREPANCY | {"references": ["EBBO", "PreTradeMid"], "aggregations": list(COMPOSABLE)},
    ],
    "flag_metrics": [FLAG | {"sides": ["Total", "Unknown"]}],
    "change_metrics": [CHANGE],
    "impact_metrics": [IMPACT],
    "enable_retail_imbalance": True,
}


def composed(market: Market, asked: dict[str, Any], columns: Iterable[str]) -> Result:
    """Minutes by listing, then a quarter of an hour by instrument, each column on its metric's own rule."""
    rules = dict.fromkeys(columns, "auto")
    config = {
        "TABLES": {"trades": market.table, "reference": market.reference},
        "PASSES": [
            analytics_config(market.contract, asked),
            generic_pass_config("bars", rules, rule="15m", group_by=BY_INSTRUMENT),
        ],
    }
    return run_pass(config, "generic", BY_INSTRUMENT)


def assert_composes(market: Market, asked: dict[str, Any]) -> None:
    wide = market.contract.coarser(15)
    trades = by_instrument(read_trades(market.rows), market.instruments)
    expected = grouped_pass(trades, wide, asked)
    columns = list(dict.fromkeys(name for row in expected.values() for name in row))
    if columns:
        assert_same(composed(market, asked, columns), expected, metric_tolerance(columns))


def direct(market: Market, asked: dict[str, Any]) -> Result:
    """One trade pass over the trades of each instrument in quarters of an hour."""
    source = {"data": market.table, "columns": {"ListingId": "InstrumentId"}}
    config = {"TABLES": {"trades": source}, "PASSES": [analytics_config(market.contract.coarser(15), asked)]}
    return run_pass(config, "bars", BY_LISTING)


@given(MARKETS, analytics(COMPOSABLE))
@settings(max_examples=7)
def test_any_groups_compose(market: Market, asked: dict[str, Any]) -> None:
    assert_composes(market, asked)


@given(MARKETS)
@settings(max_examples=2)
def test_all_groups_compose_and_equal_one_pass(market: Market) -> None:
    found = direct(market, EVERYTHING)
    columns = [name for row in found.values() for name in row if name not in ("MIC", "MarketState")]
    expected = {key: {name: row[name] for name in columns} for key, row in found.items()}
    actual = composed(market, EVERYTHING, dict.fromkeys(columns))
    assert_same(actual, expected, metric_tolerance(columns))
    trades = by_instrument(read_trades(market.rows), market.instruments)
    assert_same(actual, grouped_pass(trades, market.contract.coarser(15), EVERYTHING), metric_tolerance(columns))


@given(MARKETS)
@settings(max_examples=4)
def test_the_default_metrics_compose(market: Market) -> None:
    assert_composes(market, {})


@pytest.mark.parametrize("aggregation", HOLISTIC)
def test_a_discrepancy_that_cannot_be_composed_is_refused_when_it_is_compiled(aggregation: str) -> None:
    asked = {"discrepancy_metrics": [{"references": "EBBO", "aggregations": aggregation}]}
    column = f"DiscrepancyToEBBO{aggregation}"
    passes = [analytics_config(MINUTES, asked), generic_pass_config("bars", {column: "auto"}, rule="15m")]
    reason = "Discrepancy of a coarser group cannot be computed from finer ones"
    with pytest.raises(ReaggregationError, match=f"(?s){column}.*{reason}"):
        basalt.compile({"PASSES": passes})


@given(
    markets(IN_MINUTES, sequences=st.sampled_from(["unique", "repeated", "absent"]), most=16, added=vendor_columns),
    analytics(),
    st.randoms(use_true_random=False),
)
@settings(max_examples=5)
def test_shuffled_rows_give_the_same(market: Market, asked: dict[str, Any], random: Random) -> None:
    asked = asked | {"discrepancy_metrics": [LAST_FIRST]}
    rows = list(market.rows)
    random.shuffle(rows)
    first = analytics_result(market.table, market.contract, asked)
    second = analytics_result(trade_table(rows, market.resolution), market.contract, asked)
    columns = [name for row in first.values() for name in row]
    assert_same(second, first, metric_tolerance(columns, exact=("MIC", "MarketState")))


ROWS = 60_000


def large_table() -> duckdb.DuckDBPyConnection:
    """A connection with many trades, of which several share their time, and some their sequence number and price."""
    connection = duckdb.connect()
    connection.execute(f"""
        CREATE TABLE trades AS
        SELECT hash(i) % 20 AS ListingId, TIMESTAMP '2025-03-03 09:00:00' + INTERVAL (hash(i, 1) % 600) SECOND
                 AS TradeTimestamp, (hash(i, 2) % 50)::BIGINT AS BMLLSequenceNo,
               100 + (hash(i, 3) % 5) / 100 AS LocalPrice,
               1.0 + hash(i, 4) % 100 AS Size, (hash(i, 5) % 3)::BIGINT AS AggressorSide,
               100 + (hash(i, 6) % 7) / 100 AS PreTradeMid,
               100 + (hash(i, 7) % 7) / 100 AS PostTradeMid100ms,
               100 + (hash(i, 8) % 7) / 100 AS PostTradeMid1000ms, 99.9 AS BestBidPrice,
               100 + (hash(i, 9) % 9) / 50 AS BestAskPrice, 90.0 + hash(i, 10) % 9 AS TradeNotionalEUR,
               CASE hash(i, 11) % 3 WHEN 0 THEN 'RETAIL' END AS BMLLParticipantType,
               CASE hash(i, 12) % 3 WHEN 0 THEN 'Odd Lot' ELSE 'ROUND' END AS LotType,
               90.0 + hash(i, 13) % 9 AS TradeNotional
        FROM range({ROWS}) AS numbers (i)
    """)
    return connection


LARGE: dict[str, Any] = {
    "discrepancy_metrics": [LAST_FIRST, {"references": ["EBBO"], "aggregations": ["Mean", "Median", "Std", "Sum"]}],
    "flag_metrics": [{"flags": ["OddLotTrade"], "measures": ["Volume", "Count", "AvgNotional"]}],
    "impact_metrics": [{"variant": IMPACT["variant"], "horizon": list(HORIZONS)}],
    "enable_retail_imbalance": True,
}


def large_result(threads: int, order: str) -> Result:
    connection = large_table()
    connection.execute(f"SET threads = {threads}")
    connection.execute(f"CREATE TABLE shuffled AS FROM trades ORDER BY {order}")
    config = {"TABLES": {"trades": {"table": "shuffled"}}, "PASSES": [analytics_config(MINUTES, LARGE)]}
    with basalt.run(config, connection=connection) as result:
        return by_key(rows_of(result["bars"].arrow()), BY_LISTING)


def test_shuffled_rows_and_more_threads_give_the_same() -> None:
    first = large_result(1, "hash(TradeNotional, LocalPrice, Size, TradeTimestamp, PreTradeMid)")
    assert len(first) > 20 * 9
    for threads in (1, 2, 4):
        found = large_result(threads, f"hash({threads}, Size, ListingId, PreTradeMid, TradeTimestamp)")
        columns = [name for row in first.values() for name in row]
        assert_same(found, first, metric_tolerance(columns))
