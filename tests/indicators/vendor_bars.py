"""Bars of a vendor, and pipelines that add indicators to them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pytest

import basalt

Config = dict[str, Any]
Floats = npt.NDArray[np.float64]

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real market data is not there: ../shared/data")

PRICES = ("Open", "High", "Low", "Close", "Volume")
TWO_PRICES = {"price0": "High", "price1": "Low"}
"""What TA-Lib takes for the two series of a function such as CORREL where it is not told; Basalt wants to be told."""


def real_bars() -> pa.Table:
    """One-minute bars of four shares, with a period for each bar besides."""
    path = DATA / "us_equity_minute_bars" / "trade_bars.parquet"
    query = f"""
        SELECT symbol AS ListingId, ts AS TimeBucket, open AS Open, high AS High, low AS Low, close AS Close,
            volume::DOUBLE AS Volume, (2 + volume % 28)::DOUBLE AS Period
        FROM '{path}'
        ORDER BY hash(ts)
    """
    return duckdb.sql(query).to_arrow_table()


def random_bars(days: int, per_day: int = 40, listings: int = 3, first: date = date(2025, 3, 3)) -> pa.Table:
    """Minute bars of prices that wander, with gaps; none at weekends."""
    dates = [first + timedelta(days=number) for number in range(days)]
    open_days = [day for day in dates if day.weekday() < 5]
    tables = [_wandering(number, open_days, per_day) for number in range(listings)]
    return pa.concat_tables(tables)


def _wandering(listing: int, days: list[date], per_day: int) -> pa.Table:
    draw = np.random.default_rng(listing)
    minutes = [
        datetime(day.year, day.month, day.day, 14) + timedelta(minutes=number)  # noqa: DTZ001 - UTC without saying so
        for day in days
        for number in range(per_day)
    ]
    kept = np.flatnonzero(draw.random(len(minutes)) > 0.1)
    close = np.round(100 + np.cumsum(draw.normal(0, 0.05, len(kept))), 2)
    opening = np.concatenate(([100.0], close[:-1]))
    above, below = (np.round(draw.exponential(0.03, len(kept)), 2) for _ in range(2))
    return pa.table(
        {
            "ListingId": pa.array([listing] * len(kept), pa.int64()),
            "TimeBucket": pa.array([minutes[place] for place in kept.tolist()], pa.timestamp("us")),
            "Open": opening,
            "High": np.maximum(opening, close) + above,
            "Low": np.minimum(opening, close) - below,
            "Close": close,
            "Volume": draw.integers(1, 5000, len(kept)).astype(np.float64),
            "Period": draw.integers(2, 30, len(kept)).astype(np.float64),
        }
    )


def indicator(name: str, **settings: object) -> Config:
    """One TA-Lib function on the usual columns."""
    usual: Config = {"name": name}
    if name in {"ADD", "BETA", "CORREL", "DIV", "MULT", "SUB"}:
        usual["inputs"] = TWO_PRICES
    if name == "MAVP":
        usual["inputs"] = {"periods": "Period"}
    return usual | settings


def pipeline(table: pa.Table, *indicators: Config, **settings: object) -> Config:
    """A pass that hands bars on with indicators."""
    source = {"data": table, "time_bucket_seconds": 60, "time_bucket_anchor": "start", "time_bucket_closed": "left"}
    analytics = {"source_pass": "vendor", "talib_indicators": list(indicators)}
    passes = [{"name": "averages", "modules": ["generic"], "generic_analytics": analytics}]
    return {"TABLES": {"vendor": source}, "PASSES": passes, **settings}


def in_order(config: Config, name: str = "averages") -> pa.Table:
    """Run a pipeline and return the rows of a pass by listing and time."""
    with basalt.run(config) as result:
        return result[name].arrow().sort_by([("ListingId", "ascending"), ("TimeBucket", "ascending")])


def numbers(table: pa.Table, column: str) -> Floats:
    """Return a column with nulls as NaN; refuses one that has NaN itself."""
    values = table.column(column).cast(pa.float64())
    found: Floats = values.to_numpy()
    assert np.count_nonzero(np.isnan(found)) == values.null_count
    return found


def by_listing(table: pa.Table) -> list[pa.Table]:
    """Return the rows of each listing in order of time, as a table each."""
    return [
        table.filter(pa.compute.equal(table.column("ListingId"), listing)).sort_by("TimeBucket")
        for listing in table.column("ListingId").unique().sort()
    ]
