"""The oracles of the golden cases of timelines: phases of the market, and days."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import strategies as st
from markets.books import books
from markets.sessions import CONTINUOUS, breaks_of, changes_near, state_table
from oracles.book_times import l2tw_pass
from oracles.buckets import DAY, SECOND, Contract
from oracles.joined import joined
from oracles.results import Tolerance, assert_same
from oracles.timelines import Stands, book_rows, phases, trade_rows
from oracles.tolerances import trade_tolerance
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades

from golden.cases import GoldenCase
from golden.executed import Draw, canonical, drawn_market, views, with_columns

MINUTES = Contract(60 * SECOND)
DAYS = Contract(DAY, "start", "left")
BOOK = {"liquidity": [{"sides": ["Bid"], "levels": [1], "measures": ["Price"]}]}


def check_continuous_phases(case: GoldenCase, draw: Draw) -> None:
    market, book = drawn_market(draw, MINUTES), draw(books(st.just(MINUTES), most=10))
    changes = draw(changes_near(market.rows, "TradeTimestamp", MINUTES.width))
    changes += draw(changes_near(book.rows, "TimestampNanoseconds", MINUTES.width))
    table = book.table
    for name in ("MIC", "Ticker", "CurrencyCode"):
        table = table.append_column(name, pa.array([f"{name}{row['ListingId']}" for row in book.rows]))
    spans, breaks = phases(changes, [CONTINUOUS]), breaks_of(changes)
    bars = trade_rows(market.rows, MINUTES, ["Volume"]).timeline(spans, Stands(breaks), ["TradeTotalVolume"])
    stands = Stands(breaks, 1_800 * SECOND, is_carried_in=True)
    standing = book_rows(book.rows, MINUTES, BOOK).timeline(spans, stands, [])
    with views(case, trades=canonical(market), l2=table, marketstate=state_table(changes)) as found:
        assert_same(found.result("minutes"), joined(bars, standing, flows=["TradeTotalVolume"]))


def check_daily_analytics(case: GoldenCase, draw: Draw) -> None:
    market, book = drawn_market(draw, MINUTES), draw(books(st.just(MINUTES), most=10))
    table = book.table
    for name in ("MIC", "Ticker", "CurrencyCode"):
        table = table.append_column(name, pa.array([f"{name}{row['ListingId']}" for row in book.rows]))
    lit, measures = [trade for trade in read_trades(market.rows) if trade.lit], ["Volume", "OHLC"]
    over_time = l2tw_pass(book.rows, DAYS, {"prices": [{"source": ["Bid"]}]}, 3_600 * SECOND)
    expected = joined(trade_pass(lit, DAYS, measures), over_time, flows=["TradeTotalVolume"])
    tolerance = trade_tolerance(DAYS)
    week = Contract(7 * DAY, "start", "left", origin=-3 * DAY)  # 1970-01-01 was a Thursday
    weeks = trade_pass(lit, week, measures)
    with views(case, trades=canonical(market), l2=table) as found:
        assert_same(found.result("days"), expected, Tolerance({**tolerance.relative, "BidTWA": 1e-12}))
        told = {key: row for key, row in found.result("weeks").items() if row["Close"] is not None}
        assert_same(told, with_columns({key: row for key, row in weeks.items() if row["Close"] is not None}, "Close"))
