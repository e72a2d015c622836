"""Changes of market states at and around events, several at one moment among them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

CONTINUOUS = "CONTINUOUS_TRADING"
Change = dict[str, Any]


def state_table(changes: Iterable[Change]) -> pa.Table:
    """Return changes as a source table."""
    rows = list(changes)
    moments = pa.array([row["TimestampNanoseconds"] for row in rows], pa.int64()).cast(pa.timestamp("ns"))
    kinds = {"ListingId": pa.int64(), "MarketState": pa.string()}
    table = pa.table({name: pa.array([row[name] for row in rows], kind) for name, kind in kinds.items()})
    return table.append_column("TimestampNanoseconds", moments)


@st.composite
def changes_near(
    draw: Callable[[st.SearchStrategy[Any]], Any], rows: Sequence[dict[str, Any]], time: str, width: int
) -> list[Change]:
    """Changes of the listings of some events, at their ``time`` and up to a few buckets of a ``width`` around.

    Trading is mostly continuous before the first event, with halts of less than a few buckets.
    """
    listings = sorted({row["ListingId"] for row in rows})
    beside = st.sampled_from([0, 1, -1, width // 3, -width // 3, width, -width, 2 * width])
    moments = st.builds(int.__add__, st.sampled_from([row[time] for row in rows]), beside)
    begin = min(row[time] for row in rows) - 3 * width
    opened = [(listing, begin, CONTINUOUS) for listing in listings if draw(st.integers(0, 4))]
    states = st.sampled_from([CONTINUOUS, "HALTED", "CLOSING_AUCTION", None])
    others = draw(st.lists(st.tuples(st.sampled_from(listings), moments, states), max_size=3))
    lengths = st.sampled_from([0, 1, width // 4, width, 3 * width // 2])
    halts = draw(st.lists(st.tuples(st.sampled_from(listings), moments, lengths), min_size=1, max_size=4))
    halted = [(listing, moment, "HALTED") for listing, moment, _ in halts]
    resumed = [(listing, moment + length, CONTINUOUS) for listing, moment, length in halts]
    return [
        {"ListingId": listing, "TimestampNanoseconds": moment, "MarketState": state}
        for listing, moment, state in [*opened, *others, *halted, *resumed]
    ]


def breaks_of(changes: Iterable[Change]) -> dict[int, list[int]]:
    """The moments at which each listing comes into any other state than continuous trading."""
    return moments_of(row for row in changes if row["MarketState"] != CONTINUOUS)


def moments_of(changes: Iterable[Change]) -> dict[int, list[int]]:
    """The moments of changes by listing."""
    found: dict[int, list[int]] = defaultdict(list)
    for row in changes:
        found[row["ListingId"]].append(row["TimestampNanoseconds"])
    return found
