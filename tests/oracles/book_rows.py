"""What an update of an order book says, and how it is read."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
Value = float | None
Column = tuple[str, Callable[[Row], Value], Mapping[str, Any]]
SIDES = ("Bid", "Ask")


def given(row: Row, column: str) -> Value:
    """What an update says; None where there is no finite number."""
    value = row[column]
    return None if value is None or not math.isfinite(value) else float(value)


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Updates by time and sequence."""
    return sorted(rows, key=lambda row: (row["TimestampNanoseconds"], row["BMLLSequenceNo"]))


def best(row: Row) -> tuple[float, float] | None:
    """Best bid and ask of a book with two sides that do not cross."""
    bid, ask = given(row, "BidPrice1"), given(row, "AskPrice1")
    return None if bid is None or ask is None or bid > ask else (bid, ask)


def named(group: Mapping[str, Any], column: str) -> str:
    """What a column is called, where the pattern of its group has no variable but its own name."""
    return group.get("output_name_pattern", "{column}").replace("{column}", column)
