"""National best quotes of real US equities, one side per row, against a vendor's minute bars of them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

import basalt

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
QUOTES, BARS = DATA / "us_equity_ticks" / "quotes", DATA / "us_equity_minute_bars" / "quote_bars.parquet"

pytestmark = pytest.mark.skipif(
    not (QUOTES.is_dir() and BARS.is_file()), reason="the quotes are not there: ../shared/data/us_equity_ticks"
)

PIPELINE = {
    "TABLES": {
        "quotes": {
            "path": str(QUOTES / "**" / "*.parquet"),
            "nulls": "unchanged",
            "sequence": "seq",
            "filter": "not suspicious",
            "columns": {
                "ListingId": "concat(symbol, ' ', date)",
                "Ticker": "symbol",
                "EventTimestamp": "ts",
                "BidPrice1": "bid",
                "AskPrice1": "ask",
                "BidQuantity1": "bid_size",
                "AskQuantity1": "ask_size",
            },
        }
    },
    "PASSES": [
        {
            "name": "minutes",
            "modules": ["l2"],
            "time_bucket_anchor": "start",
            "time_bucket_closed": "left",
            "l2_analytics": {
                "liquidity": [{"measures": ["Price", "Quantity"]}],
                "ohlc": [{"source": ["Bid", "Ask"], "open_mode": "prev_close"}],
            },
        }
    ],
}
"""A quote stands for its symbol on its day; the vendor labels a minute with its start."""

COLUMNS = {
    "BidPrice1": "bid_close", "AskPrice1": "ask_close", "BidQuantity1": "bid_size", "AskQuantity1": "ask_size",
    "BidOpen": "bid_open", "BidHigh": "bid_high", "BidLow": "bid_low",
    "AskOpen": "ask_open", "AskHigh": "ask_high", "AskLow": "ask_low",
}  # fmt: skip


def agreement() -> dict[str, float]:
    """The share of the vendor's minutes, on the days of the quotes, in which a column is the vendor's."""
    shares = ", ".join(f"avg((minutes.{ours} = bars.{theirs})::INT)" for ours, theirs in COLUMNS.items())
    with duckdb.connect() as connection, basalt.run(PIPELINE, connection=connection) as result:
        result["minutes"].arrow()
        query = f"""
            SELECT count(*), count(minutes.Ticker), {shares} FROM '{BARS}' AS bars
            LEFT JOIN minutes ON minutes.TimeBucket = bars.ts AND minutes.Ticker = bars.symbol
            WHERE (bars.symbol, bars.date) IN (SELECT DISTINCT (symbol, date) FROM '{QUOTES}/**/*.parquet')
        """
        theirs, both, *found = connection.sql(query).fetchall()[0]
    assert theirs > 3_000
    return {"minutes": both / theirs, **dict(zip(COLUMNS, found, strict=True))}


def test_quotes_and_bars_of_a_minute_are_the_vendors() -> None:
    found = agreement()
    assert {name: share for name, share in found.items() if share < 0.999} == {}
    assert {found[name] for name in ("BidPrice1", "AskPrice1", "BidQuantity1", "AskQuantity1")} == {1.0}
