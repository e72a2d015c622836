"""Real trades with what a vendor would add: marks of the exchanges, and the quotes that stood around each trade."""

from __future__ import annotations

import duckdb
import pyarrow as pa
from real.ticks import DATA, TICKS

CRYPTO_TRADES = str(DATA / "crypto_l2" / "trades.parquet")
CRYPTO_QUOTES = str(DATA / "crypto_l2" / "quotes.parquet")


def marked_ticks(symbol: str, date: str) -> pa.Table:
    """One day of one symbol, each venue one listing, with the condition and size class of each trade."""
    return duckdb.sql(f"""
        SELECT ascii(venue) AS ListingId, venue AS MIC, ts AS TradeTimestamp, seq AS BMLLSequenceNo,
               price AS LocalPrice, size AS Size, price * size AS TradeNotional, cond AS Condition,
               CASE WHEN size < 100 THEN 'Odd Lot' WHEN size % 100 > 0 THEN 'MIXED' ELSE 'ROUND' END AS LotType,
               size >= 1000 AS IsBlock, suspicious AS Suspicious
        FROM '{TICKS}' WHERE symbol = '{symbol}' AND date = '{date}'
    """).to_arrow_table()


def quoted_trades() -> pa.Table:
    """Bitcoin trades with the best quotes before each, and the mids 100 ms and a second after it, by time of receipt:
    the quotes have no other. A quote often arrives before the trade that changed it, so spreads are not what was paid.
    """
    return duckdb.sql(f"""
        WITH standing AS (
            SELECT ts, arg_max(bid, seq) AS bid, arg_max(ask, seq) AS ask FROM '{CRYPTO_QUOTES}' GROUP BY ts
        )
        SELECT 1 AS ListingId, trades.recv_ts AS TradeTimestamp, trades.seq AS BMLLSequenceNo,
               trades.price AS LocalPrice, trades.size AS Size,
               CASE trades.side WHEN 'B' THEN 1 WHEN 'S' THEN 2 END AS AggressorSide,
               before.bid AS BestBidPrice, before.ask AS BestAskPrice, (before.bid + before.ask) / 2 AS PreTradeMid,
               (after_100.bid + after_100.ask) / 2 AS PostTradeMid100ms,
               (after_1000.bid + after_1000.ask) / 2 AS PostTradeMid1000ms,
               (trades.price - before.bid) / nullif(before.ask - before.bid, 0) AS PricePoint
        FROM '{CRYPTO_TRADES}' AS trades
        ASOF LEFT JOIN standing AS before ON trades.recv_ts > before.ts
        ASOF LEFT JOIN standing AS after_100 ON trades.recv_ts + INTERVAL 100 MILLISECOND >= after_100.ts
        ASOF LEFT JOIN standing AS after_1000 ON trades.recv_ts + INTERVAL 1000 MILLISECOND >= after_1000.ts
        ORDER BY trades.seq
    """).to_arrow_table()
