"""The book of one listing over a day, as its updates: best prices, how many levels stand, and the market's state.

All venues of an instrument reprice at the moments its efficient price moves, each at a distance of its own; in between
they update on their own, around the same price. So no bid of one venue reaches an ask of another.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.queues import Side, lots, queue_words
from basalt.sample.session import CALL, CLOSE, CLOSING_UNCROSS, OPEN, SECOND, Hours, Phase, State, volume_curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basalt.sample.arrays import Codes, Flags, Integers, Ticks, Words
    from basalt.sample.draws import Draws
    from basalt.sample.instruments import Listing
    from basalt.sample.prices import PricePath

_TIE_CHANCE = 0.02
_REQUOTE_CHANCE = 0.4
_THIN_CHANCE = 0.02
_ONE_SIDED_CHANCE = 0.004
_UPDATES_BY_CALL_UPDATE = 50
_EXTRA_TICKS = (0.55, 0.85, 0.96)
_CALL_OVERLAP = 4
_QUOTING = (State.CONTINUOUS_TRADING, State.OPENING_AUCTION, State.CLOSING_AUCTION)


@dataclass(frozen=True)
class BookPlan:
    """What a listing's book of a day is drawn from."""

    listing: Listing
    phases: tuple[Phase, ...]
    hours: Hours
    path: PricePath
    updates: int
    """How many updates it gets."""


@dataclass(frozen=True)
class ListingBook:
    """A listing's updates in time order, one element each."""

    time: Integers
    """Time of day in nanoseconds."""
    state: Codes
    bid: Ticks
    """Best bid in ticks; means something where ``bid_levels`` is not 0."""
    ask: Ticks
    bid_levels: Codes
    """Number of levels that stand on the side, 0 to the levels of the sample."""
    ask_levels: Codes
    bid_size: Ticks
    """Shares at the best bid."""
    ask_size: Ticks
    salt: int
    """Names the listing's queues."""


@dataclass(frozen=True)
class _Updates:
    time: Integers
    free: Flags
    """Whether the venue updated on its own, rather than with the price or a phase."""


def draw_book(draws: Draws, plan: BookPlan, levels: int) -> ListingBook:
    """Return a listing's book, of at most ``levels`` levels on each side."""
    moments = _draw_moments(draws, plan)
    state = _state_at(plan.phases, moments.time)
    fair = plan.path.ticks[np.maximum(np.searchsorted(plan.path.times, moments.time, side="right") - 1, 0)]
    bid, ask = _best_prices(draws, plan.listing, fair, state, moments.free)
    bid_levels, ask_levels = _standing_levels(draws, state, moments.free, levels)
    salt = draws.words(1)
    update = np.arange(plan.updates, dtype=np.int64)
    return ListingBook(
        time=moments.time,
        state=state,
        bid=bid,
        ask=ask,
        bid_levels=bid_levels,
        ask_levels=ask_levels,
        bid_size=_sizes(plan.listing, salt, Side.BID, bid, update),
        ask_size=_sizes(plan.listing, salt, Side.ASK, ask, update),
        salt=int(salt[0]),
    )


def price_moves(updates_of_listings: Sequence[int]) -> int:
    """Return how often the price of an instrument moves in a day, given the updates of its listings."""
    return min(updates_of_listings) * 3 // 5


def with_ties(times: Integers, tied: Flags) -> Integers:
    """Return ascending times where each tied one equals the one before it."""
    last = np.maximum.accumulate(np.where(tied, 0, np.arange(len(times))))
    return times[last]


def _draw_moments(draws: Draws, plan: BookPlan) -> _Updates:
    starts = np.array([phase.start for phase in plan.phases], dtype=np.int64)
    together = np.union1d(starts, plan.path.times)
    in_calls = _draw_in_calls(draws, plan.updates // _UPDATES_BY_CALL_UPDATE if plan.listing.is_primary else 0)
    alone = plan.updates - len(together) - len(in_calls)
    curve = volume_curve(halted=plan.hours.halted)
    while_trading = with_ties(curve.draw(draws, alone), draws.chance(alone, _TIE_CHANCE))
    time = np.concatenate([together, in_calls, while_trading])
    free = np.arange(plan.updates) >= len(together)
    order = np.argsort(time, kind="stable")
    return _Updates(time[order], free[order])


def _draw_in_calls(draws: Draws, count: int) -> Integers:
    """Return times within the calls of the opening and the closing auction, half and half."""
    opening = np.arange(count) % 2 == 0
    start = np.where(opening, CALL, CLOSE) + SECOND
    width = np.where(opening, OPEN, CLOSING_UNCROSS) - start
    return start + draws.below(count, width)


def _state_at(phases: tuple[Phase, ...], time: Integers) -> Codes:
    starts = np.array([phase.start for phase in phases], dtype=np.int64)
    states = np.array([phase.state for phase in phases], dtype=np.int8)
    return states[np.searchsorted(starts, time, side="right") - 1]


def _best_prices(draws: Draws, listing: Listing, fair: Integers, state: Codes, free: Flags) -> tuple[Ticks, Ticks]:
    """Return best bid and ask in ticks: around the price while trading, overlapping while an auction is called."""
    count = len(fair)
    requoted = ~free | draws.chance(count, _REQUOTE_CHANCE)
    last = np.maximum.accumulate(np.where(requoted, np.arange(count), 0))
    below = _distance(draws, listing, count)[last]
    above = _distance(draws, listing, count)[last]
    called = (state == State.OPENING_AUCTION) | (state == State.CLOSING_AUCTION)
    bid = np.where(called, fair + draws.below(count, _CALL_OVERLAP) + 1, fair - below)
    ask = np.where(called, fair - draws.below(count, _CALL_OVERLAP), fair + 1 + above)
    return bid.astype(np.int32), ask.astype(np.int32)


def _distance(draws: Draws, listing: Listing, count: int) -> Integers:
    """Return how many ticks a best price lies away from the price: more on less liquid instruments and venues."""
    of_venue = draws.chance(count, 0.3 * min(listing.rank, 2)).astype(np.int64)
    return draws.pick(count, _EXTRA_TICKS) + listing.instrument.widening + of_venue


def _standing_levels(draws: Draws, state: Codes, free: Flags, levels: int) -> tuple[Codes, Codes]:
    """Return how many levels stand on each side: mostly all, none while there is no market."""
    count = len(state)
    quoting = np.isin(state, [int(each) for each in _QUOTING])
    trading = free & (state == State.CONTINUOUS_TRADING)
    one_sided = trading & draws.chance(count, _ONE_SIDED_CHANCE)
    without_bid = draws.chance(count, 0.5)
    missing = (one_sided & without_bid, one_sided & ~without_bid)
    bid, ask = (np.where(quoting & ~absent, _draw_depth(draws, count, levels), 0).astype(np.int8) for absent in missing)
    return bid, ask


def _draw_depth(draws: Draws, count: int, levels: int) -> Integers:
    thin = draws.chance(count, _THIN_CHANCE)
    return np.where(thin, 1 + draws.below(count, levels), levels)


def _sizes(listing: Listing, salt: Words, side: Side, ticks: Ticks, update: Integers) -> Ticks:
    size: Ticks = (lots(queue_words(salt, side, ticks, update)) * listing.instrument.lot).astype(np.int32)
    return size
