"""Neither the order of the input rows nor the number of threads changes a result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.large import large_market, large_reference, one_moment, shuffled
from markets.moments import contracts
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, generic_pass_config, trade_pass_config, trade_result
from markets.trades import Market, markets, trade_table
from oracles.buckets import SECOND, Contract
from oracles.measures import ALL_SIDES, MEASURES
from oracles.results import Result, assert_same, by_key, rows_of
from oracles.tolerances import order_tolerance

import basalt

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


WIDTHS = st.sampled_from([SECOND, 60 * SECOND])
MINUTES = Contract(60 * SECOND)
ROWS = 200_000


@given(
    markets(contracts(WIDTHS), sequences=st.sampled_from(["unique", "repeated", "absent"])),
    st.lists(st.sampled_from(MEASURES), unique=True, min_size=1, max_size=3),
    st.randoms(use_true_random=False),
)
@settings(max_examples=6)
def test_shuffled_rows_give_the_same(market: Market, drawn: list[str], random: Random) -> None:
    measures = ["OHLC", *(measure for measure in drawn if measure != "OHLC")]
    rows = list(market.rows)
    random.shuffle(rows)
    first = trade_result(market.table, market.contract, measures, ["Total", "Bid"])
    second = trade_result(trade_table(rows, market.resolution), market.contract, measures, ["Total", "Bid"])
    assert_same(second, first, order_tolerance(market.contract))


@given(markets(contracts(WIDTHS), sequences=st.just("repeated")), st.data())
@settings(max_examples=5)
def test_rows_that_lack_a_sequence_number_have_a_place_too(market: Market, data: st.DataObject) -> None:
    numbered = st.lists(st.booleans(), min_size=len(market.rows), max_size=len(market.rows))
    rows = [
        {**row, "BMLLSequenceNo": row["BMLLSequenceNo"] if keeps else None}
        for row, keeps in zip(market.rows, data.draw(numbered), strict=True)
    ]
    first = trade_result(trade_table(rows, market.resolution), market.contract, ["OHLC"])
    again = trade_table(data.draw(st.permutations(rows)), market.resolution)
    assert_same(trade_result(again, market.contract, ["OHLC"]), first)


def two_passes(path: Path) -> dict[str, object]:
    """Minutes by listing, then quarters of an hour by instrument, with everything that depends on order."""
    columns = ["Open", "High", "Low", "Close", "TradeTotalVolume", "TradeTotalCount", "TradeTotalVWAP"]
    return {
        "TABLES": {"trades": str(path), "reference": large_reference()},
        "PASSES": [
            trade_pass_config(MINUTES, MEASURES, ALL_SIDES),
            generic_pass_config("bars", dict.fromkeys(columns, "auto"), rule="15m", group_by=BY_INSTRUMENT),
        ],
    }


def run_both(path: Path, threads: int) -> tuple[Result, Result]:
    """Run both passes with so many threads."""
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    with basalt.run(two_passes(path), connection=connection) as result:
        bars, quarters = (rows_of(result[name].arrow()) for name in ("bars", "generic"))
    return by_key(bars, BY_LISTING), by_key(quarters, BY_INSTRUMENT)


@pytest.fixture(scope="module")
def one_thread(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, Result]:
    return run_both(written(large_market(ROWS, seed=7), tmp_path_factory.mktemp("market")), threads=1)


def written(table: pa.Table, folder: Path) -> Path:
    """Write trades in row groups small enough for every thread to get some."""
    path = folder / "trades.parquet"
    pq.write_table(table, path, row_group_size=10_000)
    return path


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_shuffled_rows_and_more_threads_give_the_same(
    threads: int, one_thread: tuple[Result, Result], tmp_path: Path
) -> None:
    path = written(shuffled(large_market(ROWS, seed=7), seed=threads), tmp_path)
    bars, quarters = run_both(path, threads)
    tolerance = order_tolerance(MINUTES, largest_bucket=ROWS)
    assert len(bars) >= 20 * 20
    assert_same(bars, one_thread[0], tolerance)
    assert_same(quarters, one_thread[1], tolerance)


def test_the_large_market_has_the_ties_it_is_there_for() -> None:
    table = large_market(ROWS, seed=7)
    moments = table.group_by(["ListingId", "TradeTimestamp"]).aggregate([([], "count_all")])
    assert moments.num_rows < ROWS / 2


def test_trades_that_only_their_price_tells_apart_are_in_an_order_of_their_own() -> None:
    days = Contract(86_400 * SECOND)
    table = one_moment(listings=40, trades=5_000)
    first = trade_result(table, days, ["OHLC"])
    for seed in range(3):
        assert_same(trade_result(shuffled(table, seed), days, ["OHLC"]), first)


def test_trades_that_only_their_market_state_tells_apart_carry_the_same_one() -> None:
    minutes = Contract(60 * SECOND)
    table = one_moment(listings=3, trades=400)
    alike = table.set_column(3, "LocalPrice", pa.array([1.0] * table.num_rows))
    states = alike.append_column("MarketState", pa.array([f"STATE_{row % 7}" for row in range(table.num_rows)]))
    first = trade_result(states, minutes, ["OHLC"])
    assert all(row["MarketState"] is not None for row in first.values())
    for seed in range(3):
        assert_same(trade_result(shuffled(states, seed), minutes, ["OHLC"]), first)
