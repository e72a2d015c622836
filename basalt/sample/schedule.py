"""When the market is in which state on a day, listing by listing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.draws import Draws, Purpose
from basalt.sample.session import LONGEST_DELAY, Hours, Phase, TradingDay, phases
from basalt.sample.timeline import Timeline, keys

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basalt.sample.arrays import Codes
    from basalt.sample.instruments import Market


@dataclass(frozen=True)
class MarketStates:
    """The market states of all listings, owned by the listing's index."""

    timeline: Timeline
    state: Codes


@dataclass(frozen=True)
class DaySession:
    """A day's phases."""

    day: TradingDay
    hours: tuple[Hours, ...]
    """By instrument."""
    phases: tuple[tuple[Phase, ...], ...]
    """By listing."""
    states: MarketStates
    """The same, to look up."""


def plan_session(market: Market, day: TradingDay) -> DaySession:
    """Return the phases of a day; all venues of an instrument change phase together."""
    draws = Draws(market.options.seed, Purpose.SESSION, day.index, 0)
    delays = (1 + draws.below(len(market.instruments), LONGEST_DELAY - 1)).tolist()
    hours = tuple(Hours(delay, day.halts(instrument)) for instrument, delay in enumerate(delays))
    of_listings = tuple(
        phases(hours[listing.instrument.index], primary=listing.is_primary) for listing in market.listings
    )
    return DaySession(day, hours, of_listings, _market_states(of_listings))


def _market_states(of_listings: Sequence[Sequence[Phase]]) -> MarketStates:
    moments = [keys(owner, np.array([phase.start for phase in day])) for owner, day in enumerate(of_listings)]
    state = np.array([phase.state for day in of_listings for phase in day], dtype=np.int8)
    return MarketStates(Timeline(np.concatenate(moments)), state)
