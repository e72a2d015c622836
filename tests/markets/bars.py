"""Small tables of bars: what an earlier pass, or a vendor, hands to a generic pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from hypothesis import strategies as st

from markets.moments import bases
from markets.trades import INSTRUMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracles.buckets import Contract

UNMAPPED = 99
"""A listing no reference table knows."""

prices = st.none() | st.integers(1, 40_000).map(lambda cents: cents / 100)


@dataclass(frozen=True)
class Bars:
    """Bars with labels in nanoseconds, and the contract they were made by."""

    contract: Contract
    rows: list[dict[str, Any]]

    @property
    def table(self) -> pa.Table:
        """The bars as a source table."""
        labels = [row["TimeBucket"] // 1_000 for row in self.rows]
        return pa.table(
            {
                "ListingId": pa.array([row["ListingId"] for row in self.rows], pa.int64()),
                "TimeBucket": pa.array(labels, pa.int64()).cast(pa.timestamp("us")),
                "Close": pa.array([row["Close"] for row in self.rows], pa.float64()),
                "Volume": pa.array([row["Volume"] for row in self.rows], pa.float64()),
                "Trades": pa.array([row["Trades"] for row in self.rows], pa.int64()),
            }
        )


@st.composite
def bars(draw: Callable[[st.SearchStrategy[Any]], Any], contracts: st.SearchStrategy[Contract]) -> Bars:
    """Up to 40 bars of a few listings in consecutive buckets, some missing, some with nulls."""
    contract = draw(contracts)
    first = contract.start(draw(bases))
    places = st.tuples(st.sampled_from([*INSTRUMENTS, UNMAPPED]), st.integers(-6, 12))
    found = draw(st.lists(places, unique=True, min_size=1, max_size=40))
    return Bars(
        contract,
        [
            {
                "ListingId": listing,
                "TimeBucket": contract.label_of(first + number * contract.width),
                "Close": draw(prices),
                "Volume": draw(prices),
                "Trades": draw(st.none() | st.integers(0, 50)),
            }
            for listing, number in found
        ],
    )
