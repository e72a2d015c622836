"""Pipelines of every kind over a small sample market, whose SQL is to stand without Basalt."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from oracles.results import Tolerance, assert_same, by_key, rows_of

from basalt.sample import write_sample
from basalt.sample.options import SampleOptions

Config = dict[str, Any]
FIRST, MIDDLE, LAST = "2025-03-03", "2025-03-04", "2025-03-05"


def write_market(folder: Path) -> None:
    """Write three days of a small market."""
    write_sample(folder, SampleOptions(instruments=2, venues=2, days=3, trades=1_200, updates=1_200, levels=2))


def tables(folder: Path) -> Config:
    """Return the tables of a market."""
    return {
        "trades": f"{folder}/data/trades/**/*.parquet",
        "l2": f"{folder}/data/l2/**/*.parquet",
        "marketstate": f"{folder}/data/marketstate.parquet",
        "reference": f"{folder}/data/reference.parquet",
    }


def minutes(seconds: float = 60, **settings: Any) -> Config:  # noqa: ANN401 - settings of a pass
    analytics = {"generic_metrics": [{"measures": ["Volume", "VWAP", "OHLC"], "sides": ["Total", "Bid"]}]}
    return {
        "name": "minutes",
        "modules": ["trade"],
        "time_bucket_seconds": seconds,
        "trade_analytics": analytics,
        **settings,
    }


def regrouped(source: str = "minutes", name: str = "quarters", **analytics: Any) -> Config:  # noqa: ANN401 - the same
    told = {"group_by": ["InstrumentId", "TimeBucket"], "resample_rule": "15m", "aggregations": {"Close": "last"}}
    return {"name": name, "modules": ["generic"], "generic_analytics": {"source_pass": source, **told, **analytics}}


SMA = {"name": "SMA", "input_col": "Close", "timeperiod": 3}
BOOK = {"prices": [{"source": "Mid"}], "spreads": [{"variant": "BPS"}]}
COSTS = {
    "quotes": {"by": "ListingId"},
    "impact_metrics": [{"variant": "RealizedSpread", "horizon": "1s", "reference": "quotes"}],
}
OVERNIGHT = {"time_zone": "Europe/London", "open": "09:00", "close": "17:00"}

PIPELINES: dict[str, list[Config]] = {
    "two_pass": [minutes(), regrouped(aggregations="auto")],
    "indicators": [
        minutes(),
        regrouped(talib_indicators=[SMA, {"name": "MAX", "input_col": "Close", "timeperiod": 4}]),
    ],
    "three_pass": [
        minutes(),
        regrouped(group_by=["ListingId", "TimeBucket"]),
        regrouped("quarters", "sessions", resample_rule="session", session=OVERNIGHT),
    ],
    "crossing_midnight": [minutes(420, time_bucket_origin="2025-03-03T00:01:00"), regrouped(resample_rule="21m")],
    "local_days": [minutes(900), regrouped(resample_rule="1d", time_zone="America/New_York")],
    "costs": [{**minutes(), "trade_analytics": COSTS}],
    "book": [{"name": "books", "modules": ["l2"], "time_bucket_seconds": 300, "l2_analytics": BOOK}],
    "book_over_time": [
        {
            "name": "books",
            "modules": ["trade", "l2tw"],
            "time_bucket_seconds": 420,
            "trade_analytics": {"generic_metrics": [{"measures": "Volume"}]},
            "l2tw_analytics": {**BOOK, "session_breaks": ["CLOSED"]},
        }
    ],
    "dense": [minutes(600, timeline_mode="dense")],
}
"""Passes by what they have that dates could get wrong."""

RENAMED: dict[str, Config] = {
    "nanoseconds": {"columns": {"TradeTimestampNanoseconds": "epoch_ns(TradeTimestamp)"}},
    "with_time_zone": {"columns": {"TradeTimestamp": "make_timestamp(epoch_us(TradeTimestamp)) AT TIME ZONE 'UTC'"}},
    "microseconds": {"columns": {"TradeTimestamp": "TradeTimestamp::TIMESTAMP"}, "date_column": "date"},
}
"""Trades whose event times have other types."""


def assert_same_rows(actual: duckdb.DuckDBPyRelation, expected: duckdb.DuckDBPyRelation, keys: Sequence[str]) -> None:
    """Compare two relations: columns, rows and values; numbers to 1e-9."""
    assert actual.columns == expected.columns
    assert actual.types == expected.types
    found, wanted = (by_key(rows_of(each.to_arrow_table()), keys) for each in (actual, expected))
    assert wanted, "nothing to compare"
    numbers = [name for name, type_ in zip(expected.columns, expected.types, strict=True) if str(type_) == "DOUBLE"]
    assert_same(found, wanted, Tolerance(dict.fromkeys(numbers, 1e-9), dict.fromkeys(numbers, 1e-9)))
