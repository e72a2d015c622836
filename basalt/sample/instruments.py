"""Who is traded: instruments, and their listings on venues."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from basalt.sample.draws import Draws, Purpose
from basalt.sample.venues import CURRENCIES, OTHER_VENUES, PRIMARY_EXCHANGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basalt.sample.options import SampleOptions

PRICE_UNITS = 10_000
"""Prices are whole numbers of ten-thousandths, so that every price is the double nearest to its decimal."""
LOWEST_TICKS = 100
"""No price falls below this many ticks."""

_CONSONANTS = "BDFGHKLMNPRSTVZ"
_VOWELS = "AEIOU"
_SCRAMBLE = 3_571
_TICK_BANDS = (
    (10, 10),
    (20, 20),
    (50, 50),
    (100, 100),
    (200, 200),
    (500, 500),
    (1_000, 1_000),
    (2_000, 2_000),
    (5_000, 5_000),
)
"""Price below which a tick, in price units, applies: one to two and a half basis points of the price."""
_WIDEST_TICK = 10_000
_LOT_BANDS = ((20, 100), (60, 50))
_SMALLEST_LOT = 10


@dataclass(frozen=True)
class Instrument:
    """A company's shares."""

    index: int
    instrument_id: int
    isin: str
    ticker: str
    currency: str
    tick: int
    """Tick size in price units."""
    opening_ticks: int
    """Price before the first day, in ticks."""
    volatility: float
    """Standard deviation of a day's return."""
    lot: int
    """Round lot, in shares."""
    widening: int
    """Ticks by which its spread is wider than that of the most liquid ones."""


@dataclass(frozen=True)
class Listing:
    """An instrument on a venue."""

    index: int
    listing_id: int
    instrument: Instrument
    mic: str
    ticker: str
    rank: int
    """0 on the primary exchange, 1 on the busiest other venue, and so on."""

    @property
    def is_primary(self) -> bool:
        """Whether this is the instrument's primary exchange."""
        return self.rank == 0


@dataclass(frozen=True)
class Market:
    """The instruments and listings of the sample, in the order of their indices."""

    options: SampleOptions
    instruments: tuple[Instrument, ...]
    """The most traded first."""
    listings: tuple[Listing, ...]
    """Of each instrument: its primary exchange, then its other venues."""


def build_market(options: SampleOptions) -> Market:
    """Return the instruments and listings that the options make."""
    instruments = tuple(_build_instrument(options, index) for index in range(options.instruments))
    listings = tuple(
        _build_listing(instrument, rank, instrument.index * options.venues + rank)
        for instrument in instruments
        for rank in range(options.venues)
    )
    return Market(options, instruments, listings)


def _build_instrument(options: SampleOptions, index: int) -> Instrument:
    draws = Draws(options.seed, Purpose.INSTRUMENTS, 0, index)
    currency = PRIMARY_EXCHANGES[index % len(PRIMARY_EXCHANGES)].currency
    level, volatility = draws.uniform(2).tolist()
    euros = 12.0 + 148.0 * level * level
    price = int(euros * CURRENCIES[currency].price_scale * PRICE_UNITS)
    tick = _banded(_TICK_BANDS, price // PRICE_UNITS, _WIDEST_TICK)
    return Instrument(
        index=index,
        instrument_id=501 + index,
        isin=_isin(index + 1),
        ticker=_ticker(index),
        currency=currency,
        tick=tick,
        opening_ticks=price // tick,
        volatility=0.009 + 0.013 * volatility,
        lot=_banded(_LOT_BANDS, int(euros), _SMALLEST_LOT),
        widening=min(3 * index // options.instruments, 2),
    )


def _build_listing(instrument: Instrument, rank: int, index: int) -> Listing:
    exchange = PRIMARY_EXCHANGES[instrument.index % len(PRIMARY_EXCHANGES)]
    return Listing(
        index=index,
        listing_id=10_000 + 10 * (instrument.index + 1) + rank + 1,
        instrument=instrument,
        mic=exchange.mic if rank == 0 else OTHER_VENUES[rank - 1],
        ticker=instrument.ticker if rank == 0 else instrument.ticker + exchange.letter,
        rank=rank,
    )


def _banded(bands: Sequence[tuple[int, int]], price: int, beyond: int) -> int:
    return next((value for limit, value in bands if price < limit), beyond)


def _ticker(index: int) -> str:
    """Return a made-up name of four letters, another one for every index below 5,625."""
    letters = []
    rest = (index * _SCRAMBLE + 977) % (len(_CONSONANTS) * len(_VOWELS)) ** 2
    for alphabet in (_CONSONANTS, _VOWELS, _CONSONANTS, _VOWELS):
        rest, position = divmod(rest, len(alphabet))
        letters.append(alphabet[position])
    return "".join(letters)


def _isin(number: int) -> str:
    """Return an identifier shaped like an ISIN, with a right check digit, in the country XX that does not exist."""
    body = f"XX{number:09d}"
    digits = "".join(str(int(character, 36)) for character in body)
    total = 0
    for place, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled // 10 + doubled % 10
    return f"{body}{-total % 10}"
