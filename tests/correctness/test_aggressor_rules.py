"""The side that a rule tells equals that of an oracle that walks through the trades one by one."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.moments import contracts
from markets.pipelines import analytics_config, run_pass
from markets.quotes import quote_table, quotes_around
from markets.trades import Market, markets
from oracles.aggressors import LOOKS, half_ticks, signed
from oracles.buckets import SECOND
from oracles.quotes import Quotes
from oracles.results import Result, assert_same
from oracles.tolerances import metric_tolerance
from oracles.trade_groups import grouped_pass
from oracles.trades import read_trades

WIDTHS = st.sampled_from([SECOND, 60 * SECOND, 86_400 * SECOND])
MARKETS = markets(contracts(WIDTHS), sequences=st.just("unique"), most=24)
ALL_SIDES = ["Total", "Bid", "Ask", "Unknown"]
ASKED = {"generic_metrics": [{"measures": ["Count", "Volume"], "sides": ALL_SIDES}]}
ALL_ROWS = {"generic_metrics": [{"measures": ["Count", "OTCVolume"], "sides": ALL_SIDES}]}
HOUR = 3_600 * SECOND


def expected(market: Market, rows: list[dict[str, Any]], rule: dict[str, Any], asked: dict[str, Any]) -> Result:
    """The oracle of sides, then that of trades over rows with these sides."""
    signed_rows = signed(read_trades(market.rows), rule, market.contract, Quotes(rows, HOUR))
    return grouped_pass(read_trades(signed_rows), market.contract, asked)


@given(
    MARKETS,
    st.data(),
    st.sampled_from(sorted(LOOKS)),
    st.sampled_from([0.01, 0.05, 0.5]),
    st.sampled_from(["unknown", "all"]),
    st.sampled_from([ASKED, ALL_ROWS]),
)
@settings(max_examples=24)
def test_sides_by_rule(  # noqa: PLR0913, PLR0917 - what is drawn
    market: Market, data: st.DataObject, name: str, tick_size: float, apply_to: str, asked: dict[str, Any]
) -> None:
    rows = data.draw(quotes_around(market))
    rule = {"rule": name, "tick_size": tick_size, "apply_to": apply_to}
    wanted = expected(market, rows, rule, asked)
    tables = {"trades": market.table, "quotes": quote_table(rows, market.resolution)}
    config = {"TABLES": tables, "PASSES": [analytics_config(market.contract, {**asked, "aggressor_rule": rule})]}
    columns = {column for row in wanted.values() for column in row}
    assert_same(run_pass(config, "bars"), wanted, metric_tolerance(columns))


@pytest.mark.parametrize(
    ("rule", "price", "side"),
    [
        ("Quote", 10.02, "Ask"),
        ("Quote", 10.0150000001, "Unknown"),
        ("Quote", 10.01, "Bid"),
        ("LeeReady", 10.015, "Ask"),
        ("EMO", 10.03, "Ask"),
        ("EMO", 10.0, "Bid"),
        ("EMO", 10.01, "Ask"),
        ("CLNV", 10.025, "Ask"),
        ("CLNV", 10.005, "Bid"),
        ("CLNV", 10.015, "Ask"),
        ("CLNV", 10.04, "Ask"),
        ("Tick", 10.0, "Ask"),
    ],
)
def test_sides_by_hand(rule: str, price: float, side: str) -> None:
    """A trade at 9, then one at a price while 10.00 is bid and 10.03 asked: the tick test would say a buyer."""
    trades = [
        {"ListingId": 1, "TradeTimestamp": "2025-03-03 09:00:01", "LocalPrice": 9.0, "Size": 1.0},
        {"ListingId": 1, "TradeTimestamp": "2025-03-03 09:01:01", "LocalPrice": price, "Size": 7.0},
    ]
    quote = {"ListingId": 1, "EventTimestamp": "2025-03-03 09:01:00", "BidPrice1": 10.0, "AskPrice1": 10.03}
    asked = {"generic_metrics": [{"measures": "Volume", "sides": ALL_SIDES}]}
    asked["aggressor_rule"] = {"rule": rule, "tick_size": 0.01}
    step = {"name": "bars", "modules": "trade", "trade_analytics": asked}
    result = run_pass({"TABLES": {"trades": table(trades), "quotes": table([quote])}, "PASSES": [step]}, "bars")
    _, row = max(result.items())
    assert {name for name in ALL_SIDES if row[f"Trade{name}Volume"]} == {"Total", side}


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """Return rows as a table, texts of times as such."""
    plain = pa.Table.from_pylist(rows)
    place, time = next(each for each in enumerate(plain.column_names) if each[1].endswith("Timestamp"))
    return plain.set_column(place, time, plain.column(time).cast(pa.timestamp("us")))


def test_half_ticks_absorb_the_noise_of_floating_point() -> None:
    assert half_ticks(0.1 + 0.2, 0.1) == half_ticks(0.3, 0.1) == 6
