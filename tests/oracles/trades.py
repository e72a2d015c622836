"""Trades as the trade module reads them, from rows in canonical columns with event times in nanoseconds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Row = Mapping[str, Any]

SIDES = {1: "Ask", 2: "Bid"}
YES = ("Y", "TRUE", "true", "1")


@dataclass(frozen=True)
class Trade:
    """One trade that counts: its size is known. A price or notional that is null or not a number is None."""

    listing: int
    event: int
    sequence: int
    price: float | None
    size: float
    side: str
    classification: str | None
    lit: bool
    notional: float | None
    notional_eur: float | None
    notional_usd: float | None
    retail: bool
    block: bool
    market_state: str | None
    row: Row = field(default_factory=dict)

    def measured(self, column: str) -> float | None:
        """What a vendor's column says of the trade; None where it is null or not a number."""
        return number(self.row[column])

    def order(self) -> tuple[int, int, int, float, float]:
        """The place in time: by event, then sequence, then listing, then price and size; a missing price last."""
        price = math.inf if self.price is None else self.price
        return (self.event, self.sequence, self.listing, price, self.size)


def number(value: float | None) -> float | None:
    """The value, or None where there is no finite number."""
    return None if value is None or not math.isfinite(value) else float(value)


def read_trades(rows: Iterable[Row], classifications: Iterable[str] = ("LIT_CONTINUOUS",)) -> list[Trade]:
    """Return the trades that count, in time order."""
    accepted = set(classifications)
    trades = [read_trade(row, accepted) for row in rows if number(row["Size"]) is not None]
    return sorted(trades, key=Trade.order)


def read_trade(row: Row, accepted: set[str]) -> Trade:
    """Return one row as a trade."""
    return Trade(
        listing=row["ListingId"],
        event=row["TradeTimestamp"],
        sequence=row.get("BMLLSequenceNo", 0),
        price=price_of(row),
        size=float(row["Size"]),
        side=SIDES.get(row.get("AggressorSide"), "Unknown"),
        classification=row.get("Classification"),
        lit="Classification" not in row or row["Classification"] in accepted,
        notional=number(row.get("TradeNotional")),
        notional_eur=number(row.get("TradeNotionalEUR")),
        notional_usd=number(row.get("TradeNotionalUSD")),
        retail=row.get("BMLLParticipantType") == "RETAIL",
        block=row.get("IsBlock") in YES,
        market_state=row.get("MarketState"),
        row=row,
    )


def price_of(row: Row) -> float | None:
    """The local price: given, or notional by size, or the price, whichever columns the source has."""
    if "LocalPrice" in row:
        return number(row["LocalPrice"])
    if "TradeNotional" in row:
        return quotient(number(row["TradeNotional"]), float(row["Size"]))
    return number(row["Price"])


def quotient(notional: float | None, size: float) -> float | None:
    """Notional by size as IEEE 754 divides: zero by zero is not a number, anything else by zero is infinite."""
    if notional is None or (size == 0 and notional == 0):
        return None
    return math.copysign(math.inf, notional) if size == 0 else notional / size


def by_instrument(trades: Iterable[Trade], instruments: Mapping[int, int]) -> list[Trade]:
    """Return the trades as if each instrument were one listing, in the order they have as trades of their listings."""
    return [replace(trade, listing=instruments[trade.listing]) for trade in sorted(trades, key=Trade.order)]
