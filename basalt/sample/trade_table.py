"""The ``trades`` table: one row per trade."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from basalt.sample.chunks import time_chunks
from basalt.sample.columns import dates, labels, numbered, numbers, price, timestamps
from basalt.sample.draws import Draws, Purpose
from basalt.sample.executions import ABSENT, Executions, draw_executions
from basalt.sample.session import MILLISECOND, MINUTE, State
from basalt.sample.tape import AUCTIONS, OFF_BOOK, Kind, draw_tape
from basalt.sample.trade_flags import flag_columns
from basalt.sample.trade_references import reference_columns
from basalt.sample.venues import CURRENCIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basalt.sample.market import MarketDay

_OFF_EXCHANGE = {Kind.SI_ADDRESSABLE_BELOW_LIS: "SINT", Kind.OTC: "XOFF"}
_TRADE_TYPES = ("LIT", "DARK", "OTC")
_TRADE_TYPE_OF_KIND = np.array([0, 0, 0, 0, 1, 2, 2, 2])
_STATE_OF_KIND = np.array(
    [
        State.CONTINUOUS_TRADING,
        State.OPENING_AUCTION,
        State.UNSCHEDULED_AUCTION,
        State.CLOSING_AUCTION,
        *[State.NOT_APPLICABLE] * len(OFF_BOOK),
    ]
)
_LISTING_DIGITS = 5
_SEQUENCE_DIGITS = 9
_STATE_NAMES = [state.name for state in State]


def trade_rows(day: MarketDay) -> Iterator[pa.Table]:
    """Return a day's trades in time order, in tables of bounded size."""
    tape = draw_tape(day)
    for number, (rows, in_time_order) in enumerate(time_chunks(tape.time)):
        draws = Draws(day.market.options.seed, Purpose.EXECUTIONS, day.session.day.index, number)
        trades = draw_executions(day, tape, rows, draws)
        columns = (
            _identity(day, trades, draws)
            | _amounts(day, trades)
            | _market(day, trades)
            | flag_columns(trades, draws)
            | reference_columns(day, trades)
        )
        yield pa.table(columns).take(numbers(in_time_order))


def _identity(day: MarketDay, trades: Executions, draws: Draws) -> dict[str, pa.Array]:
    listings = day.market.listings
    listing_id = np.array([each.listing_id for each in listings])[trades.listing]
    count = len(trades.time)
    over_the_counter = trades.kind == Kind.OTC
    reporting = np.where(over_the_counter, 15 * MINUTE, 2 * MILLISECOND)
    published = trades.time + 20_000 + draws.below(count, reporting)
    return {
        "Ticker": labels(trades.listing, [each.ticker for each in listings]),
        "MIC": labels(trades.listing, [each.mic for each in listings]),
        "ListingId": numbers(listing_id),
        "InstrumentId": numbers(np.array([each.instrument_id for each in day.market.instruments])[trades.instrument]),
        "TradeDate": dates(day.session.day.epoch, count),
        "TradeTimestamp": timestamps(day.session.day.epoch, trades.time),
        "PublicationTimestamp": timestamps(day.session.day.epoch, published),
        "TradeId": numbered(
            "T", listing_id * 10**_SEQUENCE_DIGITS + trades.sequence, _LISTING_DIGITS + _SEQUENCE_DIGITS
        ),
        "BMLLSequenceNo": numbers(trades.sequence),
    }


def _amounts(day: MarketDay, trades: Executions) -> dict[str, pa.Array]:
    instruments = day.market.instruments
    currencies = [CURRENCIES[each.currency] for each in instruments]
    value = price(trades.half_ticks, np.array([each.tick for each in instruments])[trades.instrument])
    size = trades.size.astype(np.float64)
    notional = value * size
    return {
        "AggressorSide": numbers(trades.aggressor.astype(np.int64), trades.aggressor == ABSENT),
        "Price": numbers(value),
        "LocalPrice": numbers(value),
        "Size": numbers(size),
        "CurrencyCode": labels(trades.instrument, [each.currency for each in instruments]),
        "TradeNotional": numbers(notional),
        "TradeNotionalEUR": numbers(notional * np.array([each.euros for each in currencies])[trades.instrument]),
        "TradeNotionalUSD": numbers(notional * np.array([each.dollars for each in currencies])[trades.instrument]),
    }


def _market(day: MarketDay, trades: Executions) -> dict[str, pa.Array]:
    listings = day.market.listings
    names = [each.mic for each in listings]
    venue = trades.listing.copy()
    for kind, name in _OFF_EXCHANGE.items():
        venue[trades.kind == kind] = len(names)
        names.append(name)
    position = day.session.states.timeline.until(trades.instrument * day.market.options.venues, trades.time)
    at_primary = np.where(position < 0, State.CLOSED, day.session.states.state[position])
    uncrossing = np.isin(trades.kind, AUCTIONS)
    return {
        "ExecutionVenue": labels(venue, names),
        "MarketState": labels(_STATE_OF_KIND[trades.kind], _STATE_NAMES),
        "MarketStateAtPrimary": labels(np.where(uncrossing, _STATE_OF_KIND[trades.kind], at_primary), _STATE_NAMES),
        "BMLLTradeType": labels(_TRADE_TYPE_OF_KIND[trades.kind], _TRADE_TYPES),
        "Classification": labels(trades.kind, [kind.name for kind in Kind]),
    }
