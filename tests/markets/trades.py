"""Small markets of trades: several listings per instrument, with everything that goes missing in real ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
from hypothesis import strategies as st

from markets.moments import bases, events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from oracles.buckets import Contract

INSTRUMENTS = {11: 901, 12: 901, 13: 901, 21: 902, 22: 902, 31: 903}
"""ListingId to InstrumentId: three venues, two, and one."""
VENUES = {11: "XAAA", 12: "XBBB", 13: "XCCC", 21: "XAAA", 22: "XBBB", 31: "XCCC"}

Resolution = Literal["ns", "us", "ms", "us, UTC"]
STEPS: dict[Resolution, int] = {"ns": 1, "us": 1_000, "ms": 1_000_000, "us, UTC": 1_000}
TIMES: dict[Resolution, pa.DataType] = {
    "ns": pa.timestamp("ns"),
    "us": pa.timestamp("us"),
    "ms": pa.timestamp("ms"),
    "us, UTC": pa.timestamp("us", tz="UTC"),
}

Sequences = Literal["unique", "repeated", "absent"]
"""Sequence numbers that tell all trades apart, or leave some alike, or are not there.

What comes first among trades of one time and one number is not said, only that it does not depend on row order."""

QUOTED = ("BestBidPrice", "BestAskPrice")
VENUE_SCOPES = ("", "AtVenue", "AtPrimary")
QUOTES = tuple(f"{name}{scope}" for name in QUOTED for scope in VENUE_SCOPES)
MIDS = ("PreTradeMid", "MidPrice", "PostTradeMid100ms", "PostTradeMid1000ms")
CHANGES = tuple(
    f"{name}{scope}"
    for name in ("PreTradeElapsedTimeChg", "PostTradeElapsedTimeChg", "PricePoint")
    for scope in VENUE_SCOPES
)
FLAGS = ("NegotiatedTrade", "CrossingTrade", "AlgorithmicTrade", "IcebergExecution")

TYPES: dict[str, pa.DataType] = {
    "ListingId": pa.int64(),
    "InstrumentId": pa.int64(),
    "MIC": pa.string(),
    "BMLLSequenceNo": pa.int64(),
    "LocalPrice": pa.float64(),
    "Size": pa.float64(),
    "AggressorSide": pa.int64(),
    "Classification": pa.string(),
    "MarketState": pa.string(),
    "TradeNotional": pa.float64(),
    "TradeNotionalEUR": pa.float64(),
    "TradeNotionalUSD": pa.float64(),
    "BMLLParticipantType": pa.string(),
    "IsBlock": pa.string(),
    "LotType": pa.string(),
    **dict.fromkeys(FLAGS, pa.string()),
    **dict.fromkeys((*QUOTES, *MIDS, *CHANGES), pa.float64()),
}


@dataclass(frozen=True)
class Market:
    """Rows in canonical columns with event times in nanoseconds, and the resolution their column has in the table."""

    contract: Contract
    resolution: Resolution
    rows: list[dict[str, Any]]
    instruments: dict[int, int] = field(default_factory=lambda: dict(INSTRUMENTS))

    @property
    def table(self) -> pa.Table:
        """The rows as a source table."""
        return trade_table(self.rows, self.resolution)

    @property
    def reference(self) -> pa.Table:
        """Which instrument each listing belongs to."""
        return pa.table({"ListingId": list(self.instruments), "InstrumentId": list(self.instruments.values())})


def trade_table(rows: list[dict[str, Any]], resolution: Resolution) -> pa.Table:
    """Return rows as an Arrow table whose event time has the given resolution."""
    moments = [row["TradeTimestamp"] // STEPS[resolution] for row in rows]
    columns = {"TradeTimestamp": pa.array(moments, pa.int64()).cast(TIMES[resolution])}
    for name in rows[0]:
        if name != "TradeTimestamp":
            columns[name] = pa.array([row[name] for row in rows], TYPES[name])
    return pa.table(columns)


few_listings = st.lists(st.sampled_from(sorted(INSTRUMENTS)), unique=True, min_size=1, max_size=4)
prices = st.sampled_from([99.5, 99.99, 100.0, 100.01, 0.0, None, float("nan")]) | st.integers(1, 40_000).map(
    lambda cents: cents / 100
)
sizes = st.sampled_from([0.0, 0.5, 1.0, 100.0, 100.0, None]) | st.integers(1, 5_000).map(float)
sides = st.sampled_from([1, 1, 2, 2, 0, 3, None])
classifications = st.sampled_from(
    ["LIT_CONTINUOUS"] * 7 + ["LIT_AUCTION_OPEN", "LIT_AUCTION_CLOSE", "OTC_OFF_BOOK", "DARK_CONTINUOUS", None]
)
notionals = st.none() | st.integers(0, 10_000_000).map(lambda cents: cents / 100)


def trade_rows(listings: Sequence[int], moments: st.SearchStrategy[int]) -> st.SearchStrategy[dict[str, Any]]:
    """One trade in canonical columns, without a sequence number."""
    return st.fixed_dictionaries(
        {
            "ListingId": st.sampled_from(listings),
            "TradeTimestamp": moments,
            "LocalPrice": prices,
            "Size": sizes,
            "AggressorSide": sides,
            "Classification": classifications,
            "TradeNotional": notionals,
            "TradeNotionalEUR": notionals,
            "TradeNotionalUSD": notionals,
            "BMLLParticipantType": st.sampled_from(["RETAIL", "INSTITUTIONAL", None]),
            "IsBlock": st.sampled_from(["Y", "N", None]),
        }
    )


NOT_A_NUMBER = float("nan")
quotes = st.sampled_from([99.5, 99.98, 100.0, 100.02, 100.5, 50.0, 0.0, -1.0, None, NOT_A_NUMBER])
changes = st.sampled_from([0.0, 0.25, 0.5, 1.0, -0.5, 1.5, 12_345.0, None, NOT_A_NUMBER])
flags = st.sampled_from(["Y", "N", "-", "H", "TRUE", "true", "1", None])
MARKET_STATES = ("CONTINUOUS_TRADING", "HALTED", "CLOSING_AUCTION")

vendor_columns = st.fixed_dictionaries(
    {
        **dict.fromkeys((*QUOTES, *MIDS), quotes),
        **dict.fromkeys(CHANGES, changes),
        **dict.fromkeys(FLAGS, flags),
        "LotType": st.sampled_from(["Odd Lot", "ODD", "MIXED", "ROUND", None]),
        "MarketState": st.sampled_from([*MARKET_STATES, None]),
    }
)
"""What a vendor adds to a trade: quotes and mids around it, times to changes of the quote, flags."""


def with_listing_columns(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add what follows from the listing: its instrument and its venue."""
    return [{**row, "InstrumentId": INSTRUMENTS[row["ListingId"]], "MIC": VENUES[row["ListingId"]]} for row in rows]


def with_sequence(
    draw: Callable[[st.SearchStrategy[Any]], Any], rows: list[dict[str, Any]], sequences: Sequences
) -> list[dict[str, Any]]:
    """Number the rows in an order of their own, with or without repeats, or leave them without a number."""
    if sequences == "absent":
        return rows
    numbers = range(len(rows)) if sequences == "unique" else [place // 2 for place in range(len(rows))]
    shuffled = draw(st.permutations(numbers))
    return [{**row, "BMLLSequenceNo": number} for row, number in zip(rows, shuffled, strict=True)]


@st.composite
def markets(  # noqa: PLR0913, PLR0917 - what markets differ in
    draw: Callable[[st.SearchStrategy[Any]], Any],
    contracts: st.SearchStrategy[Contract],
    sequences: st.SearchStrategy[Sequences] | None = None,
    resolutions: st.SearchStrategy[Resolution] | None = None,
    most: int = 30,
    added: st.SearchStrategy[dict[str, Any]] | None = None,
) -> Market:
    """Markets of 1 to ``most`` trades around the edges of a contract's buckets, with many ties in time.

    ``added`` are further columns of each trade.
    """
    contract = draw(contracts)
    resolution = draw(st.sampled_from(sorted(STEPS)) if resolutions is None else resolutions)
    moments = events(contract, draw(bases), STEPS[resolution])
    few = st.sampled_from(draw(st.lists(moments, min_size=1, max_size=4)))
    count = draw(st.integers(1, most))
    plain = trade_rows(draw(few_listings), few | moments)
    whole = plain if added is None else st.builds(dict.__or__, plain, added)
    rows = draw(st.lists(whole, min_size=count, max_size=count))
    numbering = draw(st.sampled_from(["unique", "absent"]) if sequences is None else sequences)
    return Market(contract, resolution, with_sequence(draw, with_listing_columns(rows), numbering))
