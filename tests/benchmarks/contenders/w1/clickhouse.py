"""ClickHouse through chdb: one query a pass, a table in memory between the passes."""

from __future__ import annotations

from pathlib import Path

from chdb.session import Session

from tests.benchmarks.contenders.clickhouse import rows_of, trades, write
from tests.benchmarks.datasets import Dataset
from tests.benchmarks.indicators import with_indicators

_MINUTES = """
CREATE TABLE bench.minutes ENGINE = Memory AS
SELECT
    ListingId,
    bucket,
    any(MIC) AS MIC,
    any(Ticker) AS Ticker,
    sum(Size) AS volume,
    sum(TradeNotionalEUR) AS notional,
    sum(LocalPrice * Size) AS traded_value,
    argMin(LocalPrice, place) AS first_price,
    max(LocalPrice) AS high,
    min(LocalPrice) AS low,
    argMax(LocalPrice, place) AS last_price,
    max(place) AS last_place
FROM ({source})
WHERE lit
GROUP BY ListingId, bucket
"""
_MINUTES_WRITTEN = """
SELECT
    ListingId,
    bucket,
    MIC,
    Ticker,
    volume AS TradeTotalVolume,
    notional AS TradeTotalNotionalEUR,
    traded_value / volume AS TradeTotalVWAP,
    first_price AS Open,
    high AS High,
    low AS Low,
    last_price AS Close
FROM bench.minutes
SETTINGS output_format_arrow_string_as_string = 1
"""
_QUARTERS = """
SELECT
    InstrumentId,
    intDiv(minutes.bucket + 14, 15) AS bucket,
    sum(volume) AS TradeTotalVolume,
    sum(notional) AS TradeTotalNotionalEUR,
    sum(traded_value) / sum(volume) AS TradeTotalVWAP,
    argMax(last_price, last_place) AS Close
FROM bench.minutes AS minutes
JOIN file('{reference}', Parquet) AS reference USING (ListingId)
GROUP BY InstrumentId, intDiv(minutes.bucket + 14, 15)
ORDER BY InstrumentId, bucket
"""


def run(data: Dataset, folder: Path) -> None:
    with Session() as session:
        session.query("CREATE DATABASE bench")
        session.query(_MINUTES.format(source=trades(data.files, 60)))
        write(rows_of(session.query, _MINUTES_WRITTEN, 60), folder / "pass1.parquet")
        quarters = rows_of(session.query, _QUARTERS.format(reference=data.reference), 900)
        write(with_indicators(quarters), folder / "pass2.parquet")
