"""What must hold between the columns of the groups of trade metrics, whatever the market."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st
from markets.analytics import HORIZONS, IMPACT, REFERENCES
from markets.moments import contracts
from markets.pipelines import analytics_result
from markets.trades import Market, markets, vendor_columns
from oracles.buckets import SECOND
from oracles.measures import ALL_SIDES
from oracles.trade_costs import DIRECTIONS, FLAGS
from oracles.trades import number, read_trades

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROUNDING = 1e-12
LARGEST = 1e6
"""What terms that may cancel add up to at most."""
MARKETS = markets(contracts(st.sampled_from([SECOND, 60 * SECOND])), most=24, added=vendor_columns)
SIDES = [side for side in ALL_SIDES if side != "Total"]

quotes = st.sampled_from([99.5, 99.98, 100.0, 100.02, 50.0])
full_mids = st.fixed_dictionaries(dict.fromkeys(("PreTradeMid", "PostTradeMid100ms", "PostTradeMid1000ms"), quotes))
all_mids = st.builds(dict.__or__, vendor_columns, full_mids)
WITH_ALL_MIDS = markets(contracts(st.sampled_from([SECOND, 60 * SECOND])), most=24, added=all_mids)


def close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=ROUNDING, abs_tol=ROUNDING * LARGEST)


def costs(market: Market, unit: str) -> Iterator[tuple[tuple[int, int], float | None, float | None, float | None]]:
    """The effective and realized spread and the price impact of every bucket and horizon."""
    found = analytics_result(market.table, market.contract, {"impact_metrics": [{**IMPACT, "unit": unit}]})
    for key, row in found.items():
        for horizon in HORIZONS:
            spread, kept, impact = (row[f"{variant}{horizon}"] for variant in IMPACT["variant"])
            yield key, spread, kept, impact


def one_trade_a_bucket(market: Market) -> Market:
    """The first trade of each listing and bucket."""
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for row in market.rows:
        rows.setdefault((row["ListingId"], market.contract.label(row["TradeTimestamp"])), row)
    return Market(market.contract, market.resolution, list(rows.values()))


@given(MARKETS, st.sampled_from(["price", "bps"]))
@settings(max_examples=5)
def test_effective_is_realized_and_impact_of_every_trade(market: Market, unit: str) -> None:
    for _, spread, kept, impact in costs(one_trade_a_bucket(market), unit):
        assert (kept is None) == (impact is None)
        assert kept is None or close(spread, kept + impact)


@given(WITH_ALL_MIDS, st.sampled_from(["price", "bps"]))
@settings(max_examples=5)
def test_effective_is_realized_and_impact_on_average_where_every_trade_has_both_mids(market: Market, unit: str) -> None:
    signed = {
        (trade.listing, market.contract.label(trade.event))
        for trade in read_trades(market.rows)
        if trade.lit and trade.side in DIRECTIONS and trade.price is not None
    }
    for key, spread, kept, impact in costs(market, unit):
        assert (spread is not None) == (key in signed)
        assert spread is None or close(spread, kept + impact)


@given(MARKETS)
@settings(max_examples=4)
def test_trading_under_a_flag_adds_up_over_the_sides(market: Market) -> None:
    group = {"flags": list(FLAGS), "measures": ["Volume", "Count"], "sides": list(ALL_SIDES)}
    generic = {"measures": ["Volume", "Count"]}
    asked = {"flag_metrics": [group], "generic_metrics": [generic]}
    for row in analytics_result(market.table, market.contract, asked).values():
        for flag in FLAGS:
            for measure in ("Volume", "Count"):
                total, *sides = (row[f"{flag}{measure}{side}"] for side in ("", *SIDES))
                assert math.isclose(total, math.fsum(sides), rel_tol=ROUNDING)
                assert 0 <= total <= row[f"TradeTotal{measure}"] * (1 + ROUNDING)


@given(MARKETS)
@settings(max_examples=4)
def test_mean_value_under_a_flag_is_between_the_least_and_the_greatest(market: Market) -> None:
    asked = {"flag_metrics": [{"flags": list(FLAGS), "measures": "AvgNotional", "sides": list(ALL_SIDES)}]}
    values = [value for row in market.rows if (value := number(row["TradeNotional"])) is not None]
    for row in analytics_result(market.table, market.contract, asked).values():
        for name, value in row.items():
            if name.endswith(("AvgNotional", *SIDES)):
                assert value is None or min(values) * (1 - ROUNDING) <= value <= max(values) * (1 + ROUNDING)


@given(MARKETS)
@settings(max_examples=2)
def test_the_statistics_of_discrepancies_agree(market: Market) -> None:
    statistics = ["Min", "Max", "Mean", "Median", "First", "Last", "Std", "Sum"]
    group = {"references": list(REFERENCES), "sides": ["Total", "Ask"], "aggregations": statistics}
    for row in analytics_result(market.table, market.contract, {"discrepancy_metrics": [group]}).values():
        for stem in (f"DiscrepancyTo{reference}{side}" for reference in REFERENCES for side in ("", "Ask")):
            agree({name: row[stem + ("" if name == "Mean" else name)] for name in statistics})


def agree(found: Mapping[str, float | None]) -> None:
    """Check the statistics of one reference and side against each other."""
    absent = {name for name, value in found.items() if value is None}
    assert absent in (set(), {"Std"}, set(found))
    if "Min" in absent:
        return
    least, greatest = found["Min"], found["Max"]
    for name in ("Mean", "Median", "First", "Last"):
        within = least <= found[name] <= greatest
        assert within or close(found[name], least) or close(found[name], greatest)
    if "Std" in absent:
        assert least == greatest == found["First"] == found["Sum"]
    else:
        assert 0 <= found["Std"] <= (greatest - least) * (1 + ROUNDING) + ROUNDING * LARGEST


@given(MARKETS)
@settings(max_examples=5)
def test_the_default_prices_are_between_the_low_and_the_high(market: Market) -> None:
    for row in analytics_result(market.table, market.contract, {}).values():
        for price in (row[name] for name in ("VWAP", "Open", "Close")):
            assert price is None or row["Low"] * (1 - ROUNDING) <= price <= row["High"] * (1 + ROUNDING)
        placed = row["VolumeWeightedPricePlacement"]
        assert placed is None or -1 - ROUNDING <= placed <= 1 + ROUNDING


@given(MARKETS)
@settings(max_examples=5)
def test_a_retail_imbalance_is_a_share(market: Market) -> None:
    for row in analytics_result(market.table, market.contract, {"enable_retail_imbalance": True}).values():
        share = row["RetailTradeImbalance"]
        assert share is None or -1 - ROUNDING <= share <= 1 + ROUNDING


@given(MARKETS, st.sampled_from(["HALTED", "CLOSING_AUCTION", "CONTINUOUS_TRADING"]))
@settings(max_examples=5)
def test_filters_decide_on_no_row_and_parts_add_up(market: Market, state: str) -> None:
    plain = {"measures": ["Volume", "Count"]}
    part = {**plain, "market_states": state, "output_name_pattern": "{column}Part"}
    whole = analytics_result(market.table, market.contract, {"generic_metrics": [plain]})
    both = analytics_result(market.table, market.contract, {"generic_metrics": [plain, part]})
    only = analytics_result(market.table, market.contract, {"generic_metrics": [part]})
    assert whole.keys() == both.keys() == only.keys()
    for key, row in both.items():
        for name in ("TradeTotalVolume", "TradeTotalCount"):
            assert row[name] == whole[key][name]
            assert row[f"{name}Part"] == only[key][f"{name}Part"] <= row[name]
