"""A market large enough that several threads and row groups share it, from a seed."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from oracles.buckets import SECOND

from markets.moments import MIDNIGHT


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
