"""Who initiated a trade, by the rules of the literature, one trade after the other, in whole half ticks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

from oracles.buckets import Contract
from oracles.quotes import Quotes, Sides
from oracles.trades import Trade

BUYER, SELLER = 1, 2
Ticks = tuple[int | None, int | None]
DAY = 86_400 * 10**9


def half_ticks(price: float | None, tick_size: float) -> int | None:
    """The price as the nearest whole number of half ticks; away from zero in the middle of two."""
    if price is None:
        return None
    exact = 2 * price / tick_size
    return int(abs(exact) + 0.5) * (1 if exact >= 0 else -1)


def by_mid(price: int, quote: Ticks) -> int | None:
    """The side of the mid on which a price is."""
    bid, ask = quote
    if bid is None or ask is None or bid > ask or 2 * price == bid + ask:
        return None
    return BUYER if 2 * price > bid + ask else SELLER


def by_touch(price: int, quote: Ticks) -> int | None:
    """The side of a price at the best bid or ask."""
    bid, ask = quote
    if bid is None or ask is None or bid >= ask:
        return None
    return {ask: BUYER, bid: SELLER}.get(price)


def by_tenths(price: int, quote: Ticks) -> int | None:
    """The side of a price in the outer three tenths of the spread."""
    bid, ask = quote
    if bid is None or ask is None or bid >= ask or not bid <= price <= ask:
        return None
    place = Fraction(price - bid, ask - bid)
    return BUYER if place >= Fraction(7, 10) else SELLER if place <= Fraction(3, 10) else None


LOOKS: dict[str, Callable[[int, Ticks], int | None]] = {
    "Tick": lambda price, quote: None,  # noqa: ARG005 - the tick test does not look at quotes
    "Quote": by_mid,
    "LeeReady": by_mid,
    "EMO": by_touch,
    "CLNV": by_tenths,
}


def sides(
    trades: Iterable[Trade], rule: str, tick_size: float, contract: Contract, quote_of: Callable[[Trade], Sides]
) -> list[int]:
    """Return 1, 2 or 0 for each of the trades, which are those of one listing that count, in time order."""
    day, last, test = None, None, None
    found = []
    for trade in trades:
        today = contract.start(trade.event) // DAY
        if today != day:
            day, last, test = today, None, None
        price = half_ticks(trade.price, tick_size)
        if price is None:
            found.append(0)
            continue
        if last is not None and price != last:
            test = BUYER if price > last else SELLER
        last = price
        bid, ask = quote_of(trade)
        seen = LOOKS[rule](price, (half_ticks(bid, tick_size), half_ticks(ask, tick_size)))
        found.append(seen or (0 if rule == "Quote" else test or 0))
    return found


def signed(trades: Iterable[Trade], rule: dict[str, Any], contract: Contract, quotes: Quotes) -> list[dict[str, Any]]:
    """Return the rows of trades with the sides that a rule, as a configuration writes it, tells."""
    groups: defaultdict[object, list[Trade]] = defaultdict(list)
    for trade in trades:
        groups[trade.listing, trade.lit].append(trade)
    return [row for group in groups.values() for row in _signed(group, rule, contract, quotes)]


def _signed(trades: list[Trade], rule: dict[str, Any], contract: Contract, quotes: Quotes) -> Iterator[dict[str, Any]]:
    told = sides(
        trades, rule["rule"], rule["tick_size"], contract, lambda trade: quotes.before(trade.listing, trade.event)
    )
    for trade, side in zip(trades, told, strict=True):
        given = trade.row["AggressorSide"] if rule.get("apply_to", "unknown") == "unknown" else None
        yield {**trade.row, "AggressorSide": given if given in {BUYER, SELLER} else side}
