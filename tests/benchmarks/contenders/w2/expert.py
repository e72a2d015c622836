"""DuckDB SQL as an expert writes it by hand: sums by side once and pivoted, distributions apart."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.datasets import Dataset

_SLICES = """
SELECT
    ListingId,
    (epoch_ns(TradeTimestamp) + 899_999_999_999) // 900_000_000_000 AS quarter,
    AggressorSide AS side,
    any_value(MIC) AS MIC,
    any_value(Ticker) AS Ticker,
    sum(Size) FILTER (WHERE lit) AS Volume,
    count(*) FILTER (WHERE lit) AS Count,
    sum(TradeNotional) FILTER (WHERE lit) AS Notional,
    sum(TradeNotionalEUR) FILTER (WHERE lit) AS NotionalEUR,
    sum(TradeNotionalUSD) FILTER (WHERE lit) AS NotionalUSD,
    count(*) FILTER (WHERE lit AND BMLLParticipantType = 'RETAIL') AS RetailCount,
    count(*) FILTER (WHERE lit AND IsBlock = 'Y') AS BlockCount,
    sum(TradeNotional) FILTER (WHERE Classification LIKE '%AUCTION%') AS AuctionNotional,
    sum(Size) FILTER (WHERE Classification LIKE '%OTC%') AS OTCVolume,
    sum(LocalPrice * Size) FILTER (WHERE lit) AS traded_value,
    sum(LocalPrice) FILTER (WHERE lit) AS price_sum,
    min(LocalPrice) FILTER (WHERE lit) AS Low,
    max(LocalPrice) FILTER (WHERE lit) AS High,
    arg_min(LocalPrice, place) FILTER (WHERE lit) AS Open,
    arg_max(LocalPrice, place) FILTER (WHERE lit) AS Close,
    min(place) FILTER (WHERE lit) AS open_place,
    max(place) FILTER (WHERE lit) AS close_place
FROM (
    SELECT
        *,
        Classification = 'LIT_CONTINUOUS' AS lit,
        epoch_ns(TradeTimestamp) * (1::HUGEINT << 63) + BMLLSequenceNo AS place
    FROM read_parquet('{files}')
)
GROUP BY ListingId, quarter, side
"""
_DISTRIBUTIONS = """
SELECT
    ListingId,
    quarter,
    median(LocalPrice) AS TradeTotalMedianPrice,
    median(LocalPrice) FILTER (WHERE side = 2) AS TradeBidMedianPrice,
    median(LocalPrice) FILTER (WHERE side = 1) AS TradeAskMedianPrice,
    stddev(change) * sqrt(24_192 * count(change)) AS TradeTotalVolatility,
    stddev(change_of_side) FILTER (WHERE side = 2)
        * sqrt(24_192 * count(change_of_side) FILTER (WHERE side = 2)) AS TradeBidVolatility,
    stddev(change_of_side) FILTER (WHERE side = 1)
        * sqrt(24_192 * count(change_of_side) FILTER (WHERE side = 1)) AS TradeAskVolatility
FROM (
    SELECT
        ListingId,
        quarter,
        side,
        LocalPrice,
        ln(LocalPrice / lag(LocalPrice) OVER (PARTITION BY ListingId, quarter ORDER BY place)) AS change,
        ln(LocalPrice / lag(LocalPrice) OVER (PARTITION BY ListingId, quarter, side ORDER BY place)) AS change_of_side
    FROM (
        SELECT
            ListingId,
            (epoch_ns(TradeTimestamp) + 899_999_999_999) // 900_000_000_000 AS quarter,
            AggressorSide AS side,
            LocalPrice,
            epoch_ns(TradeTimestamp) * (1::HUGEINT << 63) + BMLLSequenceNo AS place
        FROM read_parquet('{files}')
        WHERE Classification = 'LIT_CONTINUOUS'
    )
)
GROUP BY ListingId, quarter
"""
_SUMS = ("Volume", "Notional", "NotionalEUR", "NotionalUSD", "AuctionNotional", "OTCVolume")
_COUNTS = ("Count", "RetailCount", "BlockCount")
_SIDES = {"Bid": " FILTER (WHERE side = 2)", "Ask": " FILTER (WHERE side = 1)", "Total": ""}


def run(data: Dataset, folder: Path) -> None:
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({wide(data.files)}) TO '{folder / 'wide.parquet'}'")


def wide(files: str) -> str:
    """The wide query: sums by side once, pivoted; what needs every price beside it, in one pass of its own."""
    columns = ",\n    ".join(column for side, where in _SIDES.items() for column in _columns(side, where))
    return f"""
WITH slices AS ({_SLICES.format(files=files)}),
pivoted AS (
    SELECT
    ListingId,
    quarter,
    any_value(MIC) AS MIC,
    any_value(Ticker) AS Ticker,
    {columns}
    FROM slices
    GROUP BY ListingId, quarter
),
distributions AS ({_DISTRIBUTIONS.format(files=files)})
SELECT
    make_timestamp(quarter * 900_000_000) AS TimeBucket,
    * EXCLUDE (quarter)
FROM pivoted
LEFT JOIN distributions USING (ListingId, quarter)
"""


def _columns(side: str, where: str) -> list[str]:
    prices = "" if side == "Total" else f"Trade{side}"
    return [
        *(f"coalesce(sum({name}){where}, 0) AS Trade{side}{name}" for name in _SUMS),
        *(f"coalesce(sum({name}){where}, 0)::BIGINT AS Trade{side}{name}" for name in _COUNTS),
        f"sum(traded_value){where} / sum(Volume){where} AS Trade{side}VWAP",
        f"sum(price_sum){where} / nullif(sum(Count){where}, 0) AS Trade{side}AvgPrice",
        f"arg_min(Open, open_place){where} AS {prices}Open",
        f"max(High){where} AS {prices}High",
        f"min(Low){where} AS {prices}Low",
        f"arg_max(Close, close_place){where} AS {prices}Close",
    ]
