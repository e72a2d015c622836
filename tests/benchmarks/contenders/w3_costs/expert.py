"""DuckDB SQL as an expert writes it by hand: ties of quotes settled by one window, then two as-of joins."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.datasets import Dataset

_MINUTES = """
WITH listings AS (
    SELECT ListingId, row_number() OVER ()::INTEGER AS number FROM read_parquet('{trades}') GROUP BY ListingId
),
trades AS (
    SELECT
        number, ListingId, MIC, Ticker, LocalPrice,
        CASE AggressorSide WHEN 1 THEN 2 WHEN 2 THEN -2 END AS sign,
        epoch_ns(TradeTimestamp) AS ns
    FROM read_parquet('{trades}')
    JOIN listings USING (ListingId)
    WHERE Classification = 'LIT_CONTINUOUS'
),
numbered AS (
    SELECT number, epoch_ns(EventTimestamp) AS since, BMLLSequenceNo, (BidPrice1 + AskPrice1) / 2 AS mid
    FROM read_parquet('{quotes}')
    JOIN listings USING (ListingId)
),
quotes AS (
    SELECT number, since, mid
    FROM numbered
    QUALIFY since IS DISTINCT FROM lead(since) OVER (PARTITION BY number ORDER BY since, BMLLSequenceNo)
),
costs AS (
    SELECT
        ListingId,
        (ns + 59_999_999_999) // 60_000_000_000 AS minute,
        MIC,
        Ticker,
        CASE WHEN ns - before.since <= {age} THEN before.mid END AS mid_before,
        CASE WHEN ns + 1_000_000_000 - later.since < {age} THEN later.mid END AS mid_later,
        sign * (LocalPrice - mid_before) AS effective_spread,
        sign * (mid_later - mid_before) AS price_impact
    FROM trades
    ASOF LEFT JOIN quotes AS before ON trades.number = before.number AND ns > before.since
    ASOF LEFT JOIN quotes AS later ON trades.number = later.number AND ns + 1_000_000_000 >= later.since
)
SELECT
    ListingId,
    make_timestamp(minute * 60_000_000) AS TimeBucket,
    any_value(MIC) AS MIC,
    any_value(Ticker) AS Ticker,
    avg(effective_spread) AS EffectiveSpread1s,
    avg(price_impact) AS PriceImpact1s
FROM costs
GROUP BY ListingId, minute
"""
_HOUR = 3_600_000_000_000


def run(data: Dataset, folder: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({minutes(data.files, data.quotes)}) TO '{folder / 'minutes.parquet'}'")


def minutes(trades: str, quotes: str) -> str:
    """The query over files of trades and of quotes."""
    return _MINUTES.format(trades=trades, quotes=quotes, age=_HOUR)
