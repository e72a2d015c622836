"""The ``l2`` table: one row per book update, wide over its levels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from basalt.sample.chunks import time_chunks
from basalt.sample.columns import dates, labels, numbers, price, timestamps
from basalt.sample.queues import Side, lots, orders, queue_words
from basalt.sample.session import State
from basalt.sample.timeline import keys, times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basalt.sample.arrays import Codes, Integers, Ticks, Words
    from basalt.sample.market import MarketDay


@dataclass(frozen=True)
class _Half:
    """One side of all books: the best price in ticks and how many levels stand."""

    side: Side
    name: str
    best: Ticks
    levels: Codes


@dataclass(frozen=True)
class _Updates:
    """All updates of a day, by listing and time."""

    moment: Integers
    listing: Integers
    number: Integers
    """How many updates of the listing came before."""
    state: Codes
    halves: tuple[_Half, _Half]


def l2_rows(day: MarketDay) -> Iterator[pa.Table]:
    """Return a day's updates in time order, in tables of bounded size."""
    updates = _collect(day)
    for rows, in_time_order in time_chunks(times(updates.moment)):
        table = pa.table(_identity(day, updates, rows) | _ladder(day, updates, rows))
        yield table.take(numbers(in_time_order))


def _collect(day: MarketDay) -> _Updates:
    counts = [len(book.time) for book in day.books]
    return _Updates(
        moment=np.concatenate([keys(owner, book.time) for owner, book in enumerate(day.books)]),
        listing=np.repeat(np.arange(len(counts)), counts),
        number=np.concatenate([np.arange(count) for count in counts]),
        state=np.concatenate([book.state for book in day.books]),
        halves=(
            _Half(
                Side.BID,
                "Bid",
                np.concatenate([book.bid for book in day.books]),
                np.concatenate([book.bid_levels for book in day.books]),
            ),
            _Half(
                Side.ASK,
                "Ask",
                np.concatenate([book.ask for book in day.books]),
                np.concatenate([book.ask_levels for book in day.books]),
            ),
        ),
    )


def _identity(day: MarketDay, updates: _Updates, rows: Integers) -> dict[str, pa.Array]:
    listings = day.market.listings
    listing = updates.listing[rows]
    time = timestamps(day.session.day.epoch, times(updates.moment[rows]))
    return {
        "TradeDate": dates(day.session.day.epoch, len(rows)),
        "EventTimestamp": time,
        "TimestampNanoseconds": time,
        "L2EventNo": numbers(updates.number[rows] + 1),
        "BMLLSequenceNo": numbers(updates.number[rows] + 1),
        "ListingId": numbers(np.array([each.listing_id for each in listings])[listing]),
        "MIC": labels(listing, [each.mic for each in listings]),
        "Ticker": labels(listing, [each.ticker for each in listings]),
        "CurrencyCode": labels(listing, [each.instrument.currency for each in listings]),
        "MarketState": labels(updates.state[rows], [state.name for state in State]),
    }


def _ladder(day: MarketDay, updates: _Updates, rows: Integers) -> dict[str, pa.Array]:
    columns: dict[str, pa.Array] = {}
    queues = _queues_of(day, updates, rows)
    for level in range(1, day.market.options.levels + 1):
        for half in updates.halves:
            columns |= _level(queues, half, rows, level)
    return columns


@dataclass(frozen=True)
class _Queues:
    """What prices and queues are computed from, row by row."""

    tick: Integers
    lot: Integers
    salt: Words
    number: Integers


def _queues_of(day: MarketDay, updates: _Updates, rows: Integers) -> _Queues:
    listing = updates.listing[rows]
    instruments = [each.instrument for each in day.market.listings]
    return _Queues(
        tick=np.array([each.tick for each in instruments])[listing],
        lot=np.array([each.lot for each in instruments])[listing],
        salt=np.array([book.salt for book in day.books], dtype=np.uint64)[listing],
        number=updates.number[rows],
    )


def _level(queues: _Queues, half: _Half, rows: Integers, level: int) -> dict[str, pa.Array]:
    """Return price, quantity and number of orders of one level, null where it does not stand."""
    ticks = (half.best[rows] + half.side * (level - 1)).astype(np.int32)
    words = queue_words(queues.salt, half.side, ticks, queues.number)
    missing = half.levels[rows] < level
    return {
        f"{half.name}Price{level}": numbers(price(2 * ticks.astype(np.int64), queues.tick), missing),
        f"{half.name}Quantity{level}": numbers(lots(words) * queues.lot, missing),
        f"{half.name}NumOrders{level}": numbers(orders(words).astype(np.int32), missing),
    }
