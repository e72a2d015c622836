"""Everything that a library can compute of order books, as a configuration asks for it, and books that have it all."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Any

from oracles.books import SIDES
from oracles.buckets import SECOND

from markets.books import LEVELS, STATES
from markets.moments import MIDNIGHT
from markets.trades import INSTRUMENTS

if TYPE_CHECKING:
    from basalt.catalog.groups import Parameter
    from basalt.catalog.library import Library

GIVEN: dict[str, list[Any]] = {"levels": [2], "bps": [10], "sizes": [150.5], "notionals": [20_000]}
"""Values for parameters that take numbers; a slope is over two levels or more."""


def every_book_metric(library: Library) -> dict[str, Any]:
    """The analytics of an l2 pass that computes every metric, for all choices that make columns of their own."""
    return {
        group.place.split(".")[1]: [{each.name: _values(each) for each in group.parameters if _makes_columns(each)}]
        for group in library.groups()
        if group.module == "l2"
    }


def _makes_columns(parameter: Parameter) -> bool:
    return parameter.is_required or isinstance(parameter.default, list)


def _values(parameter: Parameter) -> list[Any]:
    return GIVEN.get(parameter.name) or [choice.name for choice in parameter.choices]


def full_books(updates: int, seed: int) -> list[dict[str, Any]]:
    """Updates of several listings in the half hours around a midnight, with ties.

    Some books are locked or crossed, and some levels empty.
    """
    random = Random(seed)  # noqa: S311 - the same books every time
    return [_update(random, number) for number in random.sample(range(updates), updates)]


def _update(random: Random, number: int) -> dict[str, Any]:
    listing = random.choice(sorted(INSTRUMENTS))
    row: dict[str, Any] = {
        "ListingId": listing,
        "TimestampNanoseconds": MIDNIGHT + random.randrange(-1_800, 1_800, 15) * SECOND + random.choice([0, 0, 1]),
        "BMLLSequenceNo": number,
        "MarketState": random.choice(STATES),
    }
    middle = 10_000 + random.randrange(-5, 6)
    for side, sign in zip(SIDES, (-1, 1), strict=True):
        tick, standing = middle + sign * random.choice([1, 1, 1, 1, 0, -1]), random.choice([LEVELS] * 6 + [1, 0])
        for level in range(1, LEVELS + 1):
            row |= dict.fromkeys(f"{side}{measure}{level}" for measure in _MEASURES)
            if level <= standing:
                row |= {f"{side}{measure}{level}": draw(random) for measure, draw in _MEASURES.items()}
                row[f"{side}Price{level}"] = tick / 100
            tick += sign * random.randrange(1, 4)
    return row


_MEASURES = {
    "Price": lambda random: random.random(),
    "Quantity": lambda random: float(random.randrange(2, 500)),
    "NumOrders": lambda random: random.randrange(1, 9),
    "InsertAge": lambda random: random.randrange(10**9) / 1.0,
    "LastMod": lambda random: random.randrange(10**9) / 1.0,
    "SizeAhead": lambda random: float(random.randrange(500)),
}
