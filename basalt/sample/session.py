"""The trading day: its phases, and how activity spreads over its minutes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from basalt.sample.arrays import Floats, Integers
    from basalt.sample.draws import Draws
    from basalt.sample.options import SampleOptions

MILLISECOND = 1_000_000
SECOND = 1_000 * MILLISECOND
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

CALL = 7 * HOUR + 50 * MINUTE
OPEN = 8 * HOUR
HALT = 10 * HOUR + 30 * MINUTE
HALT_CALL = 11 * HOUR + 15 * MINUTE
REOPEN = 11 * HOUR + 20 * MINUTE
CLOSE = 16 * HOUR + 30 * MINUTE
CLOSING_UNCROSS = 16 * HOUR + 35 * MINUTE
LONGEST_DELAY = 150 * MILLISECOND
"""Phases start at most this long after the clock strikes."""
FIRST_TRADE_DELAY = 250 * MILLISECOND
"""Continuous trading starts this long after the clock strikes, when every book stands."""

_MINUTES = (CLOSE - OPEN) // MINUTE
_UNITED_STATES_OPEN = (14 * HOUR + 30 * MINUTE - OPEN) // MINUTE
_UNITED_STATES_RUSH = 30
_EPOCH = date(1970, 1, 1)
_SATURDAY = 5


class State(IntEnum):
    """The state of a market; the names are the values of ``MarketState``."""

    OPENING_AUCTION = 0
    CONTINUOUS_TRADING = 1
    HALTED = 2
    UNSCHEDULED_AUCTION = 3
    CLOSING_AUCTION = 4
    CLOSED = 5
    NOT_APPLICABLE = 6


@dataclass(frozen=True)
class Phase:
    """A market state and the time of day, in nanoseconds, from which it holds."""

    start: int
    state: State


@dataclass(frozen=True)
class Hours:
    """When an instrument trades on a day, on all its venues."""

    delay: int
    """How long after the clock its phases start, in nanoseconds."""
    halted: bool
    """Whether it is halted for a while."""


@dataclass(frozen=True)
class TradingDay:
    """One day: its place in the sample, its date, and what is unusual about it."""

    index: int
    date: date
    halted_instrument: int | None
    quiet_listing: int | None
    """The listing that does not trade this day."""

    def halts(self, instrument: int) -> bool:
        """Tell whether trading in the instrument of this index is halted for a while."""
        return instrument == self.halted_instrument

    @property
    def epoch(self) -> int:
        """Midnight as nanoseconds from the Unix epoch, UTC."""
        return (self.date - _EPOCH).days * DAY


def trading_days(options: SampleOptions) -> tuple[TradingDay, ...]:
    """Return the days of the sample: weekdays from ``start`` on.

    Trading in the second instrument is halted on the second day, and the last listing does not trade on the last day.
    """
    dates: list[date] = []
    current = options.start
    while len(dates) < options.days:
        if current.weekday() < _SATURDAY:
            dates.append(current)
        current += timedelta(days=1)
    halt_day, quiet_day = min(1, options.days - 1), options.days - 1
    halted = min(1, options.instruments - 1)
    quiet = options.listings - 1 if options.listings > 1 else None
    return tuple(
        TradingDay(index, day, halted if index == halt_day else None, quiet if index == quiet_day else None)
        for index, day in enumerate(dates)
    )


def phases(hours: Hours, *, primary: bool) -> tuple[Phase, ...]:
    """Return the phases of a listing's day in time order; only the primary exchange holds auctions."""
    pause = [Phase(HALT, State.HALTED), Phase(HALT_CALL, State.UNSCHEDULED_AUCTION)] if hours.halted else []
    resume = [Phase(REOPEN, State.CONTINUOUS_TRADING)] if hours.halted else []
    everything = [
        Phase(CALL, State.OPENING_AUCTION),
        Phase(OPEN, State.CONTINUOUS_TRADING),
        *pause,
        *resume,
        Phase(CLOSE, State.CLOSING_AUCTION),
        Phase(CLOSING_UNCROSS, State.CLOSED),
    ]
    kept = everything if primary else _without_auctions(everything)
    return tuple(Phase(phase.start + hours.delay, phase.state) for phase in kept)


def _without_auctions(everything: list[Phase]) -> list[Phase]:
    closed = Phase(CLOSE, State.CLOSED)
    lit = [phase for phase in everything if phase.state in {State.CONTINUOUS_TRADING, State.HALTED}]
    return [*lit, closed]


@dataclass(frozen=True)
class MinuteCurve:
    """How something spreads over the minutes of continuous trading, from the open to the close."""

    starts: Integers
    """When each minute's trading starts: on the minute, or a little later when the book is just opening."""
    running: Floats
    """Share of the day up to the end of each minute."""

    def draw(self, draws: Draws, count: int) -> Integers:
        """Return ``count`` times of day in nanoseconds, ascending, spread like the curve."""
        levels = np.sort(draws.uniform(count))
        minute = np.minimum(np.searchsorted(self.running, levels, side="right"), _MINUTES - 1)
        before = np.where(minute > 0, self.running[minute - 1], 0.0)
        within = (levels - before) / (self.running[minute] - before)
        start = self.starts[minute]
        width = OPEN + (minute + 1) * MINUTE - start
        return start + np.minimum(np.floor(within * width).astype(np.int64), width - 1)

    def share(self, time: Integers) -> Floats:
        """Return the share of the day that lies before each time."""
        minute = np.clip((time - OPEN) // MINUTE, 0, _MINUTES - 1)
        before = np.where(minute > 0, self.running[minute - 1], 0.0)
        within = np.clip((time - OPEN - minute * MINUTE) / MINUTE, 0.0, 1.0)
        share: Floats = before + within * (self.running[minute] - before)
        return share


@cache
def volume_curve(*, halted: bool) -> MinuteCurve:
    """Return how trading spreads over the day: U-shaped, with a rush when New York opens."""
    weights = 1.0 + 1.6 * _distance_from_noon()
    weights[_UNITED_STATES_OPEN : _UNITED_STATES_OPEN + _UNITED_STATES_RUSH] += 0.7
    return _curve(weights, halted=halted)


@cache
def variance_curve(*, halted: bool) -> MinuteCurve:
    """Return how the variance of prices spreads over the day: U-shaped, highest after the open."""
    weights = 1.0 + 2.0 * _distance_from_noon()
    weights[:15] *= 2.5
    return _curve(weights, halted=halted)


def _distance_from_noon() -> Floats:
    position = (2.0 * np.arange(_MINUTES) + 1.0 - _MINUTES) / _MINUTES
    return position * position


def _curve(weights: Floats, *, halted: bool) -> MinuteCurve:
    starts = OPEN + MINUTE * np.arange(_MINUTES, dtype=np.int64)
    starts[0] += FIRST_TRADE_DELAY
    if halted:
        weights[(HALT - OPEN) // MINUTE : (REOPEN - OPEN) // MINUTE] = 0.0
        starts[(REOPEN - OPEN) // MINUTE] += FIRST_TRADE_DELAY
    running = np.cumsum(weights)
    return MinuteCurve(starts, running / running[-1])
