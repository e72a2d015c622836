"""How large the sample market is, and which one of all possible markets it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from basalt.errors import ConfigurationError, Problem
from basalt.sample.venues import MAXIMUM_VENUES

MINIMUM_TRADES = 5
"""Trades a listing needs a day, to have auctions and a continuous session."""
MINIMUM_UPDATES = 30
"""Book updates a listing needs a day, to open, move, pause and close."""

_BOUNDS = {
    "instruments": (1, 5_000),
    "venues": (1, MAXIMUM_VENUES),
    "days": (1, 2_000),
    "levels": (1, 50),
    "trades": (1, 100_000_000),
    "updates": (1, 100_000_000),
    "seed": (0, 2**32 - 1),
}
_FIRST_START = date(1990, 1, 1)
_LAST_START = date(2199, 12, 31)


@dataclass(frozen=True)
class SampleOptions:
    """The sample's size and seed; the same options give the same files, byte for byte.

    Raises ConfigurationError, with every mistake at once, when the options do not make a market.
    """

    instruments: int = 8
    """Number of instruments; the first trades most."""
    venues: int = 3
    """Venues of each instrument, one of them primary; a listing is an instrument on a venue."""
    days: int = 3
    """Number of trading days; weekends are skipped."""
    start: date = date(2025, 3, 3)
    """First day; the Monday after, when it falls on a weekend."""
    trades: int = 40_000
    """Trades a day, over all listings."""
    updates: int = 40_000
    """Book updates a day, over all listings."""
    levels: int = 10
    """Price levels on each side of the book."""
    seed: int = 7
    """Which of all such markets."""
    overwrite: bool = False
    """Whether an earlier sample in the folder is replaced. Does not change the market."""

    def __post_init__(self) -> None:
        problems = self._out_of_bounds() or self._too_few_events()
        if not _FIRST_START <= self.start <= _LAST_START:
            problems.append(Problem(f"must lie between {_FIRST_START} and {_LAST_START}, not {self.start}", "start"))
        if problems:
            raise ConfigurationError(problems)

    @property
    def listings(self) -> int:
        """Number of listings: instruments times venues."""
        return self.instruments * self.venues

    def _out_of_bounds(self) -> list[Problem]:
        given = {name: getattr(self, name) for name in _BOUNDS}
        return [
            Problem(f"must lie between {lowest} and {highest}, not {given[name]}", name)
            for name, (lowest, highest) in _BOUNDS.items()
            if not lowest <= given[name] <= highest
        ]

    def _too_few_events(self) -> list[Problem]:
        needed = {"trades": MINIMUM_TRADES, "updates": MINIMUM_UPDATES}
        return [
            Problem(
                f"{getattr(self, name)} a day are too few for {self.listings} listings",
                name,
                f"at least {least * self.listings}, or fewer instruments or venues",
            )
            for name, least in needed.items()
            if getattr(self, name) < least * self.listings
        ]
