"""When each listing trades on a day, and in which way; prices come later."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.activity import trade_counts
from basalt.sample.book import with_ties
from basalt.sample.draws import Draws, Purpose
from basalt.sample.session import CLOSING_UNCROSS, HOUR, MINUTE, OPEN, REOPEN, volume_curve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basalt.sample.arrays import Codes, Flags, Integers
    from basalt.sample.instruments import Listing
    from basalt.sample.market import MarketDay

_TIE_CHANCE = 0.11
_OFF_BOOK_SHARES = (0.05, 0.025, 0.035, 0.025)
_OPENING_SHARE = 200
_CLOSING_SHARE = 100
_LARGEST_UNCROSS = 400
_BOUNDARY_SHARE = 150
_MOST_BOUNDARIES = 6
_OVER_THE_COUNTER_START = 7 * HOUR + 15 * MINUTE
_OVER_THE_COUNTER_END = 17 * HOUR + 30 * MINUTE


class Kind(IntEnum):
    """How a trade came about; the names are the values of ``Classification``."""

    LIT_CONTINUOUS = 0
    LIT_AUCTION_OPEN = 1
    LIT_AUCTION_UNSCHEDULED = 2
    LIT_AUCTION_CLOSE = 3
    DARK_CONTINUOUS = 4
    OFF_BOOK_ON_EXCHANGE = 5
    SI_ADDRESSABLE_BELOW_LIS = 6
    OTC = 7


OFF_BOOK = (Kind.DARK_CONTINUOUS, Kind.OFF_BOOK_ON_EXCHANGE, Kind.SI_ADDRESSABLE_BELOW_LIS, Kind.OTC)
AUCTIONS = (Kind.LIT_AUCTION_OPEN, Kind.LIT_AUCTION_UNSCHEDULED, Kind.LIT_AUCTION_CLOSE)


@dataclass(frozen=True)
class Tape:
    """All trades of a day, by listing, time and sequence."""

    time: Integers
    listing: Integers
    kind: Codes
    sequence: Integers
    """Ascending in a listing's trades, with gaps."""


@dataclass(frozen=True)
class _Trades:
    time: Integers
    kind: Codes


def draw_tape(day: MarketDay) -> Tape:
    """Return the day's trades: as many as the options say."""
    counts = trade_counts(day.market.options, day.market.listings, day.session.day)
    streams = [
        Draws(day.market.options.seed, Purpose.TAPE, day.session.day.index, listing.index)
        for listing in day.market.listings
    ]
    trades = [
        _draw_listing(draws, day, listing, count)
        for draws, listing, count in zip(streams, day.market.listings, counts, strict=True)
    ]
    gaps = [1 + draws.below(count, 4) for draws, count in zip(streams, counts, strict=True)]
    return Tape(
        time=np.concatenate([each.time for each in trades]),
        listing=np.repeat(np.arange(len(counts)), counts),
        kind=np.concatenate([each.kind for each in trades]),
        sequence=np.concatenate([np.cumsum(gap) for gap in gaps]),
    )


def _draw_listing(draws: Draws, day: MarketDay, listing: Listing, count: int) -> _Trades:
    uncrosses = _uncrosses(day, listing, count)
    off_book = [int(count * share) for share in _OFF_BOOK_SHARES]
    lit = count - sum(len(each.time) for each in uncrosses) - sum(off_book)
    halted = day.session.hours[listing.instrument.index].halted
    groups = [
        *uncrosses,
        _all(Kind.LIT_CONTINUOUS, _draw_lit(draws, lit, halted=halted)),
        *_draw_off_book(draws, off_book, halted=halted),
    ]
    time = np.concatenate([group.time for group in groups])
    kind = np.concatenate([group.kind for group in groups])
    order = np.argsort(time, kind="stable")
    return _Trades(time[order], kind[order])


def _all(kind: Kind, time: Integers) -> _Trades:
    return _Trades(time, np.full(len(time), kind, dtype=np.int8))


def _uncrosses(day: MarketDay, listing: Listing, count: int) -> list[_Trades]:
    """Return the trades of the primary exchange's auctions, each auction at one moment."""
    if not listing.is_primary or count == 0:
        return []
    hours = day.session.hours[listing.instrument.index]
    opening = min(1 + count // _OPENING_SHARE, _LARGEST_UNCROSS)
    closing = min(1 + count // _CLOSING_SHARE, _LARGEST_UNCROSS)
    uncrosses = [(Kind.LIT_AUCTION_OPEN, OPEN, opening), (Kind.LIT_AUCTION_CLOSE, CLOSING_UNCROSS, closing)]
    if hours.halted:
        uncrosses.append((Kind.LIT_AUCTION_UNSCHEDULED, REOPEN, opening))
    return [_all(kind, np.full(trades, start + hours.delay, dtype=np.int64)) for kind, start, trades in uncrosses]


def _draw_lit(draws: Draws, count: int, *, halted: bool) -> Integers:
    """Return the times of lit trades: in bursts of equal times, a few on a minute and one nanosecond after."""
    curve = volume_curve(halted=halted)
    times = with_ties(curve.draw(draws, count), draws.chance(count, _TIE_CHANCE))
    for first in _boundary_places(count):
        minute = times[first] // MINUTE * MINUTE
        if minute in curve.starts:
            times[first : first + 3] = minute + np.array([0, 0, 1])
    return np.sort(times)


def _boundary_places(count: int) -> Iterator[int]:
    """Return where in a listing's trades three in a row are moved to a minute's boundary."""
    boundaries = min(count // _BOUNDARY_SHARE, _MOST_BOUNDARIES)
    for number in range(boundaries):
        yield (number + 1) * count // (boundaries + 1)


def _draw_off_book(draws: Draws, counts: list[int], *, halted: bool) -> list[_Trades]:
    """Return trades off the book: over the counter at any time, the others while the market trades."""
    curve = volume_curve(halted=halted)
    while_trading = [
        _all(kind, curve.draw(draws, count)) for kind, count in zip(OFF_BOOK[:-1], counts[:-1], strict=True)
    ]
    width = _OVER_THE_COUNTER_END - _OVER_THE_COUNTER_START
    return [*while_trading, _all(Kind.OTC, _OVER_THE_COUNTER_START + draws.below(counts[-1], width))]


def sweep_heads(tape: Tape, rows: Integers) -> Integers:
    """Return for each of ``rows`` the place in ``rows`` of the first trade of its sweep.

    A sweep is one order that trades several times at once: lit trades of one listing at one time, next to each other.
    """
    lit = tape.kind[rows] == Kind.LIT_CONTINUOUS
    continues = np.zeros(len(rows), dtype=np.bool_)
    continues[1:] = _same(tape.time[rows]) & _same(tape.listing[rows]) & lit[1:] & lit[:-1]
    return np.maximum.accumulate(np.where(continues, 0, np.arange(len(rows))))


def _same(values: Integers) -> Flags:
    return np.equal(values[1:], values[:-1])
