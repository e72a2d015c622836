"""What quotes stood around a moment, looked up one moment at a time among plain rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oracles.trades import number

Row = Mapping[str, Any]
Sides = tuple[float | None, float | None]
NOTHING: Sides = (None, None)


@dataclass(frozen=True)
class Quotes:
    """Rows of quotes, and how they are read.

    ``max_age`` in nanoseconds is how long a row stands; where ``nulls_are_unchanged`` a null repeats the last price
    that is no older than that.
    """

    rows: Sequence[Row]
    max_age: int | None
    nulls_are_unchanged: bool = False
    key: str = "ListingId"

    def before(self, listing: object, moment: int) -> Sides:
        """Bid and ask just before a moment."""
        return self._standing([row for row in self._of(listing) if row["EventTimestamp"] < moment], moment - 1)

    def at(self, listing: object, moment: int) -> Sides:
        """Bid and ask at a moment, what happens at it included."""
        return self._standing([row for row in self._of(listing) if row["EventTimestamp"] <= moment], moment)

    def _of(self, listing: object) -> Iterable[Row]:
        return (row for row in self.rows if row[self.key] == listing)

    def _standing(self, rows: Iterable[Row], moment: int) -> Sides:
        earlier = sorted(rows, key=place)
        if not earlier or not self._is_young(moment - earlier[-1]["EventTimestamp"], standing=True):
            return NOTHING
        return (self._side(earlier, "BidPrice1"), self._side(earlier, "AskPrice1"))

    def _side(self, rows: list[Row], column: str) -> float | None:
        last = rows[-1]
        if not self.nulls_are_unchanged:
            return number(last[column])
        given = [row for row in rows if number(row[column]) is not None]
        if not given or not self._is_young(last["EventTimestamp"] - given[-1]["EventTimestamp"], standing=False):
            return None
        return number(given[-1][column])

    def _is_young(self, age: int, *, standing: bool) -> bool:
        """Tell whether a row of an age stands at a moment, or whether what it gave is repeated by a later one."""
        return self.max_age is None or age < self.max_age or (age == self.max_age and not standing)


def place(row: Row) -> tuple[int, float, float, float]:
    """The order of rows: time, sequence, bid, ask; a missing sequence first, a missing price last."""
    sequence = row.get("BMLLSequenceNo")
    prices = [number(row[column]) for column in ("BidPrice1", "AskPrice1")]
    bid, ask = (math.inf if price is None else price for price in prices)
    return (row["EventTimestamp"], -math.inf if sequence is None else sequence, bid, ask)


def mid(sides: Sides) -> float | None:
    """Halfway between bid and ask, where both are there and not crossed."""
    bid, ask = sides
    return None if bid is None or ask is None or bid > ask else (bid + ask) / 2


LOOKED_UP = {"QuoteMid": "MidPrice", "QuoteBid": "BestBid", "QuoteAsk": "BestAsk"}
"""References looked up in quotes, and what the oracle of discrepancies calls what it finds in the rows of trades."""


def quoted(row: Row, quotes: Quotes, timing: str, horizons: Iterable[int]) -> dict[str, Any]:
    """Return a row of trades with what stood around it in the columns that a vendor would have put it in.

    ``timing`` is before or at, ``horizons`` are times after the trade in nanoseconds.
    """
    listing, moment = row[quotes.key], row["TradeTimestamp"]
    sides = quotes.before(listing, moment) if timing == "before" else quotes.at(listing, moment)
    later = {f"PostTradeMid{ns // 10**6}ms": mid(quotes.at(listing, moment + ns)) for ns in horizons}
    touch = {"BestBidPrice": sides[0], "BestAskPrice": sides[1]}
    return {**row, "PreTradeMid": mid(sides), "MidPrice": mid(sides), **touch, **later}


def looked_up(column: str) -> str:
    """Return what Basalt calls a column of discrepancies from quotes that the oracle found in the rows of trades."""
    for ours, theirs in LOOKED_UP.items():
        column = column.replace(f"DiscrepancyTo{theirs}", f"DiscrepancyTo{ours}")
    return column
