"""The book of a real exchange, rebuilt from its depth updates, against its best quotes and its own books."""

from __future__ import annotations

import duckdb
import pytest
from real.ticks import DATA, needs_data

import basalt

pytestmark = needs_data

CRYPTO = DATA / "crypto_l2"
DEPTH = {
    "path": str(CRYPTO / "depth_updates.parquet"),
    "columns": {
        "ListingId": "1",
        "EventTimestamp": "recv_ts",
        "Side": "CASE side WHEN 'B' THEN 1 ELSE 2 END",
        "Price": "price",
        "Size": "size",
    },
    "sequence": "seq",
}
BOOKS = {
    "TABLES": {"depth": DEPTH},
    "PASSES": [{"name": "books", "modules": "book", "book_analytics": {"levels": 10}}],
}


@pytest.fixture(scope="module")
def books() -> duckdb.DuckDBPyConnection:
    """A connection with the rebuilt books, the best quotes and the exchange's own books of ten levels."""
    with basalt.run(BOOKS) as result:
        rebuilt = result["books"].arrow()
    connection = duckdb.connect()
    connection.register("books", rebuilt)
    connection.execute(f"""
        CREATE VIEW quotes AS
            SELECT ts, arg_max(bid, seq) AS bid, arg_max(ask, seq) AS ask FROM '{CRYPTO}/quotes.parquet' GROUP BY ts;
        CREATE VIEW updates AS SELECT recv_ts AS time, any_value(ts) AS ts FROM '{DEPTH["path"]}' GROUP BY recv_ts;
        CREATE VIEW theirs AS FROM '{CRYPTO}/book10.parquet';
    """)
    return connection


def test_it_equals_the_best_quotes_and_is_never_crossed(books: duckdb.DuckDBPyConnection) -> None:
    query = """
        SELECT count(*), count(*) FILTER (WHERE BidPrice1 = bid AND AskPrice1 = ask),
            count(*) FILTER (WHERE BidPrice1 >= AskPrice1)
        FROM books ASOF JOIN quotes ON books.EventTimestamp >= quotes.ts
    """
    ((instants, equal, crossed),) = books.execute(query).fetchall()
    assert instants == 6493
    assert equal >= 0.995 * instants
    assert crossed == 0


def test_it_equals_the_books_of_the_exchange_at_every_level(books: duckdb.DuckDBPyConnection) -> None:
    """Updates begin without a book: a price is known when it is first set, of these ten levels after five minutes."""
    same = " AND ".join(
        f"{ours}Price{level} = {theirs}_px_{level} AND {ours}Quantity{level} = {theirs}_sz_{level}"
        for level in range(1, 11)
        for ours, theirs in (("Bid", "bid"), ("Ask", "ask"))
    )
    query = f"""
        SELECT count(*), count(*) FILTER (WHERE {same})
        FROM books JOIN updates ON books.EventTimestamp = updates.time JOIN theirs ON theirs.ts = updates.ts
        WHERE EventTimestamp >= TIMESTAMP '2024-08-08 23:59:00'
    """
    assert books.execute(query).fetchall() == [(3641, 3641)]
