"""ClickHouse through chdb: the last of tied quotes by aggregation, an as-of join for each mid."""

from __future__ import annotations

from pathlib import Path

import chdb

from tests.benchmarks.contenders.clickhouse import rows_of, write
from tests.benchmarks.datasets import Dataset

_MINUTES = """
WITH quotes AS (
    SELECT
        ListingId,
        toUnixTimestamp64Nano(EventTimestamp) AS since,
        argMax(toNullable((BidPrice1 + AskPrice1) / 2), BMLLSequenceNo) AS mid
    FROM file('{quotes}', Parquet)
    GROUP BY ListingId, since
),
trades AS (
    SELECT
        ListingId, MIC, Ticker, LocalPrice,
        multiIf(AggressorSide = 1, 2, AggressorSide = 2, -2, NULL) AS sign,
        toUnixTimestamp64Nano(TradeTimestamp) AS ns,
        ns + 1000000000 AS later_ns
    FROM file('{trades}', Parquet)
    WHERE Classification = 'LIT_CONTINUOUS'
),
before AS (
    SELECT trades.*, if(ns - since <= {hour}, mid, NULL) AS mid_before
    FROM trades ASOF LEFT JOIN quotes ON trades.ListingId = quotes.ListingId AND trades.ns > quotes.since
),
both AS (
    SELECT before.*, if(later_ns - since < {hour}, mid, NULL) AS mid_later
    FROM before ASOF LEFT JOIN quotes ON before.ListingId = quotes.ListingId AND before.later_ns >= quotes.since
)
SELECT
    ListingId,
    intDiv(ns + 59999999999, 60000000000) AS bucket,
    any(MIC) AS MIC,
    any(Ticker) AS Ticker,
    avg(sign * (LocalPrice - mid_before)) AS EffectiveSpread1s,
    avg(sign * (mid_later - mid_before)) AS PriceImpact1s
FROM both
GROUP BY ListingId, bucket
SETTINGS join_use_nulls = 1, output_format_arrow_string_as_string = 1
"""
_HOUR = 3_600_000_000_000


def run(data: Dataset, folder: Path) -> None:
    query = _MINUTES.format(trades=data.files, quotes=data.quotes, hour=_HOUR)
    write(rows_of(chdb.query, query, 60), folder / "minutes.parquet")
