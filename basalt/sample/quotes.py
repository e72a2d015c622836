"""Best bid and offer through a day, for listings and, over all venues, for instruments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.session import State
from basalt.sample.timeline import Timeline, keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basalt.sample.arrays import Flags, Integers, Ticks
    from basalt.sample.book import ListingBook

NO_BID = 0
NO_ASK = 2**30
"""What stands for an empty side: any bid is higher, any ask is lower."""


@dataclass(frozen=True)
class Quotes:
    """Firm best prices in ticks and sizes in shares, as they changed; sides are empty outside continuous trading."""

    timeline: Timeline
    bid: Ticks
    ask: Ticks
    bid_size: Ticks
    ask_size: Ticks

    def take(self, position: Integers) -> Quote:
        """Return the quotes at positions of the timeline; empty where the position is -1."""
        known = position >= 0
        return Quote(
            bid=np.where(known, self.bid[position], NO_BID).astype(np.int64),
            ask=np.where(known, self.ask[position], NO_ASK).astype(np.int64),
            bid_size=self.bid_size[position].astype(np.int64),
            ask_size=self.ask_size[position].astype(np.int64),
        )


@dataclass(frozen=True)
class Quote:
    """The quotes that stood at some moments."""

    bid: Integers
    ask: Integers
    bid_size: Integers
    ask_size: Integers

    @property
    def has_bid(self) -> Flags:
        """Where there is a bid."""
        return np.not_equal(self.bid, NO_BID)

    @property
    def has_ask(self) -> Flags:
        """Where there is an ask."""
        return np.not_equal(self.ask, NO_ASK)

    @property
    def two_sided(self) -> Flags:
        """Where there are both."""
        return self.has_bid & self.has_ask


def venue_quotes(books: Sequence[ListingBook]) -> Quotes:
    """Return the firm quotes of all listings, owned by the listing's index."""
    firm = [_firm(book) for book in books]
    return _joined(firm, [book.time for book in books])


def consolidated_quotes(books: Sequence[ListingBook], venues: int) -> Quotes:
    """Return the best firm quotes over the venues of each instrument, owned by the instrument's index.

    ``books`` holds ``venues`` listings of one instrument after the other. The size at the best price adds up all
    venues that quote it.
    """
    groups = [books[first : first + venues] for first in range(0, len(books), venues)]
    times = [np.unique(np.concatenate([book.time for book in group])) for group in groups]
    return _joined([_best_of(group, time) for group, time in zip(groups, times, strict=True)], times)


@dataclass(frozen=True)
class _Sides:
    bid: Ticks
    ask: Ticks
    bid_size: Ticks
    ask_size: Ticks


def _firm(book: ListingBook) -> _Sides:
    trading = book.state == State.CONTINUOUS_TRADING
    bid = np.where(trading & (book.bid_levels > 0), book.bid, NO_BID).astype(np.int32)
    ask = np.where(trading & (book.ask_levels > 0), book.ask, NO_ASK).astype(np.int32)
    return _Sides(bid, ask, book.bid_size, book.ask_size)


def _joined(sides: Sequence[_Sides], times: Sequence[Integers]) -> Quotes:
    return Quotes(
        timeline=Timeline(np.concatenate([keys(owner, time) for owner, time in enumerate(times)])),
        bid=np.concatenate([each.bid for each in sides]),
        ask=np.concatenate([each.ask for each in sides]),
        bid_size=np.concatenate([each.bid_size for each in sides]),
        ask_size=np.concatenate([each.ask_size for each in sides]),
    )


def _best_of(group: Sequence[ListingBook], time: Integers) -> _Sides:
    bid = np.full(len(time), NO_BID, dtype=np.int32)
    ask = np.full(len(time), NO_ASK, dtype=np.int32)
    bid_size, ask_size = np.zeros_like(bid), np.zeros_like(ask)
    for book in group:
        mine = _standing(book, time)
        bid_size = np.where(mine.bid > bid, mine.bid_size, bid_size + mine.bid_size * (mine.bid == bid))
        ask_size = np.where(mine.ask < ask, mine.ask_size, ask_size + mine.ask_size * (mine.ask == ask))
        bid, ask = np.maximum(bid, mine.bid), np.minimum(ask, mine.ask)
    return _Sides(bid, ask, bid_size, ask_size)


def _standing(book: ListingBook, time: Integers) -> _Sides:
    """Return what stood at the venue at each time; nothing before its first update."""
    position = np.searchsorted(book.time, time, side="right") - 1
    firm = _firm(book)
    known = position >= 0
    return _Sides(
        bid=np.where(known, firm.bid[position], NO_BID).astype(np.int32),
        ask=np.where(known, firm.ask[position], NO_ASK).astype(np.int32),
        bid_size=firm.bid_size[position],
        ask_size=firm.ask_size[position],
    )
