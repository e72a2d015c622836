"""DuckDB SQL as it comes to mind first: the last of tied quotes by number, an as-of join for each mid."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.datasets import Dataset

_MINUTES = """
WITH quotes AS (
    SELECT *, epoch_ns(EventTimestamp) AS since, (BidPrice1 + AskPrice1) / 2 AS mid
    FROM read_parquet('{quotes}')
    QUALIFY row_number() OVER (PARTITION BY ListingId, EventTimestamp ORDER BY BMLLSequenceNo DESC) = 1
),
trades AS (
    SELECT *, epoch_ns(TradeTimestamp) AS ns, CASE AggressorSide WHEN 1 THEN 1 WHEN 2 THEN -1 END AS sign
    FROM read_parquet('{trades}')
    WHERE Classification = 'LIT_CONTINUOUS'
),
costs AS (
    SELECT
        trades.*,
        CASE WHEN ns - before.since <= {hour} THEN before.mid END AS mid_before,
        CASE WHEN ns + 1_000_000_000 - later.since < {hour} THEN later.mid END AS mid_later
    FROM trades
    ASOF LEFT JOIN quotes AS before ON trades.ListingId = before.ListingId AND ns > before.since
    ASOF LEFT JOIN quotes AS later ON trades.ListingId = later.ListingId AND ns + 1_000_000_000 >= later.since
)
SELECT
    ListingId,
    make_timestamp((ns + 59_999_999_999) // 60_000_000_000 * 60_000_000) AS TimeBucket,
    min(MIC) AS MIC,
    min(Ticker) AS Ticker,
    avg(2 * sign * (LocalPrice - mid_before)) AS EffectiveSpread1s,
    avg(2 * sign * (mid_later - mid_before)) AS PriceImpact1s
FROM costs
GROUP BY ALL
"""
_HOUR = 3_600_000_000_000


def run(data: Dataset, folder: Path) -> None:
    query = _MINUTES.format(trades=data.files, quotes=data.quotes, hour=_HOUR)
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{folder / 'minutes.parquet'}'")
