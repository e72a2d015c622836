"""The book as templates name it: ``{{ bid.price }}``, ``{{ level.quantity }}``, ``{{ asks.notional }}``."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from basalt.compiler.sql import Fragment, Literal, Sql, compose
from basalt.compiler.templates import render

Place = Callable[[str], Sql]
"""Gives a column of the book as SQL where it stands."""

ANY_LEVEL = "{up_to_level}"
"""Stands in names for each of the levels from the best one on, where these are not given."""
BEFORE = "book_before_"
"""What the names of columns begin with that an update has of the one before."""
BEFORE_TIME = f"{BEFORE}ns"
AMOUNTS = ("bps", "size", "notional")
"""What an amount may be, as names of columns have it."""


@dataclass(frozen=True)
class BookLevel:
    """One level of one side."""

    place: Place
    side: str
    number: str

    def _column(self, measure: str) -> Sql:
        return self.place(f"{self.side}{measure}{self.number}")

    @property
    def before(self) -> BookLevel:
        """The same level at the update before."""
        return BookLevel(lambda column: self.place(f"{BEFORE}{column}"), self.side, self.number)

    @property
    def position(self) -> Fragment:
        """Its number, 1 for the best level."""
        return Fragment(self.number)

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
class ReachedLevel(BookLevel):
    """One level of one side, and the better ones that are traded against before it."""

    better: BookLevels

    @property
    def quantity_before(self) -> Fragment | None:
        """What stands on the better levels together; None for the best level."""
        return self.better.quantity if self.better.levels else None

    @property
    def notional_before(self) -> Fragment | None:
        """Price times quantity of what stands on the better levels together; None for the best level."""
        return self.better.notional if self.better.levels else None


@dataclass(frozen=True)
class BookLevels:
    """The levels of one side from the best one on; what they have together counts an empty one as nothing."""

    levels: tuple[BookLevel, ...]

    def __iter__(self) -> Iterator[ReachedLevel]:
        """Yield each level, the best one first."""
        for index, level in enumerate(self.levels):
            is_any = level.number == ANY_LEVEL
            better = BookLevels((replace(level, number="{better_level}"),) if is_any else self.levels[:index])
            yield ReachedLevel(level.place, level.side, level.number, better)

    @property
    def deepest(self) -> BookLevel:
        """The deepest of the levels."""
        last = self.levels[-1]
        return replace(last, number="{deepest_level}") if last.number == ANY_LEVEL else last

    def sweep_price(self, size: Sql) -> Fragment:
        """Return the average price of a size that is traded against them."""
        return render("expressions/sweep_price", levels=self, size=size)

    def notional_sweep_price(self, notional: Sql) -> Fragment:
        """Return the average price of a notional that is traded against them."""
        return render("expressions/notional_sweep_price", levels=self, notional=notional)

    @property
    def quantity(self) -> Fragment:
        """What stands on them together."""
        return _sum([level.quantity for level in self.levels])

    @property
    def orders(self) -> Fragment:
        """How many orders stand on them together."""
        return _sum([level.orders for level in self.levels])

    @property
    def notional(self) -> Fragment:
        """Price times quantity of what stands on them together."""
        return _sum([compose("{} * {}", level.price, level.quantity) for level in self.levels])


def _sum(values: list[Sql]) -> Fragment:
    total = render("expressions/sum_over_levels", values=values)
    return total if len(values) == 1 else compose("({})", total)


@dataclass(frozen=True)
class BookPoint:
    """The side and the level that a metric is of, and the distance, size or notional that it is for.

    What is not given stands in braces in the names of columns.
    """

    side: str = "{side}"
    level: int | None = None
    amount: float | None = None

    @property
    def label(self) -> str:
        """The level as it stands in names."""
        return "{level}" if self.level is None else str(self.level)

    @property
    def up_to_level(self) -> tuple[str, ...]:
        """The levels from the best one to this, as they stand in names."""
        return (ANY_LEVEL,) if self.level is None else tuple(map(str, range(1, self.level + 1)))

    def labels(self) -> dict[str, str]:
        """Return what stands for side, level and amount in names, as far as they are given."""
        amount = {} if self.amount is None else dict.fromkeys(AMOUNTS, amount_label(self.amount))
        level = {} if self.level is None else {"level": self.label}
        return {"side": self.side, **level, **amount}

    def variables(self, place: Place) -> dict[str, object]:
        """Return what a template may name, with columns as ``place`` gives them."""
        levels = {
            side: BookLevels(tuple(BookLevel(place, side, number) for number in self.up_to_level))
            for side in ("Bid", "Ask", self.side)
        }
        bid, ask = (BookLevel(place, side, "1") for side in ("Bid", "Ask"))
        return {
            **{name: self._amount(name) for name in AMOUNTS},
            "level_count": Fragment(self.label),
            "is_compared": compose("{} IS NOT NULL", place(BEFORE_TIME)),
            "bid": bid,
            "ask": ask,
            "mid": compose("(({} + {}) / 2)", bid.price, ask.price),
            "level": BookLevel(place, self.side, self.label),
            "levels": levels[self.side],
            "bid_level": BookLevel(place, "Bid", self.label),
            "ask_level": BookLevel(place, "Ask", self.label),
            "bids": levels["Bid"],
            "asks": levels["Ask"],
            "queues": tuple(zip(levels["Bid"], levels["Ask"], strict=True)),
        }

    def _amount(self, name: str) -> Sql:
        if self.amount is None:
            return Fragment(f"{{{name}}}")
        return Literal(int(self.amount) if self.amount.is_integer() else self.amount)


def amount_label(amount: float) -> str:
    """Return an amount as it stands in names: in decimal digits, with an underscore for the point."""
    return format(Decimal(repr(amount)), "f").removesuffix(".0").replace(".", "_")


def amount_of(label: str) -> float:
    """Return the amount that stands in a name."""
    return float(label.replace("_", "."))
