"""What stands at each price at the end of some updates, and such levels as where others go on."""

from __future__ import annotations

from collections.abc import Sequence

from basalt.compiler.layout import SelectItem
from basalt.compiler.plan import Step
from basalt.compiler.select import select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join

_PRICE = ("ListingId", "side", "Price")


def last_levels(read: str, name: str, order: Sequence[str]) -> list[Step]:
    """Return the steps from updates to what stands after the last one of each price, by an order of updates."""
    fields = join(compose("{}: {}", Literal(f"by_{number}"), Fragment(each)) for number, each in enumerate(order))
    items = [*map(SelectItem.column, _PRICE), SelectItem(compose("arg_max(Size, {{{}}})", fields), "Size")]
    last = select(items, Identifier(read), group_by=_PRICE)
    standing = select(Fragment("*"), Identifier(f"{name}_sizes"), where=[Fragment("Size > 0")])
    return [
        Step(f"{name}_sizes", last, "the size that was set last at each price"),
        Step(f"{name}_levels", standing, "what stands at each price"),
    ]


def opening_and_updates(levels: str, updates: str, begin: int | None) -> Sql:
    """Return levels as updates at a moment, and the updates after it."""
    opening = select(
        [SelectItem(Literal(begin), "event_ns"), *map(SelectItem.column, (*_PRICE, "Size"))], Identifier(levels)
    )
    return compose("{}\nUNION ALL BY NAME\nSELECT *\nFROM {}", opening, Identifier(updates))
