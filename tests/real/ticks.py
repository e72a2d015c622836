"""Three days of trades of four shares on 13 venues, and one-minute bars of them that somebody else made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from markets.pipelines import BY_INSTRUMENT, Config, generic_pass_config, trade_pass_config
from oracles.buckets import SECOND, Contract
from oracles.results import Result, by_key, rows_of

if TYPE_CHECKING:
    import pyarrow as pa

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
TICKS = str(DATA / "us_equity_ticks" / "trades" / "date=*" / "*.parquet")
THEIR_BARS = str(DATA / "us_equity_minute_bars" / "trade_bars.parquet")

needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the real market data is not there: ../shared/data")

MINUTES = Contract(60 * SECOND, "start", "left")
"""How the other bars are labelled."""
QUARTERS = MINUTES.coarser(15)

AVERAGE_OR_DERIVED = 0x100000 | 0x200
NO_ODD_CONDITIONS = f"cond NOT IN ('20000020', '20') AND (('0x' || cond)::BIGINT & {AVERAGE_OR_DERIVED}) = 0"
"""Conditions are hexadecimal flags: leave out two, and average-price and derivatively priced trades."""

MEASURES = ("Volume", "Count", "NotionalEUR", "VWAP", "OHLC")
AGGREGATIONS = {
    "TradeTotalVolume": "sum",
    "TradeTotalCount": "sum",
    "TradeTotalNotionalEUR": "sum",
    "TradeTotalVWAP": "auto",
    "Open": "first",
    "High": "max",
    "Low": "min",
    "Close": "last",
}


def trades(listing: str, condition: str | None = None) -> Config:
    """The ticks as a table of trades whose listing is an expression of symbol and venue."""
    return {
        "path": TICKS,
        "columns": {
            "ListingId": listing,
            "TradeTimestamp": "ts",
            "LocalPrice": "price",
            "Size": "size",
            "MIC": "venue",
            "Ticker": "symbol",
            "TradeNotionalEUR": "price * size",
        },
        "sequence": "seq",
    } | ({"filter": condition} if condition else {})


def reference() -> pa.Table:
    """Each symbol on each venue is a listing of the instrument of that symbol."""
    query = f"SELECT DISTINCT hash(symbol, venue) AS ListingId, symbol AS InstrumentId FROM '{TICKS}' ORDER BY ALL"
    return duckdb.sql(query).to_arrow_table()


def two_passes(condition: str | None = None, indicators: tuple[Config, ...] = ()) -> Config:
    """Minutes by listing; then by instrument, as minutes and as quarters of an hour."""
    return {
        "TABLES": {"trades": trades("hash(symbol, venue)", condition), "reference": reference()},
        "PASSES": [
            trade_pass_config(MINUTES, MEASURES, name="listings"),
            generic_pass_config("listings", AGGREGATIONS, group_by=BY_INSTRUMENT, name="minutes"),
            generic_pass_config(
                "listings", AGGREGATIONS, rule="15m", group_by=BY_INSTRUMENT, indicators=indicators, name="quarters"
            ),
        ],
    }


def one_pass(contract: Contract) -> Config:
    """Bars straight from the trades, each symbol one listing."""
    return {"TABLES": {"trades": trades("symbol")}, "PASSES": [trade_pass_config(contract, MEASURES, name="direct")]}


def their_bars() -> Result:
    """The other bars by symbol and start of the minute."""
    query = f"SELECT symbol, ts, volume, open, high, low, close FROM '{THEIR_BARS}'"
    return by_key(rows_of(duckdb.sql(query).to_arrow_table()), ["symbol", "ts"])


def ticks_of(symbol: str, date: str) -> list[dict[str, Any]]:
    """One day of one symbol as canonical rows, each symbol one listing."""
    query = f"""
        SELECT symbol AS ListingId, ts AS TradeTimestamp, seq AS BMLLSequenceNo, price AS LocalPrice, size AS Size,
               price * size AS TradeNotionalEUR
        FROM '{TICKS}' WHERE symbol = '{symbol}' AND date = '{date}'
    """
    return rows_of(duckdb.sql(query).to_arrow_table())
