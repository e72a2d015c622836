"""How much stands near in a book and what it costs to trade against it: one update, walked level by level."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from oracles.book_rows import SIDES, Column, Row, Value, best, given, named

LEVELS = 3
PriceOf = Callable[[Row, str, float, int], Fraction | None]


def exact(value: float) -> Fraction:
    """The decimal number that a double stands for."""
    return Fraction(repr(value))


def distance(price: float, mid: Fraction) -> Fraction:
    """How far a price is from the mid, in basis points."""
    return 10_000 * abs(exact(price) - mid) / mid


def middle(row: Row) -> Fraction | None:
    """The middle of the best prices of a book that has two sides and does not cross."""
    found = best(row)
    return None if found is None else (exact(found[0]) + exact(found[1])) / 2


def depth(row: Row, side: str, bps: float, measure: str, levels: int) -> Value:
    """What stands within a distance of the mid; None when the last level is within it, for there may be more."""
    mid = middle(row)
    if mid is None:
        return None
    total = Fraction(0)
    for level in range(1, levels + 1):
        price, quantity = (given(row, f"{side}{each}{level}") for each in ("Price", "Quantity"))
        if price is None or distance(price, mid) > exact(bps):
            continue
        if level == levels:
            return None
        if quantity is not None:
            total += exact(quantity) * (exact(price) if measure == "Notional" else 1)
    return float(total)


def offered(row: Row, side: str, levels: int) -> list[tuple[float | None, float]]:
    """Prices and quantities of a side that can be traded against, the best first."""
    quantities = [(level, given(row, f"{side}Quantity{level}")) for level in range(1, levels + 1)]
    return [(given(row, f"{side}Price{level}"), quantity) for level, quantity in quantities if quantity]


def swept(row: Row, side: str, size: float, levels: int) -> Fraction | None:
    """The average price of a size; None when not all of it trades, or some of it at an unknown price."""
    left, paid = exact(size), Fraction(0)
    for price, quantity in offered(row, side, levels):
        taken = min(left, exact(quantity))
        if taken and price is None:
            return None
        paid += taken * exact(price or 0.0)
        left -= taken
    return None if left else paid / exact(size)


def swept_notional(row: Row, side: str, notional: float, levels: int) -> Fraction | None:
    """The average price of a notional; None when not all of it trades, or some may at an unknown price."""
    left, bought = exact(notional), Fraction(0)
    for price, quantity in offered(row, side, levels):
        if left and price is None:
            return None
        if left:
            taken = min(left, exact(price) * exact(quantity))
            bought += taken / exact(price)
            left -= taken
    return None if left else exact(notional) / bought


def cost(row: Row, price: Fraction | None) -> Value:
    """How far an average price is from the mid, in basis points."""
    mid = middle(row)
    return None if mid is None or price is None else float(10_000 * abs(price - mid) / mid)


def microprice(row: Row, level: int) -> Value:
    """Best prices, each weighted by what stands on the other side up to a level."""
    found = best(row)
    if found is None or any(given(row, f"{side}Quantity1") is None for side in SIDES):
        return None
    bids, asks = (sum(given(row, f"{side}Quantity{each}") or 0.0 for each in range(1, level + 1)) for side in SIDES)
    return None if bids + asks == 0 else (found[0] * asks + found[1] * bids) / (bids + asks)


def slope(row: Row, side: str, levels: int) -> Value:
    """Mean elasticity of log quantity up to a price, as Næs and Skjeltorp (2006) sum it up from the mid outwards."""
    mid = middle(row)
    prices = [given(row, f"{side}Price{level}") for level in range(1, levels + 1)]
    quantities = [given(row, f"{side}Quantity{level}") for level in range(1, levels + 1)]
    if mid is None or mid == exact(best(row)[0]) or None in prices or None in quantities:
        return None
    up_to = list(itertools.accumulate(quantities))
    reached = [float(mid), *prices]
    if any(here == before for before, here in itertools.pairwise(reached)) or up_to[0] <= 0:
        return None
    logs = [math.log(quantity) for quantity in up_to]
    growth = [logs[0], *(None if before == 0 else here / before - 1 for before, here in itertools.pairwise(logs))]
    if None in growth:
        return None
    steps = [abs(here / before - 1) for before, here in itertools.pairwise(reached)]
    return sum(grown / step for grown, step in zip(growth, steps, strict=True)) / levels


def label(amount: float) -> str:
    """An amount in a name."""
    return f"{amount:.10f}".rstrip("0").rstrip(".").replace(".", "_")


def depth_columns(analytics: Mapping[str, Any]) -> Iterator[Column]:
    """Give the columns: name, value of an update, group."""
    for group in analytics.get("microprices", []):
        for level in group["levels"]:
            yield named(group, f"Microprice{level}"), lambda row, level=level: microprice(row, level), group
    for group in analytics.get("slopes", []):
        for side, level in itertools.product(group["sides"], group["levels"]):
            yield named(group, f"{side}Slope{level}"), lambda row, at=(side, level): slope(row, *at), group
    for group in analytics.get("depth", []):
        levels = group.get("max_level", LEVELS)
        for side, bps, measure in itertools.product(group["sides"], group["bps"], group["measures"]):
            name = f"{side}Depth{'' if measure == 'Quantity' else measure}{label(bps)}bps"
            yield named(group, name), lambda row, at=(side, bps, measure, levels): depth(row, *at), group
    for group in analytics.get("sweeps", []):
        yield from sweep_columns(group, group["sizes"], swept, "")
    for group in analytics.get("notional_sweeps", []):
        yield from sweep_columns(group, group["notionals"], swept_notional, "Notional")


def sweep_columns(group: Mapping[str, Any], amounts: Sequence[float], price_of: PriceOf, kind: str) -> Iterator[Column]:
    """Give average prices and costs of amounts."""
    levels = group.get("max_level", LEVELS)
    for side, amount, measure in itertools.product(group["sides"], amounts, group["measures"]):

        def value(row: Row, at: tuple[Any, ...] = (side, amount, levels), measure: str = measure) -> Value:
            price = price_of(row, *at)
            return cost(row, price) if measure == "CostToTrade" else None if price is None else float(price)

        yield named(group, f"{side}{measure}{kind}{label(amount)}"), value, group
