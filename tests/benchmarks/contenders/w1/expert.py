"""DuckDB SQL as an expert writes it by hand: one query a pass, a temporary table between the passes."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.datasets import Dataset
from tests.benchmarks.indicators import with_indicators

MINUTES = """
SELECT
    ListingId,
    minute,
    any_value(MIC) AS MIC,
    any_value(Ticker) AS Ticker,
    sum(Size) AS volume,
    sum(TradeNotionalEUR) AS notional,
    sum(LocalPrice * Size) AS traded_value,
    arg_min(LocalPrice, place) AS first_price,
    max(LocalPrice) AS high,
    min(LocalPrice) AS low,
    arg_max(LocalPrice, place) AS last_price,
    max(place) AS last_place
FROM (
    SELECT
        *,
        (epoch_ns(TradeTimestamp) + 59_999_999_999) // 60_000_000_000 AS minute,
        epoch_ns(TradeTimestamp) * (1::HUGEINT << 63) + BMLLSequenceNo AS place
    FROM read_parquet('{files}')
    WHERE Classification = 'LIT_CONTINUOUS'
)
GROUP BY ListingId, minute
"""
MINUTES_WRITTEN = """
SELECT
    ListingId,
    make_timestamp(minute * 60_000_000) AS TimeBucket,
    MIC,
    Ticker,
    volume AS TradeTotalVolume,
    notional AS TradeTotalNotionalEUR,
    traded_value / volume AS TradeTotalVWAP,
    first_price AS Open,
    high AS High,
    low AS Low,
    last_price AS Close
FROM minutes
"""
QUARTERS = """
SELECT
    InstrumentId,
    make_timestamp((minute + 14) // 15 * 900_000_000) AS TimeBucket,
    sum(volume) AS TradeTotalVolume,
    sum(notional) AS TradeTotalNotionalEUR,
    sum(traded_value) / sum(volume) AS TradeTotalVWAP,
    arg_max(last_price, last_place) AS Close
FROM minutes
JOIN read_parquet('{reference}') USING (ListingId)
GROUP BY ALL
"""


def run(data: Dataset, folder: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TEMP TABLE minutes AS {MINUTES.format(files=data.files)}")
        connection.execute(f"COPY ({MINUTES_WRITTEN}) TO '{folder / 'pass1.parquet'}'")
        quarters = QUARTERS.format(reference=data.reference)
        rows = connection.sql(f"{quarters} ORDER BY InstrumentId, TimeBucket").to_arrow_table()
        connection.register("quarters", with_indicators(rows))
        connection.execute(f"COPY quarters TO '{folder / 'pass2.parquet'}'")
