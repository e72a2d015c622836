"""DuckDB SQL as an expert writes it by hand: what stands at the end of a minute is carried in minute by minute."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.datasets import Dataset

_MINUTES = """
WITH timed AS (
    SELECT
        ListingId,
        epoch_ns(EventTimestamp) AS ns,
        (ns + 59_999_999_999) // 60_000_000_000 AS minute,
        (BidPrice1 + AskPrice1) / 2 AS mid,
        10_000 * (AskPrice1 - BidPrice1) / mid AS spread,
        BidQuantity1 AS bids,
        AskQuantity1 AS asks,
        lead(ns) OVER in_order AS next_ns
    FROM read_parquet('{quotes}')
    WINDOW in_order AS (PARTITION BY ListingId ORDER BY EventTimestamp, BMLLSequenceNo)
),
stood AS (
    SELECT
        *,
        (next_ns <= minute * 60_000_000_000) IS NOT TRUE AS is_last,
        least(coalesce(next_ns, minute * 60_000_000_000), minute * 60_000_000_000, ns + {age}) - ns AS time
    FROM timed
),
minutes AS (
    SELECT
        ListingId,
        minute,
        min(ns) AS first_ns,
        max(ns) AS last_ns,
        sum(time) AS time,
        sum(mid * time) AS mid,
        sum(spread * time) AS spread,
        sum(bids * time) AS bids,
        sum(asks * time) AS asks,
        max(mid) FILTER (WHERE is_last) AS last_mid,
        max(spread) FILTER (WHERE is_last) AS last_spread,
        max(bids) FILTER (WHERE is_last) AS last_bids,
        max(asks) FILTER (WHERE is_last) AS last_asks
    FROM stood
    GROUP BY ListingId, minute
),
carried AS (
    SELECT
        *,
        greatest(least(first_ns, lag(last_ns) OVER by_minute + {age}) - (minute - 1) * 60_000_000_000, 0) AS reach,
        CASE WHEN lag(last_ns) OVER by_minute IS NULL THEN 0 ELSE reach END AS carried_time,
        coalesce(lag(last_mid) OVER by_minute, 0) AS carried_mid,
        coalesce(lag(last_spread) OVER by_minute, 0) AS carried_spread,
        coalesce(lag(last_bids) OVER by_minute, 0) AS carried_bids,
        coalesce(lag(last_asks) OVER by_minute, 0) AS carried_asks
    FROM minutes
    WINDOW by_minute AS (PARTITION BY ListingId ORDER BY minute)
)
SELECT
    ListingId,
    make_timestamp(minute * 60_000_000) AS TimeBucket,
    (bids + carried_bids * carried_time) / nullif(time + carried_time, 0) AS BidQuantity1TWA,
    (asks + carried_asks * carried_time) / nullif(time + carried_time, 0) AS AskQuantity1TWA,
    (spread + carried_spread * carried_time) / nullif(time + carried_time, 0) AS SpreadBpsTWA,
    (mid + carried_mid * carried_time) / nullif(time + carried_time, 0) AS MidTWA,
    (time + carried_time) / 60e9 AS BookCoverageRatio
FROM carried
"""
_HOUR = 3_600_000_000_000


def run(data: Dataset, folder: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({minutes(data.quotes)}) TO '{folder / 'minutes.parquet'}'")


def minutes(quotes: str) -> str:
    """The query over files of quotes."""
    return _MINUTES.format(quotes=quotes, age=_HOUR)
