"""A range of dates and a universe: exactly the rows they name, whole buckets at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.bars import Bars, bars
from markets.moments import HALF_PAST_ONE, contracts
from markets.pipelines import Config, bucket_settings, generic_pass_config, run_pass, trade_pass_config
from markets.trades import INSTRUMENTS, VENUES, Market, markets
from oracles.buckets import SECOND, Contract, day_of
from oracles.generic_pass import aggregated, in_order, resampled
from oracles.results import EXACT, Result, assert_same
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTRACTS = contracts(
    st.sampled_from([SECOND // 10, 60 * SECOND, 86_400 * SECOND]), st.sampled_from([0, HALF_PAST_ONE, 1])
)
MEASURES = ["Count", "OHLC"]


def as_date(day: int) -> date:
    return date(1970, 1, 1) + timedelta(days=day)


def between(first: int | None, last: int | None) -> Config:
    """The dates of a pipeline, either end open."""
    ends = {"START_DATE": first, "END_DATE": last}
    return {name: as_date(day).isoformat() for name, day in ends.items() if day is not None}


def starting_between(result: Result, contract: Contract, first: int | None, last: int | None) -> Result:
    """The rows of buckets that start on the days from first to last."""
    return {
        (listing, label): row
        for (listing, label), row in result.items()
        if (first is None or first <= day_of(contract.start_of(label)))
        and (last is None or day_of(contract.start_of(label)) <= last)
    }


def drawn_days(data: st.DataObject, moments: Iterable[int]) -> tuple[int | None, int | None]:
    """Two days at or around moments, in order; either may be open."""
    days = sorted(day_of(moment) + step for moment in moments for step in (-1, 0, 1))
    first, last = sorted(data.draw(st.tuples(st.sampled_from(days), st.sampled_from(days))))
    open_ends = data.draw(st.sampled_from([(False, False), (True, False), (False, True)]))
    return None if open_ends[0] else first, None if open_ends[1] else last


@given(markets(CONTRACTS, most=16), st.data())
@settings(max_examples=10)
def test_trades_of_the_buckets_that_start_on_those_days(market: Market, data: st.DataObject) -> None:
    first, last = drawn_days(data, [row["TradeTimestamp"] for row in market.rows])
    everything = trade_pass(read_trades(market.rows), market.contract, MEASURES)
    passes = [trade_pass_config(market.contract, MEASURES)]
    config = {"TABLES": {"trades": market.table}, "PASSES": passes, **between(first, last)}
    assert_same(run_pass(config, "bars"), starting_between(everything, market.contract, first, last))


@given(bars(contracts(st.sampled_from([60 * SECOND, 3_600 * SECOND]))), st.data())
@settings(max_examples=7)
def test_bars_that_start_on_those_days(market: Bars, data: st.DataObject) -> None:
    first, last = drawn_days(data, [row["TimeBucket"] for row in market.rows])
    wide = resampled(in_order(market.rows), market.contract, market.contract)
    everything = aggregated(wide, ["ListingId", "TimeBucket"], {"Close": "last", "Volume": "max"})
    tables = {"bars": {"data": market.table, **bucket_settings(market.contract)}}
    passes = [generic_pass_config("bars", {"Close": "last", "Volume": "max"})]
    config = {"TABLES": tables, "PASSES": passes, **between(first, last)}
    assert_same(run_pass(config, "generic"), starting_between(everything, market.contract, first, last), EXACT)


@given(markets(contracts(st.just(60 * SECOND)), most=16), st.lists(st.sampled_from(sorted(INSTRUMENTS)), min_size=1))
@settings(max_examples=6)
def test_only_the_listings_of_the_universe(market: Market, chosen: list[int]) -> None:
    rows = [row for row in market.rows if row["ListingId"] in chosen]
    config = {"TABLES": {"trades": market.table}, "PASSES": [trade_pass_config(market.contract, MEASURES)]}
    result = run_pass({**config, "UNIVERSE": chosen}, "bars")
    assert_same(result, trade_pass(read_trades(rows), market.contract, MEASURES))


@given(markets(contracts(st.just(60 * SECOND)), most=16), st.sampled_from(sorted(set(INSTRUMENTS.values()))))
@settings(max_examples=5)
def test_a_universe_may_name_columns_of_the_reference_table(market: Market, instrument: int) -> None:
    rows = [row for row in market.rows if row["InstrumentId"] == instrument and row["MIC"] in ("XAAA", "XBBB")]
    tables = {"trades": market.table.drop_columns(["InstrumentId"]), "reference": reference()}
    universe = {"InstrumentId": instrument, "MIC": ["XAAA", "XBBB"]}
    config = {"TABLES": tables, "PASSES": [trade_pass_config(market.contract, MEASURES)], "UNIVERSE": universe}
    assert_same(run_pass(config, "bars"), trade_pass(read_trades(rows), market.contract, MEASURES))


def reference() -> pa.Table:
    """The instrument and the venue of every listing."""
    return pa.table(
        {
            "ListingId": list(INSTRUMENTS),
            "InstrumentId": list(INSTRUMENTS.values()),
            "MIC": [VENUES[listing] for listing in INSTRUMENTS],
        }
    )
