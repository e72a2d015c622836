"""An l2tw pass: values of the book weighted by the time that its states stood, cut at the edges of buckets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from oracles.books import Row, Value, in_order, standing_columns
from oracles.buckets import Contract
from oracles.results import Result


@dataclass(frozen=True)
class Stood:
    """A state of the book, from its update until it was followed, grew too old, or a session ended."""

    row: Row
    since: int
    until: int

    def within(self, start: int, end: int) -> int:
        """For how many nanoseconds it stood in a bucket."""
        return max(0, min(self.until, end) - max(self.since, start))


def what_stood(rows: Iterable[Row], max_age: int | None, breaks: Iterable[Row] = ()) -> dict[int, list[Stood]]:
    """Return what stood, by listing and in order; a break at the time of an update is before it."""
    moments: dict[int, list[int]] = defaultdict(list)
    for row in breaks:
        moments[row["ListingId"]].append(row["TimestampNanoseconds"])
    updates: dict[int, list[Row]] = defaultdict(list)
    for row in in_order(rows):
        updates[row["ListingId"]].append(row)
    return {listing: list(_of_listing(each, max_age, moments[listing])) for listing, each in updates.items()}


def _of_listing(updates: Sequence[Row], max_age: int | None, breaks: Sequence[int]) -> Iterable[Stood]:
    for place, row in enumerate(updates):
        since = row["TimestampNanoseconds"]
        ends = [each["TimestampNanoseconds"] for each in updates[place + 1 : place + 2]]
        ends += [moment for moment in breaks if moment > since]
        ends += [since + max_age] if max_age is not None else []
        yield Stood(row, since, min(ends, default=2**63))


def l2tw_pass(
    rows: Sequence[Row],
    contract: Contract,
    analytics: Mapping[str, Any],
    max_age: int | None = None,
    breaks: Sequence[Row] = (),
) -> Result:
    """Return (ListingId, TimeBucket) to its columns; a bucket is there if an update falls in it.

    What stands at the last update stands to the end of its bucket, not beyond: nobody knows when it will be followed.
    """
    result: Result = {}
    columns = list(standing_columns(analytics))
    for listing, stood in what_stood(rows, max_age, breaks).items():
        for start in sorted({contract.start(each.since) for each in stood}):
            end = start + contract.width
            pieces = [(each.row, each.within(start, end)) for each in stood]
            row: dict[str, Value] = {}
            for name, value, group in columns:
                states = group.get("market_states", [])
                read = [(value(each), time) for each, time in pieces if not states or each["MarketState"] in states]
                row[f"{name}TWA"] = mean([(number, time) for number, time in read if number is not None])
            if analytics.get("enable_book_coverage"):
                row["BookCoverageRatio"] = sum(time for _, time in pieces) / contract.width
            result[listing, contract.label_of(start)] = row
    return result


def mean(weighted: Sequence[tuple[float, int]]) -> Value:
    """The mean of values by time; None where they stood for none."""
    total = sum(time for _, time in weighted)
    return sum(value * time for value, time in weighted) / total if total else None
