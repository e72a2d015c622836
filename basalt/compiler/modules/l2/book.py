"""The book as templates name it: ``{{ bid.price }}``, ``{{ level.quantity }}``, ``{{ asks.notional }}``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from basalt.compiler.sql import Fragment, Literal, Sql, compose
from basalt.compiler.templates import render

Place = Callable[[str], Sql]
"""Gives a column of the book as SQL where it stands."""


@dataclass(frozen=True)
class BookLevel:
    """One level of one side."""

    place: Place
    side: str
    number: str

    def _column(self, measure: str) -> Sql:
        return self.place(f"{self.side}{measure}{self.number}")

    @property
    def price(self) -> Sql:
        """Its price."""
        return self._column("Price")

    @property
    def quantity(self) -> Sql:
        """What stands there."""
        return self._column("Quantity")

    @property
    def orders(self) -> Sql:
        """How many orders stand there."""
        return self._column("NumOrders")

    @property
    def insert_age(self) -> Sql:
        """Age of the first order in its queue."""
        return self._column("InsertAge")

    @property
    def last_mod(self) -> Sql:
        """Time since its queue changed."""
        return self._column("LastMod")

    @property
    def size_ahead(self) -> Sql:
        """What stands ahead of it."""
        return self._column("SizeAhead")


@dataclass(frozen=True)
class BookLevels:
    """The levels of one side from the best one on; what they have together counts an empty one as nothing."""

    each: tuple[BookLevel, ...]

    @property
    def quantity(self) -> Fragment:
        """What stands on them together."""
        return _sum([level.quantity for level in self.each])

    @property
    def orders(self) -> Fragment:
        """How many orders stand on them together."""
        return _sum([level.orders for level in self.each])

    @property
    def notional(self) -> Fragment:
        """Price times quantity of what stands on them together."""
        return _sum([compose("{} * {}", level.price, level.quantity) for level in self.each])


def _sum(values: list[Sql]) -> Fragment:
    total = render("expressions/sum_over_levels", values=values)
    return total if len(values) == 1 else compose("({})", total)


@dataclass(frozen=True)
class BookPoint:
    """The side and the level that a metric is of; what is not given stands in braces in the names of columns."""

    side: str = "{side}"
    level: int | None = None
    bps: int | None = None
    """Within how many basis points of the mid."""

    @property
    def label(self) -> str:
        """The level as it stands in names."""
        return "{level}" if self.level is None else str(self.level)

    @property
    def up_to_level(self) -> tuple[str, ...]:
        """The levels from the best one to this, as they stand in names."""
        return ("{up_to_level}",) if self.level is None else tuple(map(str, range(1, self.level + 1)))

    def variables(self, place: Place) -> dict[str, object]:
        """Return what a template may name, with columns as ``place`` gives them."""
        levels = {
            side: BookLevels(tuple(BookLevel(place, side, number) for number in self.up_to_level))
            for side in ("Bid", "Ask", self.side)
        }
        return {
            "bid": BookLevel(place, "Bid", "1"),
            "ask": BookLevel(place, "Ask", "1"),
            "level": BookLevel(place, self.side, self.label),
            "levels": levels[self.side],
            "bid_level": BookLevel(place, "Bid", self.label),
            "ask_level": BookLevel(place, "Ask", self.label),
            "within": Fragment("{bps}") if self.bps is None else Literal(self.bps),
            "bids": levels["Bid"],
            "asks": levels["Ask"],
        }
