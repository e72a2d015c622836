"""The oracle of the golden case of a timeline of phases."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import strategies as st
from markets.books import books
from markets.sessions import CONTINUOUS, breaks_of, changes_near, state_table
from oracles.buckets import SECOND, Contract
from oracles.joined import joined
from oracles.results import assert_same
from oracles.timelines import Stands, book_rows, phases, trade_rows

from golden.cases import GoldenCase
from golden.executed import Draw, canonical, drawn_market, views

MINUTES = Contract(60 * SECOND)
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
