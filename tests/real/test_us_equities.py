"""The two-pass example on real ticks, against bars made by somebody else and against itself in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, run_pass
from oracles.indicators import simple_average
from oracles.results import Result, Tolerance, assert_same, by_key, rows_of
from oracles.tolerances import order_tolerance
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades
from real.ticks import (
    AGGREGATIONS,
    MEASURES,
    MINUTES,
    NO_ODD_CONDITIONS,
    QUARTERS,
    needs_data,
    one_pass,
    their_bars,
    ticks_of,
    two_passes,
)

import basalt

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_data

SYMBOLS = ("AIG", "BAC", "IBM", "SPY")
EQUAL_VOLUMES = 0.992
EQUAL_BARS = 0.99
SMA = {"name": "SMA", "input_col": "Close", "timeperiod": 14}


@pytest.fixture(scope="module")
def every_trade() -> Iterator[basalt.RunResult]:
    with basalt.run(two_passes(indicators=(SMA,))) as result:
        yield result


def rows(result: basalt.RunResult, name: str) -> Result:
    return by_key(rows_of(result[name].arrow()), BY_INSTRUMENT)


@pytest.fixture(scope="module")
def quarters(every_trade: basalt.RunResult) -> Result:
    return rows(every_trade, "quarters")


@pytest.fixture(scope="module")
def minutes(every_trade: basalt.RunResult) -> Result:
    return rows(every_trade, "minutes")


def share_of_equal(ours: Result, theirs: Result, columns: dict[str, str]) -> float:
    """Which share of the bars that both have is equal in all columns, ours named by theirs."""
    shared = [key for key in theirs if key in ours]
    equal = [key for key in shared if all(ours[key][own] == theirs[key][name] for name, own in columns.items())]
    return len(equal) / len(shared)


def test_every_minute_of_the_other_bars_is_there_and_hardly_any_more(minutes: Result) -> None:
    theirs = their_bars()
    assert len(theirs) == 6_767
    assert set(theirs) - set(minutes) == set()
    assert len(set(minutes) - set(theirs)) == 2


def test_volumes_equal_the_other_bars(minutes: Result) -> None:
    assert share_of_equal(minutes, their_bars(), {"volume": "TradeTotalVolume"}) >= EQUAL_VOLUMES


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_volumes_of_each_symbol_equal_the_other_bars(symbol: str, minutes: Result) -> None:
    theirs = {key: row for key, row in their_bars().items() if key[0] == symbol}
    assert share_of_equal(minutes, theirs, {"volume": "TradeTotalVolume"}) == pytest.approx(0.994, abs=0.003)


def test_prices_equal_the_other_bars_without_trades_of_odd_conditions() -> None:
    ours = run_pass(two_passes(NO_ODD_CONDITIONS), "minutes", BY_INSTRUMENT)
    theirs = their_bars()
    names = {"open": "Open", "high": "High", "low": "Low", "close": "Close"}
    assert len(set(theirs) - set(ours)) == 44
    assert share_of_equal(ours, theirs, names) >= EQUAL_BARS
    for name, own in names.items():
        assert share_of_equal(ours, theirs, {name: own}) >= EQUAL_BARS


@pytest.mark.parametrize("name", ["open", "high", "low", "close"])
def test_prices_equal_fewer_of_the_other_bars_with_every_trade(name: str, minutes: Result) -> None:
    share = share_of_equal(minutes, their_bars(), {name: name.title()})
    assert share == pytest.approx(0.92, abs=0.015)


def test_two_passes_equal_one_pass_by_quarters_of_an_hour(quarters: Result) -> None:
    direct = run_pass(one_pass(QUARTERS), "direct", BY_LISTING)
    expected = {key: {name: row[name] for name in AGGREGATIONS} for key, row in direct.items()}
    assert len(expected) > 4 * 3 * 26
    assert_same(quarters, expected, order_tolerance(QUARTERS))


def test_two_passes_equal_one_pass_by_the_minute(minutes: Result) -> None:
    direct = run_pass(one_pass(MINUTES), "direct", BY_LISTING)
    expected = {key: {name: row[name] for name in AGGREGATIONS} for key, row in direct.items()}
    assert_same(minutes, expected, order_tolerance(MINUTES))


def test_one_day_of_one_symbol_equals_the_oracle(minutes: Result) -> None:
    expected = trade_pass(read_trades(ticks_of("IBM", "2013-10-07")), MINUTES, MEASURES)
    assert len(expected) > 390
    actual = {key: minutes[key] for key in expected}
    assert_same(actual, expected, order_tolerance(MINUTES))


@pytest.mark.parametrize("symbol", SYMBOLS)
def test_moving_average_over_all_days(symbol: str, quarters: Result) -> None:
    series = sorted(key for key in quarters if key[0] == symbol)
    averages = simple_average([quarters[key]["Close"] for key in series], 14)
    expected = {key: {"SMA_14": average} for key, average in zip(series, averages, strict=True)}
    actual = {key: quarters[key] for key in series}
    assert_same(actual, expected, Tolerance({"SMA_14": 1e-9}))
    assert [row["SMA_14"] for row in expected.values()].count(None) == 13


def test_every_listing_is_mapped(every_trade: basalt.RunResult) -> None:
    every_trade["minutes"].arrow()
    assert list(every_trade.warnings) == []
