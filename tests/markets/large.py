"""A market large enough that several threads and row groups share it, from a seed."""

from __future__ import annotations

from random import Random

import numpy as np
import pyarrow as pa
from oracles.buckets import SECOND, Contract

from markets.moments import MIDNIGHT
from markets.trades import CHANGES, FLAGS, INSTRUMENTS, MARKET_STATES, MIDS, QUOTES, Market, with_listing_columns


def large_market(rows: int, seed: int) -> pa.Table:
    """Trades of 20 listings of 5 instruments around a midnight: most share their time with another and only
    their sequence numbers, in no order, tell them apart. Prices may be missing, sizes have many digits."""
    random = np.random.default_rng(seed)
    moments = MIDNIGHT + random.integers(-600, 600, rows) * SECOND + random.integers(0, 3, rows)
    listings = random.integers(1, 21, rows)
    prices = np.round(100 * np.exp(random.normal(0, 0.01, rows)), 4)
    sizes = random.integers(1, 1_000, rows) / 7
    missing = random.random(rows) < 0.02
    return pa.table(
        {
            "ListingId": listings,
            "InstrumentId": (listings - 1) // 4,
            "TradeTimestamp": pa.array(moments).cast(pa.timestamp("ns")),
            "BMLLSequenceNo": random.permutation(rows),
            "LocalPrice": pa.array(prices, mask=missing),
            "Size": sizes,
            "Classification": pa.array(np.where(random.random(rows) < 0.9, "LIT_CONTINUOUS", "OTC_LIT_AUCTION")),
            "AggressorSide": random.integers(0, 3, rows),
            "TradeNotional": prices * sizes,
            "TradeNotionalEUR": prices * sizes * 0.9,
            "TradeNotionalUSD": prices * sizes * 1.1,
            "BMLLParticipantType": pa.array(np.where(random.random(rows) < 0.2, "RETAIL", "INSTITUTIONAL")),
            "IsBlock": pa.array(np.where(random.random(rows) < 0.1, "Y", "N")),
        }
    )


def large_reference() -> pa.Table:
    """Which instrument each listing of the large market belongs to."""
    listings = np.arange(1, 21)
    return pa.table({"ListingId": listings, "InstrumentId": (listings - 1) // 4})


def shuffled(table: pa.Table, seed: int) -> pa.Table:
    """The same rows in another order."""
    return table.take(np.random.default_rng(seed).permutation(table.num_rows))


def one_moment(listings: int, trades: int) -> pa.Table:
    """Trades of one time and one sequence number, each of its listing at its own price."""
    prices = np.arange(listings * trades) / 100 + 1
    return pa.table(
        {
            "ListingId": np.repeat(np.arange(listings), trades),
            "TradeTimestamp": pa.array(np.full(listings * trades, MIDNIGHT)).cast(pa.timestamp("ns")),
            "BMLLSequenceNo": np.zeros(listings * trades, dtype=np.int64),
            "LocalPrice": prices,
            "Size": np.ones(listings * trades),
        }
    )


def annotated_market(contract: Contract, rows: int, seed: int) -> Market:
    """Trades around a midnight with all that a vendor adds to them, some of it missing, numbered in no order."""
    random = Random(seed)  # noqa: S311 - the same market every time
    numbers = random.sample(range(rows), rows)
    return Market(contract, "ns", with_listing_columns(_annotated(random, contract, number) for number in numbers))


def _annotated(random: Random, contract: Contract, number: int) -> dict[str, object]:
    choose = random.choice
    prices = {name: choose([99.5, 99.98, 100.02, 100.5, None, float("nan")]) for name in (*QUOTES, *MIDS)}
    return {
        "ListingId": choose(sorted(INSTRUMENTS)),
        "TradeTimestamp": MIDNIGHT + random.randrange(-4 * contract.width, 4 * contract.width, contract.width // 60),
        "BMLLSequenceNo": number,
        "LocalPrice": choose([99.5, 100.01, 100.5, 101.0, round(random.gauss(100, 1), 2), None]),
        "Size": choose([1.0, 50.0, 100.0, 12_000.0, random.randrange(1, 500) / 7, None]),
        "AggressorSide": choose([1, 2, 2, 0, None]),
        "Classification": choose(["LIT_CONTINUOUS"] * 6 + ["LIT_AUCTION_OPEN", "OTC_OFF_BOOK"]),
        "MarketState": choose(MARKET_STATES),
        **{f"TradeNotional{currency}": random.randrange(10**6) / 100 for currency in ("", "EUR", "USD")},
        "BMLLParticipantType": choose(["RETAIL", "INSTITUTIONAL"]),
        "IsBlock": choose(["Y", "N"]),
        "LotType": choose(["ODD", "ROUND"]),
        **{name: choose(["Y", "N", "H", None]) for name in FLAGS},
        **{name: choose([0.0, 0.25, 1.0, 12_345.0, None]) for name in CHANGES},
        **prices,
    }
