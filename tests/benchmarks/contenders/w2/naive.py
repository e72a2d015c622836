"""DuckDB SQL as it comes to mind first: windows and ordered aggregates over the trades."""

from __future__ import annotations

from pathlib import Path

import duckdb

from tests.benchmarks.datasets import Dataset

_LABEL = "make_timestamp((epoch_ns(TradeTimestamp) + {rest}_999_999_999) // {seconds}_000_000_000 * {seconds}_000_000)"
_ORDER = "TradeTimestamp, BMLLSequenceNo"
_ROWS = f"""
SELECT
    *,
    {_LABEL.format(seconds=900, rest=899)} AS TimeBucket,
    Classification = 'LIT_CONTINUOUS' AS lit,
    CASE WHEN lit THEN ln(LocalPrice / lag(LocalPrice) OVER (
        PARTITION BY ListingId, TimeBucket, lit ORDER BY {_ORDER})) END AS change,
    CASE WHEN lit THEN ln(LocalPrice / lag(LocalPrice) OVER (
        PARTITION BY ListingId, TimeBucket, lit, AggressorSide ORDER BY {_ORDER})) END AS change_of_side
FROM read_parquet('{{files}}')
"""
_SIDES = {"Bid": "AggressorSide = 2", "Ask": "AggressorSide = 1", "Total": "true"}


def run(data: Dataset, folder: Path) -> None:
    columns = ",\n    ".join(column for side, where in _SIDES.items() for column in _columns(side, where))
    query = f"""
SELECT
    ListingId,
    TimeBucket,
    min(MIC) AS MIC,
    min(Ticker) AS Ticker,
    {columns}
FROM ({_ROWS.format(files=data.files)})
GROUP BY ListingId, TimeBucket
"""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{folder / 'wide.parquet'}'")


def _columns(side: str, of_side: str) -> list[str]:
    where = f"FILTER (WHERE lit AND {of_side})"
    auction = f"FILTER (WHERE {of_side} AND Classification LIKE '%AUCTION%')"
    otc = f"FILTER (WHERE {of_side} AND Classification LIKE '%OTC%')"
    change = "change" if side == "Total" else "change_of_side"
    prices = "" if side == "Total" else f"Trade{side}"
    return [
        f"coalesce(sum(Size) {where}, 0) AS Trade{side}Volume",
        f"count(*) {where} AS Trade{side}Count",
        f"coalesce(sum(TradeNotional) {where}, 0) AS Trade{side}Notional",
        f"coalesce(sum(TradeNotionalEUR) {where}, 0) AS Trade{side}NotionalEUR",
        f"coalesce(sum(TradeNotionalUSD) {where}, 0) AS Trade{side}NotionalUSD",
        f"count(*) FILTER (WHERE lit AND {of_side} AND BMLLParticipantType = 'RETAIL') AS Trade{side}RetailCount",
        f"count(*) FILTER (WHERE lit AND {of_side} AND IsBlock = 'Y') AS Trade{side}BlockCount",
        f"coalesce(sum(TradeNotional) {auction}, 0) AS Trade{side}AuctionNotional",
        f"coalesce(sum(Size) {otc}, 0) AS Trade{side}OTCVolume",
        f"sum(LocalPrice * Size) {where} / sum(Size) {where} AS Trade{side}VWAP",
        f"avg(LocalPrice) {where} AS Trade{side}AvgPrice",
        f"median(LocalPrice) {where} AS Trade{side}MedianPrice",
        f"stddev({change}) {where} * sqrt(252 * 24 * 3600 * count({change}) {where} / 900) AS Trade{side}Volatility",
        f"first(LocalPrice ORDER BY {_ORDER}) {where} AS {prices}Open",
        f"max(LocalPrice) {where} AS {prices}High",
        f"min(LocalPrice) {where} AS {prices}Low",
        f"last(LocalPrice ORDER BY {_ORDER}) {where} AS {prices}Close",
    ]
