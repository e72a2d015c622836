"""What the updates of a book change: each compared with the one before of its listing and day, one after the other."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from oracles.book_depth import middle
from oracles.book_rows import SIDES, Row, given, named
from oracles.buckets import DAY, Contract

LEVELS = 3
Change = Callable[[Row, Row], float]
Buckets = Mapping[tuple[int, int], Sequence[Row]]


def queue(row: Row, side: str, level: int) -> tuple[float, float]:
    """Price and quantity of a level; an empty one has nothing, behind every price."""
    price, quantity = given(row, f"{side}Price{level}"), given(row, f"{side}Quantity{level}")
    if price is None:
        return (-math.inf if side == "Bid" else math.inf), 0.0
    return price, quantity or 0.0


def order_flow(before: Row, after: Row, level: int) -> float:
    """The contribution of one event, e_n of Cont, Kukanov and Stoikov (2014)."""
    (bid_0, bids_0), (bid_1, bids_1) = queue(before, "Bid", level), queue(after, "Bid", level)
    (ask_0, asks_0), (ask_1, asks_1) = queue(before, "Ask", level), queue(after, "Ask", level)
    return (bid_1 >= bid_0) * bids_1 - (bid_1 <= bid_0) * bids_0 - (ask_1 <= ask_0) * asks_1 + (ask_1 >= ask_0) * asks_0


def shown(row: Row, levels: int) -> list[float | None]:
    """Prices and quantities of both sides up to a level."""
    kinds = itertools.product(SIDES, ("Price", "Quantity"), range(1, levels + 1))
    return [given(row, f"{side}{measure}{level}") for side, measure, level in kinds]


def mid_changes(before: Row, after: Row) -> bool:
    """Whether two updates have mids that differ."""
    mids = [middle(before), middle(after)]
    return None not in mids and mids[0] != mids[1]


COUNTED: dict[str, tuple[str, Change]] = {
    "Quote": ("QuoteUpdateCount", lambda before, after: shown(before, 1) != shown(after, 1)),
    "Book": ("BookUpdateCount", lambda before, after: shown(before, LEVELS) != shown(after, LEVELS)),
    "MidChange": ("MidChangeCount", mid_changes),
}


def pairs(buckets: Buckets, contract: Contract) -> Iterator[tuple[tuple[int, int], Row, Row]]:
    """Give each update of a listing's day but the first, with the one before and the bucket it is in."""
    last: dict[tuple[int, int], Row] = {}
    for (listing, label), updates in sorted(buckets.items()):
        day = (listing, contract.start_of(label) // DAY)
        for row in updates:
            if day in last:
                yield (listing, label), last[day], row
            last[day] = row


def change_columns(analytics: Mapping[str, Any]) -> Iterator[tuple[str, Change, Mapping[str, Any]]]:
    """Give the columns: name, what an update adds after the one before, group."""
    for group in analytics.get("updates", []):
        for measure in group["measures"]:
            if measure != "Count":
                name, change = COUNTED[measure]
                yield named(group, name), change, group
    for group in analytics.get("order_flow", []):
        for level in group["levels"]:
            name = named(group, f"OrderFlowImbalance{level}")
            yield name, lambda before, after, level=level: order_flow(before, after, level), group
