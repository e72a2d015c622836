"""The order book as an l2 pass reads it: values of one update, and rows of a pass, slow and obvious."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from oracles.book_changes import change_columns, pairs
from oracles.book_depth import depth_columns
from oracles.book_rows import SIDES, Column, Row, Value, best, given, in_order, named
from oracles.buckets import DAY, Contract
from oracles.results import Result

AT_LEVEL = ("Quantity", "Price", "NumOrders", "InsertAge", "LastMod", "SizeAhead")
UP_TO_LEVEL = ("CumQuantity", "CumOrders", "CumNotional")
LIQUIDITY = (*AT_LEVEL, *UP_TO_LEVEL)
IMBALANCES = ("Quantity", "CumQuantity", "CumNotional", "Orders")
PRICES = ("Mid", "Bid", "Ask", "WeightedMid")


def standing(row: Row, side: str, level: int, measure: str) -> Value:
    """A measure of one side of the book at a level, or up to it."""
    if measure in AT_LEVEL:
        return given(row, f"{side}{measure}{level}")
    return sum(contribution(row, side, number, measure) for number in range(1, level + 1))


def contribution(row: Row, side: str, level: int, measure: str) -> float:
    """What one level adds to a measure over several."""
    if measure == "CumOrders":
        return given(row, f"{side}NumOrders{level}") or 0.0
    quantity = given(row, f"{side}Quantity{level}")
    if measure == "CumQuantity":
        return quantity or 0.0
    price = given(row, f"{side}Price{level}")
    return 0.0 if price is None or quantity is None else price * quantity


def spread(row: Row, variant: str) -> Value:
    """The quoted spread, in price units or basis points of the mid."""
    if (found := best(row)) is None:
        return None
    bid, ask = found
    if variant == "Abs":
        return ask - bid
    return None if ask + bid == 0 else 20_000 * (ask - bid) / (ask + bid)


def imbalance(row: Row, level: int, measure: str) -> Value:
    """Bid less ask, by their sum; None for a book that needs another side or has nothing to compare."""
    if measure == "QuantitySlope":
        return imbalance_slope(row, level)
    of = {"Orders": "NumOrders"}.get(measure, measure)
    bid, ask = (standing(row, side, level, of) for side in SIDES)
    if best(row) is None or bid is None or ask is None or bid + ask == 0:
        return None
    return (bid - ask) / (bid + ask)


def imbalance_slope(row: Row, level: int) -> Value:
    """The slope of the line that numpy fits through the imbalances of the levels; None where one has none."""
    numbers = range(1, level + 1)
    imbalances = [imbalance(row, number, "Quantity") for number in numbers]
    return None if None in imbalances else float(np.polyfit(numbers, imbalances, 1)[0])


def price(row: Row, source: str) -> Value:
    """A price of the book as a whole."""
    if source in SIDES:
        return given(row, f"{source}Price1")
    if (found := best(row)) is None:
        return None
    bid, ask = found
    if source == "Mid":
        return (bid + ask) / 2
    at_bid, at_ask = (given(row, f"{side}Quantity1") for side in SIDES)
    if at_bid is None or at_ask is None or at_bid + at_ask == 0:
        return None
    return (bid * at_ask + ask * at_bid) / (at_bid + at_ask)


def quoted(row: Row) -> tuple[Value, Value]:
    """The best prices there are."""
    return given(row, "BidPrice1"), given(row, "AskPrice1")


CONDITIONS: dict[str, Callable[[Value, Value], bool]] = {
    "Locked": lambda bid, ask: bid is not None and bid == ask,
    "Crossed": lambda bid, ask: bid is not None and ask is not None and bid > ask,
    "OneSided": lambda bid, ask: (bid is None) != (ask is None),
}


def standing_columns(analytics: Mapping[str, Any]) -> Iterator[Column]:
    """Give the columns that are values of the book at the last update: name, value of an update, group."""
    for group in analytics.get("liquidity", []):
        for side, level, measure in itertools.product(group["sides"], group["levels"], group["measures"]):
            yield (
                named(group, f"{side}{measure}{level}"),
                lambda row, at=(side, level, measure): standing(row, *at),
                group,
            )
    for group in analytics.get("spreads", []):
        for variant in group["variant"]:
            name = {"BPS": "SpreadBps", "Abs": "SpreadAbs"}[variant]
            yield named(group, name), lambda row, variant=variant: spread(row, variant), group
    for group in analytics.get("imbalances", []):
        for level, measure in itertools.product(group["levels"], group["measures"]):
            yield (
                named(group, f"Imbalance{measure}{level}"),
                lambda row, at=(level, measure): imbalance(row, *at),
                group,
            )
    for group in analytics.get("prices", []):
        for source in group["source"]:
            yield named(group, source), lambda row, source=source: price(row, source), group
    yield from condition_columns(analytics)
    yield from depth_columns(analytics)


def condition_columns(analytics: Mapping[str, Any]) -> Iterator[Column]:
    """Give the columns of conditions."""
    for group in analytics.get("conditions", []):
        for measure in group["measures"]:
            yield (
                named(group, f"Is{measure}"),
                lambda row, measure=measure: float(CONDITIONS[measure](*quoted(row))),
                group,
            )


def bars(values: Sequence[float], before: Value) -> dict[str, Value]:
    """Open, high, low and close of values in order, the first of which may be the close before."""
    whole = [*([] if before is None else [before]), *values]
    if not whole:
        return dict.fromkeys(("Open", "High", "Low", "Close"))
    return {"Open": whole[0], "High": max(whole), "Low": min(whole), "Close": whole[-1]}


def l2_pass(rows: Iterable[Row], contract: Contract, analytics: Mapping[str, Any]) -> Result:
    """Return (ListingId, TimeBucket) to its columns; a bucket is there if an update falls in it."""
    buckets: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in in_order(rows):
        buckets[row["ListingId"], contract.label(row["TimestampNanoseconds"])].append(row)
    result: Result = {key: {} for key in buckets}
    for name, value, group in standing_columns(analytics):
        for key, updates in buckets.items():
            read = selected(updates, group)
            result[key][name] = value(read[-1]) if read else None
    count_changes(result, buckets, contract, analytics)
    for group in analytics.get("ohlc", []):
        for source in group["source"]:
            for key, bar in bars_of(buckets, contract, source, group).items():
                result[key] |= {named(group, f"{source}{name}"): value for name, value in bar.items()}
    return result


def count_changes(
    result: Result, buckets: Mapping[tuple[int, int], Sequence[Row]], contract: Contract, analytics: Mapping[str, Any]
) -> None:
    """Add what the updates of each bucket change, and how many they are."""
    for group in analytics.get("updates", []):
        if "Count" in group["measures"]:
            for key, updates in buckets.items():
                result[key][named(group, "UpdateCount")] = len(selected(updates, group))
    for name, change, group in change_columns(analytics):
        for row in result.values():
            row[name] = 0
        for key, before, after in pairs(buckets, contract):
            if selected([after], group):
                result[key][name] += change(before, after)


def selected(updates: Sequence[Row], group: Mapping[str, Any]) -> list[Row]:
    """The updates in the market states of a group."""
    states = group.get("market_states", [])
    return [row for row in updates if not states or row["MarketState"] in states]


def bars_of(
    buckets: Mapping[tuple[int, int], Sequence[Row]], contract: Contract, source: str, group: Mapping[str, Any]
) -> Result:
    """Bars of a price; with ``prev_close`` each is opened by the close before it of the listing and the UTC day."""
    continues = group.get("open_mode") == "prev_close"
    closes: dict[tuple[int, int], Value] = {}
    found: Result = {}
    for (listing, label), updates in sorted(buckets.items()):
        values = [value for row in selected(updates, group) if (value := price(row, source)) is not None]
        day = (listing, contract.start_of(label) // DAY)
        found[listing, label] = bars(values, closes.get(day) if continues else None)
        closes[day] = found[listing, label]["Close"]
    return found


def with_what_stood(
    rows: Iterable[Row], max_age: int | None = None, breaks: Mapping[int, Sequence[int]] | None = None
) -> list[dict[str, Any]]:
    """Updates whose nulls mean "unchanged", each with the values before of its listing that are not too old.

    A value that was given before a break does not stand at it and after.
    """
    last: dict[tuple[int, str], tuple[int, float]] = {}
    found = []
    for row in in_order(rows):
        filled = dict(row)
        for column in (name for name in row if name.startswith(SIDES)):
            key, value = (row["ListingId"], column), given(row, column)
            if value is not None:
                last[key] = (row["TimestampNanoseconds"], value)
            since, stood = last.get(key, (0, None))
            now = row["TimestampNanoseconds"]
            is_broken = any(since < moment <= now for moment in (breaks or {}).get(row["ListingId"], ()))
            is_too_old = max_age is not None and now - since > max_age
            filled[column] = None if is_too_old or is_broken else stood
        found.append(filled)
    return found
