"""Costs by the quotes that stood around each trade equal the oracle, which looks them up one by one."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markets.moments import contracts
from markets.pipelines import analytics_config, run_pass
from markets.quotes import AGES, quote_table, quotes_around
from markets.trades import Market, markets
from oracles.buckets import SECOND
from oracles.quotes import LOOKED_UP, Quotes, looked_up, quoted
from oracles.results import Result, assert_same
from oracles.tolerances import metric_tolerance
from oracles.trade_groups import grouped_pass
from oracles.trades import read_trades

if TYPE_CHECKING:
    from collections.abc import Callable

WIDTHS = st.sampled_from([SECOND, 15 * SECOND // 2, 60 * SECOND])
MARKETS = markets(contracts(WIDTHS), sequences=st.just("unique"), most=16)
VARIANTS = ["EffectiveSpread", "RealizedSpread", "PriceImpact"]
HORIZONS = {"100ms": 100_000_000, "1s": SECOND}
SIDES = ["Total", "Bid"]
IMPACT = {"variant": VARIANTS, "horizon": list(HORIZONS), "reference": "quotes"}
DISCREPANCY = {"references": ["QuoteMid", "QuoteBid", "QuoteAsk"], "sides": SIDES, "aggregations": ["Mean", "Last"]}


@st.composite
def lookups(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """How quotes are looked up."""
    age = draw(st.sampled_from(AGES))
    seconds = None if age is None else age / SECOND
    return {"timing": draw(st.sampled_from(["before", "at"])), "max_age_seconds": seconds}


def measured(market: Market, quotes: dict[str, Any], lookup: dict[str, Any], unit: str = "price") -> Result:
    """What Basalt computes from trades and a table of quotes."""
    asked = {"impact_metrics": [{**IMPACT, "unit": unit}], "discrepancy_metrics": [DISCREPANCY], "quotes": lookup}
    tables = {"trades": market.table, "quotes": quotes}
    return run_pass({"TABLES": tables, "PASSES": [analytics_config(market.contract, asked)]}, "bars")


def expected(market: Market, quotes: Quotes, timing: str, unit: str = "price") -> Result:
    """What the oracle of costs computes when each trade's row has what stood around it."""
    rows = [quoted(row, quotes, timing, HORIZONS.values()) for row in market.rows]
    impact = {"variant": VARIANTS, "horizon": list(HORIZONS), "unit": unit}
    discrepancy = {**DISCREPANCY, "references": list(LOOKED_UP.values())}
    asked = {"impact_metrics": [impact], "discrepancy_metrics": [discrepancy]}
    found = grouped_pass(read_trades(rows), market.contract, asked)
    return {key: {looked_up(name): value for name, value in row.items()} for key, row in found.items()}


@given(MARKETS, st.data(), lookups(), st.sampled_from(["price", "bps"]))
@settings(max_examples=18)
def test_costs_by_whole_quotes(market: Market, data: st.DataObject, lookup: dict[str, Any], unit: str) -> None:
    rows = data.draw(quotes_around(market))
    age = lookup["max_age_seconds"]
    wanted = expected(market, Quotes(rows, age and int(age * SECOND)), lookup["timing"], unit)
    columns = {column for row in wanted.values() for column in row}
    actual = measured(market, {"data": quote_table(rows, market.resolution)}, lookup, unit)
    assert_same(actual, wanted, metric_tolerance(columns))


@given(MARKETS, st.data(), lookups())
@settings(max_examples=18)
def test_costs_by_quotes_of_one_side_a_row(market: Market, data: st.DataObject, lookup: dict[str, Any]) -> None:
    rows = data.draw(quotes_around(market))
    age = lookup["max_age_seconds"]
    quotes = Quotes(rows, age and int(age * SECOND), nulls_are_unchanged=True)
    wanted = expected(market, quotes, lookup["timing"])
    columns = {column for row in wanted.values() for column in row}
    source = {"data": quote_table(rows, market.resolution), "nulls": "unchanged"}
    assert_same(measured(market, source, lookup), wanted, metric_tolerance(columns))


@given(MARKETS, st.data(), st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=8)
def test_the_order_of_rows_is_of_no_effect(market: Market, data: st.DataObject, carried: bool, random: Random) -> None:  # noqa: FBT001 - drawn
    rows = data.draw(quotes_around(market))
    nulls = {"nulls": "unchanged"} if carried else {}
    first = measured(market, {"data": quote_table(rows, market.resolution), **nulls}, {})
    trades, shuffled = list(market.rows), list(rows)
    random.shuffle(trades)
    random.shuffle(shuffled)
    again = Market(market.contract, market.resolution, trades)
    columns = {column for row in first.values() for column in row} - {"MIC"}
    second = measured(again, {"data": quote_table(shuffled, market.resolution), **nulls}, {})
    assert_same(second, first, metric_tolerance(columns))
