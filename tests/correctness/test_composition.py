"""The composition law: minutes by listing, regrouped and resampled, equal the metric computed from the trades.

``direct`` is one trade pass at the wide buckets over trades whose listing is their instrument; a chain is a trade
pass at the narrow ones and generic passes after it. Trades of two listings at one time and one sequence number are
told apart by their listing, which ``direct`` no longer knows: there the oracle judges.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.large import large_market, large_reference
from markets.moments import FOUR_CONTRACTS, MORNING, contracts
from markets.pipelines import (
    BY_INSTRUMENT,
    BY_LISTING,
    Config,
    generic_pass_config,
    run_pass,
    trade_pass_config,
)
from markets.trades import Market, markets, trade_table
from oracles.buckets import SECOND, Contract
from oracles.measures import ALL_SIDES, EVERY_ROW, FLOWS
from oracles.results import Result, assert_same
from oracles.tolerances import order_tolerance
from oracles.trade_pass import column_name, trade_pass
from oracles.trades import by_instrument, read_trades

import basalt
from basalt.errors import ReaggregationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from oracles.buckets import Anchor, Closed

MEASURES = [*FLOWS, *EVERY_ROW, "VWAP", "AvgPrice", "OHLC"]
EXTREMES = {"Open": "first", "High": "max", "Low": "min", "Close": "last"}
METHODS = EXTREMES | {"VWAP": "auto", "AvgPrice": "auto"} | dict.fromkeys((*FLOWS, *EVERY_ROW), "sum")
"""How each measure is aggregated, by the plain name of its aggregation where it has one."""

NARROW = contracts(st.sampled_from([SECOND // 10, SECOND, 60 * SECOND]), st.sampled_from([0, 0, 30 * SECOND + 1_000]))
FACTORS = st.sampled_from([2, 3, 15])
MINUTES = Contract(60 * SECOND)


@dataclass(frozen=True)
class Asked:
    """Measures and sides of a trade pass, and how later passes aggregate its columns."""

    measures: list[str]
    sides: list[str]

    @property
    def methods(self) -> dict[str, str]:
        """Every column with its aggregation, by its plain name where it has one."""
        plain = [name for measure in self.measures for name in (EXTREMES if measure == "OHLC" else [measure])]
        return {column_name(side, name): METHODS[name] for name in plain for side in self.sides}

    @property
    def rules(self) -> dict[str, str]:
        """Every column aggregated by its metric's own rule."""
        return dict.fromkeys(self.methods, "auto")


EVERYTHING = Asked(MEASURES, list(ALL_SIDES))
asked_for = st.builds(
    Asked,
    st.lists(st.sampled_from([*MEASURES, "OHLC", "OHLC", "VWAP"]), unique=True, min_size=1, max_size=3),
    st.lists(st.sampled_from(ALL_SIDES), unique=True, min_size=1, max_size=2),
)
unique_markets = markets(NARROW, sequences=st.just("unique"), most=24)
any_markets = markets(NARROW, most=24)


def rule(contract: Contract) -> str:
    """The resampling rule of a contract's width."""
    return f"{contract.width // 1_000_000}ms"


def direct(table: pa.Table, contract: Contract, asked: Asked) -> Result:
    """One trade pass over the trades of each instrument."""
    trades = {"data": table, "columns": {"ListingId": "InstrumentId"}}
    config = {"TABLES": {"trades": trades}, "PASSES": [trade_pass_config(contract, asked.measures, asked.sides)]}
    result = run_pass(config, "bars", BY_LISTING)
    return {key: {name: row[name] for name in asked.methods} for key, row in result.items()}


def oracle(market: Market, contract: Contract, asked: Asked) -> Result:
    """The same by the oracle."""
    trades = by_instrument(read_trades(market.rows), market.instruments)
    return trade_pass(trades, contract, asked.measures, asked.sides)


def chain(market: Market, asked: Asked, *passes: Config, keys: Sequence[str] = BY_INSTRUMENT) -> Result:
    """Run a trade pass and generic passes after it, and return the last one."""
    first = trade_pass_config(market.contract, asked.measures, asked.sides)
    config = {"TABLES": {"trades": market.table, "reference": market.reference}, "PASSES": [first, *passes]}
    return run_pass(config, passes[-1]["name"], keys)


def assert_composes(actual: Result, expected: Result, contract: Contract) -> None:
    """Counts, extremes, first and last exactly; sums and ratios to 1e-12."""
    assert_same(actual, expected, order_tolerance(contract))


@given(unique_markets, FACTORS, asked_for)
@settings(max_examples=8)
def test_two_passes_equal_one_pass_over_the_trades(market: Market, factor: int, asked: Asked) -> None:
    wide = market.contract.coarser(factor)
    quarters = generic_pass_config("bars", asked.methods, rule=rule(wide), group_by=BY_INSTRUMENT)
    assert_composes(chain(market, asked, quarters), direct(market.table, wide, asked), wide)


@given(any_markets, FACTORS, asked_for)
@settings(max_examples=6)
def test_auto_is_the_rule_of_each_metric(market: Market, factor: int, asked: Asked) -> None:
    wide = market.contract.coarser(factor)
    quarters = generic_pass_config("bars", asked.rules, rule=rule(wide), group_by=BY_INSTRUMENT)
    assert_composes(chain(market, asked, quarters), oracle(market, wide, asked), wide)


@given(any_markets, FACTORS, FACTORS, st.sampled_from([BY_LISTING, BY_INSTRUMENT]), asked_for)
@settings(max_examples=6)
def test_three_passes_equal_one(market: Market, first: int, second: int, middle: Sequence[str], asked: Asked) -> None:
    wide, wider = market.contract.coarser(first), market.contract.coarser(first * second)
    passes = [
        generic_pass_config("bars", asked.methods, rule=rule(wide), group_by=middle, name="wide"),
        generic_pass_config("wide", asked.methods, rule=rule(wider), group_by=BY_INSTRUMENT, name="wider"),
    ]
    assert_composes(chain(market, asked, *passes), oracle(market, wider, asked), wider)


@given(unique_markets, asked_for)
@settings(max_examples=5)
def test_regrouping_without_resampling_composes_as_well(market: Market, asked: Asked) -> None:
    regrouped = generic_pass_config("bars", asked.methods, group_by=BY_INSTRUMENT)
    assert_composes(chain(market, asked, regrouped), direct(market.table, market.contract, asked), market.contract)


@given(any_markets, asked_for)
@settings(max_examples=5)
def test_without_time_the_whole_market_is_one_bucket(market: Market, asked: Asked) -> None:
    whole = generic_pass_config("bars", asked.methods, group_by=["InstrumentId"])
    one_bucket = Contract(2**60, "start", "left", origin=-(2**59))
    expected = {(instrument,): row for (instrument, _), row in oracle(market, one_bucket, asked).items()}
    assert_composes(chain(market, asked, whole, keys=["InstrumentId"]), expected, market.contract)


@pytest.mark.parametrize(("anchor", "closed"), FOUR_CONTRACTS)
def test_everything_composes_in_a_large_market(anchor: Anchor, closed: Closed) -> None:
    contract, table = Contract(60 * SECOND, anchor, closed), large_market(40_000, seed=11)
    passes = [
        trade_pass_config(contract, EVERYTHING.measures, EVERYTHING.sides),
        generic_pass_config("bars", EVERYTHING.methods, rule="5m", group_by=BY_INSTRUMENT),
    ]
    config = {"TABLES": {"trades": table, "reference": large_reference()}, "PASSES": passes}
    expected = direct(table, contract.coarser(5), EVERYTHING)
    assert len(expected) >= 5 * 4
    assert_composes(run_pass(config, "generic", BY_INSTRUMENT), expected, contract)


def trade(listing: int, nanosecond: int, price: float | None, size: float = 1.0, **more: object) -> dict[str, Any]:
    """One trade so many nanoseconds into the minute after nine."""
    moment = MORNING + nanosecond
    return {"ListingId": listing, "TradeTimestamp": moment, "LocalPrice": price, "Size": size} | more


def last_row(rows: list[dict[str, Any]], aggregations: dict[str, str]) -> dict[str, Any]:
    """Run minutes by listing and a quarter of an hour over all listings, and return its only row."""
    reference = pa.table({"ListingId": [1, 2], "InstrumentId": [7, 7]})
    passes = [
        trade_pass_config(MINUTES, ["OHLC", "VWAP", "AvgPrice", "Volume"]),
        generic_pass_config("bars", aggregations, rule="15m", group_by=BY_INSTRUMENT),
    ]
    tables = {"trades": trade_table(rows, "ns"), "reference": reference}
    (row,) = run_pass({"TABLES": tables, "PASSES": passes}, "generic", BY_INSTRUMENT).values()
    return row


def test_the_close_is_the_last_trade_over_all_venues_and_not_that_of_the_last_listing() -> None:
    rows = [trade(1, 9, 5.0), trade(2, 8, 6.0), trade(1, 2, 3.0), trade(2, 1, 4.0)]
    assert last_row(rows, {"Open": "first", "Close": "last"}) == {"Open": 4, "Close": 5}


def test_venues_that_trade_in_the_same_nanosecond_are_told_apart_by_their_sequence() -> None:
    rows = [
        trade(1, 5, 3.0, BMLLSequenceNo=2),
        trade(2, 5, 4.0, BMLLSequenceNo=1),
        trade(2, 5, 1.0, BMLLSequenceNo=4),
        trade(1, 5, 2.0, BMLLSequenceNo=3),
    ]
    assert last_row(rows, {"Open": "first", "Close": "last"}) == {"Open": 4, "Close": 1}


def test_the_last_of_the_opens_and_the_first_of_the_closes_go_by_their_own_times() -> None:
    rows = [trade(1, 9, 5.0), trade(2, 8, 6.0), trade(1, 2, 3.0), trade(2, 1, 4.0)]
    assert last_row(rows, {"Open": "last", "Close": "first"}) == {"Open": 3, "Close": 6}


def test_a_trade_without_a_price_is_no_close() -> None:
    rows = [trade(1, 1, 5.0), trade(2, 2, None), trade(1, 60 * SECOND + 1, None)]
    assert last_row(rows, {"Open": "first", "Close": "last"}) == {"Open": 5, "Close": 5}


def test_a_composed_vwap_is_weighted_by_the_size_that_had_a_price() -> None:
    rows = [trade(1, 1, 10.0, 1.0), trade(2, 1, 20.0, 3.0), trade(2, 2, None, 50.0)]
    row = last_row(rows, {"TradeTotalVWAP": "auto", "TradeTotalAvgPrice": "auto", "TradeTotalVolume": "sum"})
    assert row == {"TradeTotalVWAP": 17.5, "TradeTotalAvgPrice": 15, "TradeTotalVolume": 54}


def test_the_sum_of_a_count_is_a_whole_number() -> None:
    passes = [
        trade_pass_config(MINUTES, ["Count"]),
        generic_pass_config("bars", {"TradeTotalCount": "sum"}, rule="15m"),
    ]
    config = {"TABLES": {"trades": trade_table([trade(1, 1, 5.0)], "ns")}, "PASSES": passes}
    with basalt.run(config) as result:
        assert result["generic"].arrow().schema.field("TradeTotalCount").type == pa.int64()


@pytest.mark.parametrize("measure", ["MedianPrice", "Volatility"])
def test_a_metric_that_cannot_be_composed_is_refused_with_its_name(measure: str) -> None:
    column = column_name("Total", measure)
    passes = [trade_pass_config(MINUTES, [measure]), generic_pass_config("bars", {column: "auto"}, rule="15m")]
    config = {"TABLES": {"trades": trade_table([trade(1, 1, 5.0)], "ns")}, "PASSES": passes}
    with pytest.raises(ReaggregationError, match=column):
        basalt.compile(config)


def warnings_of(aggregations: dict[str, str]) -> list[str]:
    """Run two passes and return what they warn of."""
    passes = [
        trade_pass_config(MINUTES, ["VWAP", "Volume"]),
        generic_pass_config("bars", aggregations, rule="15m"),
    ]
    with basalt.run({"TABLES": {"trades": trade_table([trade(1, 1, 5.0)], "ns")}, "PASSES": passes}) as result:
        result["generic"].arrow()
        return [str(warning) for warning in result.warnings]


def test_a_mean_of_vwaps_comes_with_a_warning_and_a_vwap_without() -> None:
    assert [text for text in warnings_of({"TradeTotalVWAP": "mean"}) if "TradeTotalVWAP" in text]
    assert warnings_of({"TradeTotalVWAP": "auto", "TradeTotalVolume": "sum"}) == []


def test_a_mean_of_vwaps_is_what_it_is_called() -> None:
    rows = [trade(1, 1, 10.0, 1.0), trade(1, 60 * SECOND + 1, 20.0, 3.0)]
    assert last_row(rows, {"TradeTotalVWAP": "mean"}) == {"TradeTotalVWAP": 15}


@pytest.mark.parametrize("width", ["90s", "61s", "30s"])
def test_a_rule_that_is_not_a_multiple_of_the_sources_width_is_an_error(width: str) -> None:
    passes = [
        trade_pass_config(MINUTES, ["Volume"]),
        generic_pass_config("bars", {"TradeTotalVolume": "sum"}, rule=width),
    ]
    config = {"TABLES": {"trades": trade_table([trade(1, 1, 5.0)], "ns")}, "PASSES": passes}
    with pytest.raises(basalt.errors.BasaltError, match=width):
        basalt.compile(config)
