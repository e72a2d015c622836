"""The small tables: ``reference`` and ``marketstate``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from basalt.sample.columns import flags, labels, numbers, text, timestamps
from basalt.sample.session import State
from basalt.sample.timeline import times

if TYPE_CHECKING:
    from basalt.sample.instruments import Market
    from basalt.sample.schedule import DaySession


def reference_rows(market: Market) -> pa.Table:
    """Return one row per listing, valid on all days."""
    listings = market.listings
    return pa.table(
        {
            "ListingId": numbers(np.array([each.listing_id for each in listings])),
            "InstrumentId": numbers(np.array([each.instrument.instrument_id for each in listings])),
            "MIC": text([each.mic for each in listings]),
            "Ticker": text([each.ticker for each in listings]),
            "ISIN": text([each.instrument.isin for each in listings]),
            "CurrencyCode": text([each.instrument.currency for each in listings]),
            "IsPrimary": flags(np.array([each.is_primary for each in listings])),
            "IsAlive": flags(np.ones(len(listings), dtype=np.bool_)),
        }
    )


def marketstate_rows(market: Market, session: DaySession) -> pa.Table:
    """Return one row per change of a listing's market state on a day, in time order."""
    moments = session.states.timeline.moments
    listing = np.repeat(np.arange(len(session.phases)), [len(each) for each in session.phases])
    listing_id = np.array([each.listing_id for each in market.listings])[listing]
    table = pa.table(
        {
            "TimestampNanoseconds": timestamps(session.day.epoch, times(moments)),
            "ListingId": numbers(listing_id),
            "MarketState": labels(session.states.state, [state.name for state in State]),
        }
    )
    return table.take(numbers(np.argsort(times(moments), kind="stable")))
