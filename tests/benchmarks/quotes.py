"""The best quotes of the market of trades, from the same seed: as active as its listings, a tick or a few wide."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from .market import SEED, TICK, drawn_listings, drawn_moments, listing_ids, prices, timestamps

_TICKS_WIDE = 4


def quotes_of_day(day: int, rows: int) -> pa.Table:
    """The quotes of one day, sorted by listing, time and sequence number; a tenth share their nanosecond."""
    random = np.random.default_rng((SEED, rows, day, 2))
    listing, starts = drawn_listings(random, rows)
    moment, sequence = drawn_moments(random, listing, starts)
    bid = prices(random, listing, starts)
    return pa.table(
        {
            "EventTimestamp": timestamps(day, moment),
            "BMLLSequenceNo": sequence,
            "ListingId": listing_ids(listing),
            "BidPrice1": bid,
            "BidQuantity1": np.ceil(random.lognormal(5.5, 1.0, rows)),
            "AskPrice1": bid + TICK * random.integers(1, _TICKS_WIDE + 1, rows),
            "AskQuantity1": np.ceil(random.lognormal(5.5, 1.0, rows)),
        }
    )
