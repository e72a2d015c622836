"""Quotes around the trades of a market: whole or one side a row, crossed, empty, at the same nanosecond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from oracles.buckets import SECOND

from markets.trades import STEPS, TIMES, Market, Resolution

AGES = (None, SECOND, 2 * SECOND, 3_600 * SECOND)
prices = st.sampled_from([99.98, 99.99, 100.0, 100.01, 100.02, 100.05, None, float("nan")]) | st.integers(1, 300).map(
    lambda cents: 98.5 + cents / 100
)
offsets = st.sampled_from([0, 0, 1, -1, SECOND, -SECOND, SECOND - 1, SECOND + 1, 100_000_000, -2 * SECOND])


@st.composite
def quotes_around(draw: Callable[[st.SearchStrategy[Any]], Any], market: Market) -> list[dict[str, Any]]:
    """Rows of quotes near the trades of a market, their times whole steps of its resolution."""
    step = STEPS[market.resolution]
    trades = st.sampled_from([(row["ListingId"], row["TradeTimestamp"]) for row in market.rows])
    sequences = st.none() | st.integers(0, 3) if draw(st.booleans()) else None
    count = draw(st.integers(1, 20))
    rows = []
    for number in range(count):
        listing, moment = draw(trades)
        rows.append(
            {
                "ListingId": listing,
                "EventTimestamp": (moment + draw(offsets)) // step * step,
                "BMLLSequenceNo": number if sequences is None else draw(sequences),
                "BidPrice1": draw(prices),
                "AskPrice1": draw(prices),
            }
        )
    return rows


def quote_table(rows: list[dict[str, Any]], resolution: Resolution) -> pa.Table:
    """Return rows of quotes as an Arrow table."""
    moments = [row["EventTimestamp"] // STEPS[resolution] for row in rows]
    types = {
        "ListingId": pa.int64(),
        "BMLLSequenceNo": pa.int64(),
        "BidPrice1": pa.float64(),
        "AskPrice1": pa.float64(),
    }
    columns = {name: pa.array([row[name] for row in rows], type_) for name, type_ in types.items()}
    return pa.table({"EventTimestamp": pa.array(moments, pa.int64()).cast(TIMES[resolution]), **columns})
