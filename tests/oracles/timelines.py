"""Dense timelines over events: which buckets there are, and what stood in those in which nothing happened."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from oracles.books import in_order, l2_pass
from oracles.buckets import DAY, Contract
from oracles.results import Result
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades

Row = Mapping[str, Any]
Spans = Callable[[Any, int, int], bool]
"""Tells whether there is a bucket of a listing from one moment to another."""


def interval(begin: int, end: int) -> Spans:
    """Buckets within two times of the day on which they start."""

    def holds(_: object, start: int, stop: int) -> bool:
        midnight = start // DAY * DAY
        return start >= midnight + begin and stop <= midnight + end

    return holds


def phases(changes: Iterable[Row], states: Collection[str]) -> Spans:
    """Buckets that have time of a phase of their listing in which its market state is one of some."""
    found: dict[Any, list[tuple[int, int]]] = defaultdict(list)
    by_listing: dict[Any, list[Row]] = defaultdict(list)
    for row in changes:
        by_listing[row["ListingId"]].append(row)
    for listing, rows in by_listing.items():
        ordered = sorted(rows, key=lambda row: (row["TimestampNanoseconds"], row["MarketState"] in states))
        ends = [row["TimestampNanoseconds"] for row in ordered[1:]] + [2**63]
        for row, until in zip(ordered, ends, strict=True):
            if row["MarketState"] in states:
                found[listing].append((row["TimestampNanoseconds"], until))
    return lambda listing, start, stop: any(min(stop, until) > max(start, since) for since, until in found[listing])


@dataclass(frozen=True)
class Stands:
    """What ends a state: breaks by listing, its age, the day; and whether one from off the timeline is carried in."""

    breaks: Mapping[Any, Sequence[int]] = field(default_factory=dict)
    max_age: int | None = None
    is_carried_in: bool = False

    def at(self, listing: object, moment: int, start: int, contract: Contract) -> bool:
        """Tell whether what was set at a moment stands at the start of a bucket."""
        if any(moment < each <= start for each in self.breaks.get(listing, ())):
            return False
        if self.max_age is not None:
            return moment + self.max_age > start
        return contract.start(moment) // DAY == start // DAY


Times = Mapping[tuple[Any, ...], Mapping[str, int]]
"""When each carried column of a row was set."""


@dataclass(frozen=True)
class Rows:
    """The rows of buckets in which something happened, and when what is carried of them was set."""

    sparse: Result
    times: Times
    contract: Contract

    def timeline(self, spans: Spans, stands: Stands, flows: Collection[str]) -> Result:
        """Return the rows of every bucket of a listing's days."""
        columns = list(dict.fromkeys(name for row in self.sparse.values() for name in row))
        found: Result = {}
        for listing, start in self._starts(spans):
            standing = self._standing(listing, start, spans, stands)
            empty = {name: 0 if name in flows else standing.get(name) for name in columns}
            key = (listing, self.contract.label_of(start))
            found[key] = self.sparse.get(key, empty)
        return found

    def _starts(self, spans: Spans) -> Iterator[tuple[Any, int]]:
        width, origin = self.contract.width, self.contract.origin
        for listing, day in sorted({(who, self.contract.start_of(label) // DAY) for who, label in self.sparse}):
            first = day * DAY + -(day * DAY - origin) % width
            for start in range(first, (day + 1) * DAY, width):
                if spans(listing, start, start + width):
                    yield listing, start

    def _standing(self, listing: object, start: int, spans: Spans, stands: Stands) -> dict[str, Any]:
        """Return the columns that stand in a bucket without a row: of the last row before it."""
        before = [
            each for who, label in self.sparse if who == listing and (each := self.contract.start_of(label)) < start
        ]
        if not stands.is_carried_in:
            on_the_day = [each for each in before if each // DAY == start // DAY]
            before = [each for each in on_the_day if spans(listing, each, each + self.contract.width)]
        if not before:
            return {}
        key = (listing, self.contract.label_of(max(before)))
        set_at = self.times[key].items()
        return {name: self.sparse[key][name] for name, at in set_at if stands.at(listing, at, start, self.contract)}


def book_rows(rows: Sequence[Row], contract: Contract, analytics: Mapping[str, Any]) -> Rows:
    """The book at the last update of each bucket, which is when its best bid was set."""
    times: dict[tuple[Any, ...], dict[str, int]] = {}
    for row in in_order(rows):
        moment = row["TimestampNanoseconds"]
        times[row["ListingId"], contract.label(moment)] = {"BidPrice1": moment}
    return Rows(l2_pass(rows, contract, analytics), times, contract)


def trade_rows(rows: Sequence[Row], contract: Contract, measures: Sequence[str]) -> Rows:
    """Bars, whose open and close were set by the first and the last trade that has a price."""
    lit = [trade for trade in read_trades(rows) if trade.lit]
    sparse = trade_pass(lit, contract, measures)
    times: dict[tuple[Any, ...], dict[str, int]] = {key: {} for key in sparse}
    for trade in lit:
        if trade.price is not None and "OHLC" in measures:
            at = times[trade.listing, contract.label(trade.event)]
            at.setdefault("Open", trade.event)
            at["Close"] = trade.event
    return Rows(sparse, times, contract)
