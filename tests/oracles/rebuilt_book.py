"""Books rebuilt by applying one update after the other to a dictionary of sizes by price."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
Books = dict[tuple[Any, int], dict[str, float | None]]
DAY = 86_400 * 10**9
SIDES = {1: "Bid", 2: "Ask"}


def counts(row: Row) -> bool:
    """Tell whether an update sets a size at a price of a side of a listing."""
    numbers = (row["Price"], row["Size"])
    given = all(number is not None and math.isfinite(number) for number in numbers)
    return given and row["Side"] in SIDES and row["ListingId"] is not None


def order(row: Row) -> tuple[int, float, float]:
    """The order of updates: time, sequence, size; a missing sequence first."""
    sequence = row.get("BMLLSequenceNo")
    return (row["EventTimestamp"], -math.inf if sequence is None else sequence, row["Size"])


def rebuilt(rows: Iterable[Row], levels: int, *, daily: bool) -> Books:
    """Return the book by (listing, time), as it stands after all updates of that time."""
    sizes: defaultdict[Any, dict[int, dict[float, float]]] = defaultdict(lambda: {1: {}, 2: {}})
    found: Books = {}
    for row in sorted(filter(counts, rows), key=order):
        moment = row["EventTimestamp"]
        key = (row["ListingId"], moment // DAY if daily else None)
        at_side = sizes[key][row["Side"]]
        if row["Size"] > 0:
            at_side[row["Price"]] = row["Size"]
        else:
            at_side.pop(row["Price"], None)
        found[row["ListingId"], moment] = book(sizes[key], levels)
    return found


def book(sizes: Mapping[int, Mapping[float, float]], levels: int) -> dict[str, float | None]:
    """Return prices and quantities by level, the best first; a level that there is not is None."""
    columns: dict[str, float | None] = {}
    for side, name in SIDES.items():
        best = sorted(sizes[side], reverse=side == 1)[:levels]
        for number in range(1, levels + 1):
            price = best[number - 1] if number <= len(best) else None
            columns[f"{name}Price{number}"] = price
            columns[f"{name}Quantity{number}"] = None if price is None else sizes[side][price]
    return columns
