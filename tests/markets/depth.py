"""Updates of the sizes at prices of a book, as a source has them: some of no side, price or size."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from oracles.buckets import SECOND

from markets.moments import MIDNIGHT

TYPES = {
    "ListingId": pa.int64(),
    "EventTimestamp": pa.timestamp("ns"),
    "Side": pa.int64(),
    "Price": pa.float64(),
    "Size": pa.float64(),
    "BMLLSequenceNo": pa.int64(),
}
moments = st.integers(-3, 12).map(lambda step: MIDNIGHT + step * SECOND) | st.sampled_from([MIDNIGHT - 1, MIDNIGHT + 1])
price_updates = st.fixed_dictionaries(
    {
        "ListingId": st.sampled_from([1, 1, 1, 2, None]),
        "EventTimestamp": moments,
        "Side": st.sampled_from([1, 1, 2, 2, 2, 0, None]),
        "Price": st.integers(1, 6).map(float) | st.sampled_from([None, float("nan")]),
        "Size": st.sampled_from([0.0, 0.0, 1.0, 2.5, 7.0, -1.0, None]),
        "BMLLSequenceNo": st.none() | st.integers(0, 3),
    }
)


def price_update_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Return updates as a source table."""
    return pa.table({name: pa.array([row[name] for row in rows], type_) for name, type_ in TYPES.items()})
