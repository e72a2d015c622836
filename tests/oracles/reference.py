"""Reference rows by listing: for good, by day, or from one day to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from oracles.buckets import Contract, day_of

if TYPE_CHECKING:
    from oracles.generic_pass import Bar, Reference

Row = Mapping[str, Any]


def always(rows: Iterable[Row], column: str) -> Reference:
    """A reference table without dates."""
    found = {row["ListingId"]: row[column] for row in rows}
    return lambda bar: {column: found.get(bar["ListingId"])}


def by_date(rows: Iterable[Row], column: str, contract: Contract) -> Reference:
    """A reference table with one row a listing and ``Date``, days from 1970-01-01."""
    found = {(row["ListingId"], row["Date"]): row[column] for row in rows}
    return lambda bar: {column: found.get((bar["ListingId"], bar_day(bar, contract)))}


def by_validity(rows: Iterable[Row], column: str, contract: Contract) -> Reference:
    """A reference table whose rows hold from the day ``ValidFrom`` to the day ``ValidTo``, both included; an open
    end holds for ever."""
    rows = list(rows)

    def look_up(bar: Bar) -> dict[str, Any]:
        day = bar_day(bar, contract)
        valid = [row[column] for row in rows if row["ListingId"] == bar["ListingId"] and holds(row, day)]
        return {column: valid[0] if valid else None}

    return look_up


def holds(row: Row, day: int) -> bool:
    """Tell whether a reference row is valid on a day."""
    return row["ValidFrom"] <= day and (row["ValidTo"] is None or day <= row["ValidTo"])


def bar_day(bar: Bar, contract: Contract) -> int:
    """The UTC day a bar belongs to: that of its start."""
    return day_of(contract.start_of(bar["TimeBucket"]))
