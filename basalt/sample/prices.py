"""The efficient price of an instrument: a random walk whose steps every venue quotes around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.instruments import LOWEST_TICKS, Instrument
from basalt.sample.session import CLOSE, OPEN, REOPEN, Hours, variance_curve, volume_curve

if TYPE_CHECKING:
    from basalt.sample.arrays import Floats, Integers
    from basalt.sample.draws import Draws

_OVERNIGHT = 0.4
_CLOSING_AUCTION = 0.05
_NEWS_IN_A_HALT = -2.0
"""Sizes of the jumps without trading, in standard deviations of a day."""


@dataclass(frozen=True)
class PricePath:
    """A day's efficient price: the times of day at which it moved, and its level in ticks from then on."""

    times: Integers
    ticks: Integers
    opening: int
    """The level before the first move, in ticks."""


def draw_path(draws: Draws, instrument: Instrument, opening: int, moves: int, hours: Hours) -> PricePath:
    """Return a day's path from ``opening`` ticks: a move overnight, ``moves`` while trading, one in each auction."""
    auctions = np.array([OPEN, REOPEN, CLOSE] if hours.halted else [OPEN, CLOSE], dtype=np.int64) + hours.delay
    while_trading = volume_curve(halted=hours.halted).draw(draws, moves)
    place = np.searchsorted(while_trading, auctions)
    times: Integers = np.insert(while_trading, place, auctions)
    places = place + np.arange(len(auctions))
    day_deviation = instrument.volatility * opening
    steps = _steps(draws, variance_curve(halted=hours.halted).share(times), places)
    if hours.halted:
        steps[places[1]] += _NEWS_IN_A_HALT
    levels = np.floor(opening + np.cumsum(steps * day_deviation)).astype(np.int64)
    return PricePath(times, np.maximum(levels, LOWEST_TICKS), opening)


def _steps(draws: Draws, elapsed: Floats, auctions: Integers) -> Floats:
    """Return steps, in deviations of a day, with the variance that elapsed and the auctions' own."""
    variance = np.maximum(np.diff(elapsed, prepend=0.0), 0.0)
    variance[auctions[0]] = _OVERNIGHT * _OVERNIGHT
    variance[auctions[-1]] += _CLOSING_AUCTION * _CLOSING_AUCTION
    return draws.normal(len(elapsed)) * np.sqrt(variance)
