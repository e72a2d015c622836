"""Where the sample's instruments trade: primary exchanges and the venues beside them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Exchange:
    """A primary exchange: its MIC, the currency it quotes in, and the letter other venues add to its tickers."""

    mic: str
    currency: str
    letter: str


@dataclass(frozen=True)
class Currency:
    """What one unit is worth, and how many units a typical price has for each euro of it."""

    euros: float
    dollars: float
    price_scale: int


PRIMARY_EXCHANGES = (
    Exchange("XPAR", "EUR", "p"),
    Exchange("XLON", "GBX", "l"),
    Exchange("XETR", "EUR", "d"),
    Exchange("XAMS", "EUR", "a"),
    Exchange("XSWX", "CHF", "z"),
    Exchange("XMIL", "EUR", "m"),
    Exchange("XSTO", "SEK", "s"),
    Exchange("XMAD", "EUR", "e"),
)
OTHER_VENUES = ("CHIX", "TRQX", "AQXE", "BATE", "SGMX", "LQNX", "EQTB")
MAXIMUM_VENUES = 1 + len(OTHER_VENUES)

CURRENCIES = {
    "EUR": Currency(1.0, 1.08, 1),
    "GBX": Currency(0.01185, 0.012798, 40),
    "CHF": Currency(1.05, 1.134, 1),
    "SEK": Currency(0.0885, 0.09558, 10),
}
"""One exchange rate per currency for the whole sample; GBX is a hundredth of a pound."""
