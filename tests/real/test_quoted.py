"""Real trades beside real quotes: spreads equal those of a walk through the rows, and rules find the true sides."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from math import fsum
from typing import Any

import duckdb
import pytest
from markets.pipelines import Config, analytics_config, run_pass
from oracles.buckets import SECOND, Contract
from oracles.results import Result, Tolerance, assert_same
from real.ticks import DATA, needs_data

pytestmark = needs_data

MINUTES = Contract(60 * SECOND)
CRYPTO = {
    "trades": {
        "path": str(DATA / "crypto_l2" / "trades.parquet"),
        "columns": {
            "ListingId": "1",
            "TradeTimestamp": "recv_ts",
            "LocalPrice": "price",
            "Size": "size",
            "AggressorSide": "CASE side WHEN 'B' THEN 1 ELSE 2 END",
        },
        "sequence": "seq",
    },
    "quotes": {
        "path": str(DATA / "crypto_l2" / "quotes.parquet"),
        "columns": {"ListingId": "1", "EventTimestamp": "ts", "BidPrice1": "bid", "AskPrice1": "ask"},
        "sequence": "seq",
    },
}
NATIONAL = {
    "trades": {
        "path": str(DATA / "us_equity_ticks" / "trades" / "date=2013-10-07" / "*.parquet"),
        "columns": {"ListingId": "venue", "TradeTimestamp": "ts", "LocalPrice": "price", "Size": "size"},
        "filter": "symbol = 'IBM'",
        "sequence": "seq",
    },
    "quotes": {
        "path": str(DATA / "us_equity_ticks" / "quotes" / "date=2013-10-07" / "*.parquet"),
        "columns": {"EventTimestamp": "ts", "BidPrice1": "bid", "AskPrice1": "ask"},
        "filter": "symbol = 'IBM'",
        "sequence": "seq",
        "nulls": "unchanged",
    },
}
RELATIVE = Tolerance(
    dict.fromkeys(("EffectiveSpread1s", "PriceImpact1s", "DiscrepancyToQuoteMid"), 1e-9),
    dict.fromkeys(("EffectiveSpread1s", "PriceImpact1s", "DiscrepancyToQuoteMid"), 1e-9),
)


def microseconds(query: str) -> list[tuple[Any, ...]]:
    """Rows of a query whose first column is a time, as whole nanoseconds."""
    return [(int(time) * 1_000, *rest) for time, *rest in duckdb.sql(query).fetchall()]


def mids(table: Config, *, carried: bool) -> tuple[list[int], list[float | None]]:
    """Times of quotes, and the mid from each on; of quotes at one time the last one."""
    bid, ask = table["columns"]["BidPrice1"], table["columns"]["AskPrice1"]
    where = table.get("filter", "TRUE")
    rows = microseconds(f"SELECT epoch_us(ts), {bid}, {ask} FROM '{table['path']}' WHERE {where} ORDER BY ts, seq")
    found: dict[int, float | None] = {}
    last: tuple[float | None, float | None] = (None, None)
    for time, *sides in rows:
        kept = (old if new is None and carried else new for new, old in zip(sides, last, strict=True))
        last = tuple(kept)  # type: ignore[assignment]
        below, above = last
        found[time] = None if below is None or above is None or below > above else (below + above) / 2
    return list(found), list(found.values())


def costs_of_crypto() -> Result:
    """Effective spread and price impact by minute, walking through trades."""
    times, middles = mids(CRYPTO["quotes"], carried=False)
    rows = microseconds(f"SELECT epoch_us(recv_ts), side, price FROM '{CRYPTO['trades']['path']}'")
    found: defaultdict[int, list[tuple[float, float]]] = defaultdict(list)
    for time, side, price in rows:
        place, later = bisect_left(times, time), bisect_right(times, time + SECOND)
        if place and later and middles[place - 1] and middles[later - 1] is not None:
            direction, mid = 2 if side == "B" else -2, middles[place - 1]
            found[MINUTES.label(time)].append((direction * (price - mid), direction * (middles[later - 1] - mid)))
    names = ("EffectiveSpread1s", "PriceImpact1s")
    return {
        (1, label): {
            name: fsum(values) / len(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)
        }
        for label, rows in found.items()
    }


def test_costs_of_crypto_trades() -> None:
    asked = {"impact_metrics": [{"variant": ["EffectiveSpread", "PriceImpact"], "reference": "quotes"}]}
    expected = costs_of_crypto()
    assert len(expected) == 12
    actual = run_pass({"TABLES": CRYPTO, "PASSES": [analytics_config(MINUTES, asked)]}, "bars")
    assert_same(actual, expected, RELATIVE)


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_national_quotes_of_one_side_a_row_go_by_the_ticker(threads: int) -> None:
    tables = {
        "trades": {**NATIONAL["trades"], "columns": {**NATIONAL["trades"]["columns"], "Ticker": "symbol"}},
        "quotes": {**NATIONAL["quotes"], "columns": {**NATIONAL["quotes"]["columns"], "Ticker": "symbol"}},
    }
    asked = {"discrepancy_metrics": [{"references": "QuoteMid"}], "quotes": {"by": "Ticker", "max_age_seconds": None}}
    times, middles = mids(NATIONAL["quotes"], carried=True)
    query = f"SELECT epoch_us(ts), venue, price FROM '{NATIONAL['trades']['path']}' WHERE symbol = 'IBM'"
    found: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for time, venue, price in microseconds(query):
        mid = middles[place - 1] if (place := bisect_left(times, time)) else None
        found[venue, MINUTES.label(time)] += [] if mid is None else [10_000 * (price - mid) / mid]
    expected = {
        key: {"DiscrepancyToQuoteMid": fsum(values) / len(values) if values else None} for key, values in found.items()
    }
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {threads}")
        config = {"TABLES": tables, "PASSES": [analytics_config(MINUTES, asked)]}
        actual = run_pass(config, "bars", connection=connection)
    assert len(expected) > 2_000
    assert_same(
        {key: {"DiscrepancyToQuoteMid": row["DiscrepancyToQuoteMid"]} for key, row in actual.items()},
        expected,
        RELATIVE,
    )


LEAST = {"Quote": 0.95, "LeeReady": 0.95, "EMO": 0.97, "CLNV": 0.97, "Tick": 0.96}
"""The share of trades whose side a rule should find at least."""


@pytest.mark.parametrize("rule", LEAST)
def test_rules_find_the_sides_that_the_venue_tells(rule: str) -> None:
    """A trade is received after the quotes that it changed; a tenth of a second before it they stood as it met them."""
    groups = [
        {"measures": "Count", "sides": side, "attribute_filters": {"AggressorSide": told}, "output_name_pattern": side}
        for side, told in (("Ask", 1), ("Bid", 2))
    ]
    asked = {
        "generic_metrics": [*groups, {"measures": "Count"}],
        "aggressor_rule": {"rule": rule, "tick_size": 0.01, "apply_to": "all"},
    }
    columns = {**CRYPTO["trades"]["columns"], "TradeTimestamp": "recv_ts - INTERVAL 100 MILLISECOND"}
    tables = {**CRYPTO, "trades": {**CRYPTO["trades"], "columns": columns}}
    rows = run_pass({"TABLES": tables, "PASSES": [analytics_config(MINUTES, asked)]}, "bars").values()
    right = sum(row["Ask"] + row["Bid"] for row in rows)
    assert right / sum(row["TradeTotalCount"] for row in rows) > LEAST[rule]


@pytest.mark.parametrize("threads", [1, 4])
def test_sides_by_rule_are_the_same_for_any_number_of_threads(threads: int) -> None:
    asked = {
        "generic_metrics": [{"measures": ["Count", "Volume"], "sides": ["Ask", "Bid", "Unknown"]}],
        "aggressor_rule": {"rule": "EMO", "tick_size": 0.01, "apply_to": "all"},
    }
    config = {"TABLES": CRYPTO, "PASSES": [analytics_config(MINUTES, asked)]}
    expected = run_pass(config, "bars")
    with duckdb.connect() as connection:
        connection.execute(f"SET threads = {threads}")
        actual = run_pass(config, "bars", connection=connection)
    volumes = {f"Trade{side}Volume": 1e-12 for side in ("Ask", "Bid", "Unknown")}
    assert_same(actual, expected, Tolerance(volumes))
