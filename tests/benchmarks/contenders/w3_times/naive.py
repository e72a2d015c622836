"""DuckDB SQL as it comes to mind first: every quote in every minute that it reaches."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.datasets import Dataset

_MINUTES = """
WITH timed AS (
    SELECT
        *,
        epoch_ns(EventTimestamp) AS ns,
        (ns + 59_999_999_999) // 60_000_000_000 AS minute,
        coalesce(lead(ns) OVER in_order, minute * 60_000_000_000) AS next_ns,
        least(next_ns, ns + 3_600_000_000_000) AS until
    FROM read_parquet('{quotes}')
    WINDOW in_order AS (PARTITION BY ListingId ORDER BY EventTimestamp, BMLLSequenceNo)
),
reached AS (
    SELECT *, unnest(range(minute, greatest(minute, (until + 59_999_999_999) // 60_000_000_000) + 1)) AS in_minute
    FROM timed
),
stood AS (
    SELECT
        *,
        in_minute = minute AS is_own,
        greatest(
            least(until, in_minute * 60_000_000_000) - greatest(ns, (in_minute - 1) * 60_000_000_000), 0
        ) AS time,
        (BidPrice1 + AskPrice1) / 2 AS mid
    FROM reached
)
SELECT
    ListingId,
    make_timestamp(in_minute * 60_000_000) AS TimeBucket,
    sum(BidQuantity1 * time) / nullif(sum(time), 0) AS BidQuantity1TWA,
    sum(AskQuantity1 * time) / nullif(sum(time), 0) AS AskQuantity1TWA,
    sum(10_000 * (AskPrice1 - BidPrice1) / mid * time) / nullif(sum(time), 0) AS SpreadBpsTWA,
    sum(mid * time) / nullif(sum(time), 0) AS MidTWA,
    sum(time) / 60e9 AS BookCoverageRatio
FROM stood
GROUP BY ListingId, in_minute
HAVING bool_or(is_own)
"""


def run(data: Dataset, folder: Path) -> None:
    with duckdb.connect() as connection:
        query = _MINUTES.format(quotes=data.quotes)
        connection.execute(f"COPY ({query}) TO '{folder / 'minutes.parquet'}'")
