"""The source tables Basalt knows, with their canonical columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CanonicalTable:
    """A table by its canonical columns.

    ``event_times`` and ``sequences`` name the columns that give time and order, of which the first present is used.
    ``assumed`` are the columns, with their DuckDB types, that a table is taken to have without a source for it.
    """

    assumed: Mapping[str, str]
    event_times: tuple[str, ...] = ()
    sequences: tuple[str, ...] = ()


_BOOK_TIMES = ("TimestampNanoseconds", "EventTimestamp")
_BOOK_SEQUENCES = ("BMLLSequenceNo", "ExchangeSequenceNo", "EventNo", "L2EventNo")
_NUMBER, _TEXT, _ID = "DOUBLE", "VARCHAR", "BIGINT"

_BOOK_MEASURES = {"Price": _NUMBER, "Quantity": _NUMBER, "NumOrders": "BIGINT"}


def _book_columns(levels: int) -> dict[str, str]:
    """Return the columns of a book of so many levels, the best one first."""
    return {
        f"{side}{measure}{level}": type_
        for level in range(1, levels + 1)
        for side in ("Bid", "Ask")
        for measure, type_ in _BOOK_MEASURES.items()
    }


CANONICAL_TABLES: Mapping[str, CanonicalTable] = {
    "trades": CanonicalTable(
        assumed={
            "ListingId": _ID,
            "MIC": _TEXT,
            "Ticker": _TEXT,
            "TradeTimestamp": "TIMESTAMP_NS",
            "BMLLSequenceNo": "BIGINT",
            "LocalPrice": _NUMBER,
            "Size": _NUMBER,
            "AggressorSide": "BIGINT",
            "Classification": _TEXT,
            "MarketState": _TEXT,
            "TradeNotional": _NUMBER,
            "TradeNotionalEUR": _NUMBER,
            "TradeNotionalUSD": _NUMBER,
            "BMLLParticipantType": _TEXT,
            "IsBlock": _TEXT,
            "LotType": _TEXT,
            "NegotiatedTrade": _TEXT,
            "CrossingTrade": _TEXT,
            "AlgorithmicTrade": _TEXT,
            "IcebergExecution": _TEXT,
            "BestBidPrice": _NUMBER,
            "BestAskPrice": _NUMBER,
            "BestBidPriceAtVenue": _NUMBER,
            "BestAskPriceAtVenue": _NUMBER,
            "BestBidPriceAtPrimary": _NUMBER,
            "BestAskPriceAtPrimary": _NUMBER,
            "PreTradeElapsedTimeChg": _NUMBER,
            "PostTradeElapsedTimeChg": _NUMBER,
            "PreTradeElapsedTimeChgAtPrimary": _NUMBER,
            "PostTradeElapsedTimeChgAtPrimary": _NUMBER,
            "PreTradeElapsedTimeChgAtVenue": _NUMBER,
            "PostTradeElapsedTimeChgAtVenue": _NUMBER,
            "PricePoint": _NUMBER,
            "PricePointAtVenue": _NUMBER,
            "PricePointAtPrimary": _NUMBER,
            "PreTradeMid": _NUMBER,
            "MidPrice": _NUMBER,
            "PostTradeMid1000ms": _NUMBER,
        },
        event_times=("TradeTimestampNanoseconds", "TradeTimestamp"),
        sequences=("BMLLSequenceNo", "ExchangeSequenceNo", "TradeId", "EventNo"),
    ),
    "l2": CanonicalTable(
        assumed={
            "ListingId": _ID,
            "MIC": _TEXT,
            "Ticker": _TEXT,
            "CurrencyCode": _TEXT,
            "MarketState": _TEXT,
            "TimestampNanoseconds": "TIMESTAMP_NS",
            "BMLLSequenceNo": "BIGINT",
            **_book_columns(levels=10),
        },
        event_times=_BOOK_TIMES,
        sequences=_BOOK_SEQUENCES,
    ),
    "quotes": CanonicalTable(
        assumed={
            "ListingId": _ID,
            "MIC": _TEXT,
            "Ticker": _TEXT,
            "EventTimestamp": "TIMESTAMP_NS",
            "BMLLSequenceNo": "BIGINT",
            "MarketState": _TEXT,
            "BidPrice1": _NUMBER,
            "BidQuantity1": _NUMBER,
            "AskPrice1": _NUMBER,
            "AskQuantity1": _NUMBER,
        },
        event_times=_BOOK_TIMES,
        sequences=_BOOK_SEQUENCES,
    ),
    "depth": CanonicalTable(
        assumed={
            "ListingId": _ID,
            "EventTimestamp": "TIMESTAMP_NS",
            "BMLLSequenceNo": "BIGINT",
            "Side": "BIGINT",
            "Price": _NUMBER,
            "Size": _NUMBER,
        },
        event_times=_BOOK_TIMES,
        sequences=_BOOK_SEQUENCES,
    ),
    "marketstate": CanonicalTable(
        assumed={"ListingId": _ID, "TimestampNanoseconds": "TIMESTAMP_NS", "MarketState": _TEXT},
        event_times=_BOOK_TIMES,
        sequences=_BOOK_SEQUENCES,
    ),
    "reference": CanonicalTable(
        assumed={
            "ListingId": _ID,
            "InstrumentId": _ID,
            "MIC": _TEXT,
            "Ticker": _TEXT,
            "CurrencyCode": _TEXT,
            "IsPrimary": "BOOLEAN",
        },
    ),
}

TABLES_OF_STATES = ("quotes", "l2")
"""The tables whose rows are what stands from then on."""


def assumed_schema(table: str) -> Mapping[str, str] | None:
    """Return column to DuckDB type for a table compiled without a source; None for a table Basalt does not know."""
    known = CANONICAL_TABLES.get(table)
    return None if known is None else known.assumed
