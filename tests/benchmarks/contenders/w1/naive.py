"""DuckDB SQL as it comes to mind first: ordered aggregates, a view between the passes."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.datasets import Dataset
from tests.benchmarks.indicators import with_indicators

_LABEL = "make_timestamp((epoch_ns(TradeTimestamp) + {rest}_999_999_999) // {seconds}_000_000_000 * {seconds}_000_000)"
_ORDER = "TradeTimestamp, BMLLSequenceNo"
_MINUTES = f"""
CREATE TEMP VIEW minutes AS
SELECT
    ListingId,
    {_LABEL.format(seconds=60, rest=59)} AS TimeBucket,
    min(MIC) AS MIC,
    min(Ticker) AS Ticker,
    sum(Size) AS TradeTotalVolume,
    sum(TradeNotionalEUR) AS TradeTotalNotionalEUR,
    sum(LocalPrice * Size) / sum(Size) AS TradeTotalVWAP,
    first(LocalPrice ORDER BY {_ORDER}) AS Open,
    max(LocalPrice) AS High,
    min(LocalPrice) AS Low,
    last(LocalPrice ORDER BY {_ORDER}) AS Close,
    max(struct_pack(at := TradeTimestamp, sequence := BMLLSequenceNo)) AS last_place
FROM read_parquet('{{files}}')
WHERE Classification = 'LIT_CONTINUOUS'
GROUP BY ALL
"""
_QUARTERS = """
SELECT
    InstrumentId,
    time_bucket(INTERVAL 15 minutes, TimeBucket - INTERVAL 1 minute) + INTERVAL 15 minutes AS TimeBucket,
    sum(TradeTotalVolume) AS TradeTotalVolume,
    sum(TradeTotalNotionalEUR) AS TradeTotalNotionalEUR,
    sum(TradeTotalVWAP * TradeTotalVolume) / sum(TradeTotalVolume) AS TradeTotalVWAP,
    last(Close ORDER BY last_place) AS Close
FROM minutes
JOIN read_parquet('{reference}') USING (ListingId)
GROUP BY ALL
ORDER BY ALL
"""


def run(data: Dataset, folder: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(_MINUTES.format(files=data.files))
        connection.execute(f"COPY (SELECT * EXCLUDE last_place FROM minutes) TO '{folder / 'pass1.parquet'}'")
        rows = connection.sql(_QUARTERS.format(reference=data.reference)).to_arrow_table()
        connection.register("quarters", with_indicators(rows))
        connection.execute(f"COPY quarters TO '{folder / 'pass2.parquet'}'")
