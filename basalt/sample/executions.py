"""At what price, in what size and on whose initiative each trade happened, given the quotes that stood before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.draws import Draws, lognormal_lots
from basalt.sample.session import SECOND
from basalt.sample.tape import AUCTIONS, Kind, Tape, sweep_heads

if TYPE_CHECKING:
    from basalt.sample.arrays import Codes, Flags, Integers, Words
    from basalt.sample.market import MarketDay
    from basalt.sample.quotes import Quote

UNKNOWN = 0
BUY = 1
SELL = 2
ABSENT = -1
"""Codes of ``AggressorSide``; an absent one is null."""

_LOTS = lognormal_lots(median=2.5, deviation=1.1, entries=4096)
_AUCTION_LOTS = lognormal_lots(median=30.0, deviation=1.2, entries=4096)
_BLOCK_LOTS = lognormal_lots(median=400.0, deviation=0.8, entries=4096)
_TABLE_BITS = np.uint64(4095)
_ODD_LOT_CHANCE = 0.14
_BLOCK_CHANCE = 0.08
_BLOCK_KINDS = (Kind.OFF_BOOK_ON_EXCHANGE, Kind.OTC)
_INSIDE_CHANCE = 0.07
_UNKNOWN_CHANCE = 0.03
_ABSENT_CHANCE = 0.01
_ABSENT_OFF_BOOK_CHANCE = 0.1
_FORESIGHT = 0.3
"""How much likelier a trade is on the side to which the price moves next: the impact of trades."""
_IMPACT_TIME = 30 * SECOND
_OVER_THE_COUNTER_DISTANCE = 5
_WORD_UNIT = 2.0**-53


@dataclass(frozen=True)
class Executions:
    """Some trades of a day, by listing, time and sequence; with the quotes that stood before them."""

    time: Integers
    listing: Integers
    instrument: Integers
    kind: Codes
    sequence: Integers
    half_ticks: Integers
    """Price in halves of a tick."""
    size: Integers
    aggressor: Codes
    odd_lot: Flags
    block: Flags
    venue: Quote
    consolidated: Quote


def draw_executions(day: MarketDay, tape: Tape, rows: Integers, draws: Draws) -> Executions:
    """Return the trades of the tape at ``rows``, which hold whole sweeps."""
    time, listing, kind = tape.time[rows], tape.listing[rows], tape.kind[rows]
    instrument = listing // day.market.options.venues
    venue = day.venue_quotes.take(day.venue_quotes.timeline.before(listing, time))
    consolidated = day.consolidated_quotes.take(day.consolidated_quotes.timeline.before(instrument, time))
    fair = day.fair.ticks[day.fair.timeline.until(instrument, time)]
    order = draws.words(len(rows))[sweep_heads(tape, rows)]
    buys = _buys(day, instrument, time, venue, order)
    half_ticks = _half_ticks(kind, fair, consolidated, _lit_half_ticks(venue, order, buys=buys), draws)
    block = np.isin(kind, _BLOCK_KINDS) & draws.chance(len(rows), _BLOCK_CHANCE)
    odd_lot = ~block & ~np.isin(kind, AUCTIONS) & draws.chance(len(rows), _ODD_LOT_CHANCE)
    lot = np.array([each.lot for each in day.market.instruments])[instrument]
    shown = np.where(buys, venue.ask_size, venue.bid_size)
    round_lots = _round_lots(kind, block, shown, lot, draws)
    return Executions(
        time=time,
        listing=listing,
        instrument=instrument,
        kind=kind,
        sequence=tape.sequence[rows],
        half_ticks=half_ticks,
        size=np.where(odd_lot, 1 + draws.below(len(rows), lot - 1), round_lots),
        aggressor=_aggressors(kind, draws, buys=buys),
        odd_lot=odd_lot,
        block=block,
        venue=venue,
        consolidated=consolidated,
    )


def _buys(day: MarketDay, instrument: Integers, time: Integers, venue: Quote, order: Words) -> Flags:
    """Return whose orders buy: mostly those before the price rises, and all where there is no bid."""
    now = day.fair.timeline.until(instrument, time)
    later = day.fair.timeline.until(instrument, time + _IMPACT_TIME)
    moved = np.sign(day.fair.ticks[later] - day.fair.ticks[now])
    chance = 0.5 + _FORESIGHT * moved
    wants = np.less((order >> np.uint64(11)).astype(np.float64) * _WORD_UNIT, chance)
    return np.where(venue.two_sided, wants, venue.has_ask)


def _lit_half_ticks(venue: Quote, order: Words, *, buys: Flags) -> Integers:
    """Return the touch that the order takes, or now and then a hidden price one tick better."""
    wide = venue.two_sided & (venue.ask - venue.bid > 1)
    hidden = (order & np.uint64(1023)).astype(np.int64) < int(1024 * _INSIDE_CHANCE)
    better = (wide & hidden).astype(np.int64)
    return 2 * np.where(buys, venue.ask - better, venue.bid + better)


def _half_ticks(kind: Codes, fair: Integers, quote: Quote, lit: Integers, draws: Draws) -> Integers:
    """Return prices: the touch for lit trades, the middle for dark ones, the efficient price where nothing stands."""
    count = len(kind)
    middle = quote.bid + quote.ask
    within = 2 * (quote.bid + draws.below(count, np.where(quote.two_sided, quote.ask - quote.bid + 1, 1)))
    near = 2 * (fair + draws.below(count, 2 * _OVER_THE_COUNTER_DISTANCE + 1) - _OVER_THE_COUNTER_DISTANCE)
    off_book = np.where(kind == Kind.DARK_CONTINUOUS, middle, within)
    off_book = np.where(quote.two_sided, off_book, 2 * fair)
    special = np.where(np.isin(kind, AUCTIONS), 2 * fair, np.where(kind == Kind.OTC, near, off_book))
    return np.where(kind == Kind.LIT_CONTINUOUS, lit, special)


def _round_lots(kind: Codes, block: Flags, shown: Integers, lot: Integers, draws: Draws) -> Integers:
    """Return sizes in shares; a lit trade never takes more than the venue shows."""
    place = (draws.words(len(kind)) & _TABLE_BITS).astype(np.int64)
    usual = _LOTS[place] * lot
    usual = np.where(kind == Kind.LIT_CONTINUOUS, np.minimum(usual, shown), usual)
    large = np.where(block, _BLOCK_LOTS[place], _AUCTION_LOTS[place]) * lot
    return np.where(block | np.isin(kind, AUCTIONS), large, usual)


def _aggressors(kind: Codes, draws: Draws, *, buys: Flags) -> Codes:
    """Return who began: known for nearly all lit trades, unknown or absent for the rest."""
    chance = draws.uniform(len(kind))
    lit = kind == Kind.LIT_CONTINUOUS
    known = np.where(buys, BUY, SELL)
    of_lit = np.where(chance < _UNKNOWN_CHANCE, UNKNOWN, known)
    aggressor = np.where(lit, of_lit, UNKNOWN)
    absent = 1.0 - chance <= np.where(lit, _ABSENT_CHANCE, _ABSENT_OFF_BOOK_CHANCE)
    return np.where(absent, ABSENT, aggressor).astype(np.int8)
