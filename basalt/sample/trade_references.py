"""The columns that set a trade against the quotes around it: best prices, mids, places between them, and times."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.columns import numbers, price
from basalt.sample.session import MILLISECOND

if TYPE_CHECKING:
    from collections.abc import Callable

    import pyarrow as pa

    from basalt.sample.arrays import Integers
    from basalt.sample.executions import Executions
    from basalt.sample.market import MarketDay
    from basalt.sample.quotes import Quote, Quotes

PRE_TRADE_HORIZONS = (1, 100, 1_000)
POST_TRADE_HORIZONS = (1, 100, 1_000, 5_000, 60_000)
"""In milliseconds."""


@dataclass(frozen=True)
class _Scope:
    """A set of quotes, and who owns the ones a trade is set against."""

    suffix: str
    quotes: Quotes
    owner: Integers


def reference_columns(day: MarketDay, trades: Executions) -> dict[str, pa.Array]:
    """Return the columns, in ticks of each instrument turned into prices; null where a side is missing."""
    tick = np.array([each.tick for each in day.market.instruments])[trades.instrument]
    consolidated = _Scope("", day.consolidated_quotes, trades.instrument)
    at_primary = _Scope("AtPrimary", day.venue_quotes, trades.instrument * day.market.options.venues)
    at_venue = _Scope("AtVenue", day.venue_quotes, trades.listing)
    primary = day.venue_quotes.take(day.venue_quotes.timeline.before(at_primary.owner, trades.time))
    columns = _best_prices(trades, primary, tick)
    for scope in (consolidated, at_primary, at_venue):
        columns |= _elapsed(scope, trades.time)
    columns["PricePoint"] = _price_point(trades, trades.consolidated)
    columns["PricePointAtVenue"] = _price_point(trades, trades.venue)
    columns["PricePointAtPrimary"] = _price_point(trades, primary)
    return columns | _mids(consolidated, at_primary, trades, tick)


def _best_prices(trades: Executions, primary: Quote, tick: Integers) -> dict[str, pa.Array]:
    best = trades.consolidated
    columns = {
        "BestBidPrice": numbers(price(2 * best.bid, tick), ~best.has_bid),
        "BestBidSize": numbers(best.bid_size.astype(np.float64), ~best.has_bid),
        "BestAskPrice": numbers(price(2 * best.ask, tick), ~best.has_ask),
        "BestAskSize": numbers(best.ask_size.astype(np.float64), ~best.has_ask),
    }
    for suffix, quote in (("AtVenue", trades.venue), ("AtPrimary", primary)):
        columns[f"BestBidPrice{suffix}"] = numbers(price(2 * quote.bid, tick), ~quote.has_bid)
        columns[f"BestAskPrice{suffix}"] = numbers(price(2 * quote.ask, tick), ~quote.has_ask)
    return columns


def _elapsed(scope: _Scope, time: Integers) -> dict[str, pa.Array]:
    """Return nanoseconds since the last change of the quotes before each trade, and until the first one after."""
    timeline = scope.quotes.timeline
    before = timeline.before(scope.owner, time)
    after = timeline.after(scope.owner, time)
    return {
        f"PreTradeElapsedTimeChg{scope.suffix}": numbers(time - timeline.times(before), before < 0),
        f"PostTradeElapsedTimeChg{scope.suffix}": numbers(timeline.times(after) - time, after < 0),
    }


def _price_point(trades: Executions, quote: Quote) -> pa.Array:
    """Return where the price lies between bid (0) and ask (1), at most at either."""
    width = np.where(quote.two_sided, 2 * (quote.ask - quote.bid), 1)
    place = np.clip((trades.half_ticks - 2 * quote.bid) / width, 0.0, 1.0)
    return numbers(place, ~quote.two_sided)


def _mids(consolidated: _Scope, at_primary: _Scope, trades: Executions, tick: Integers) -> dict[str, pa.Array]:
    timeline = consolidated.quotes.timeline

    def mid(scope: _Scope, look: Callable[[Integers, Integers], Integers], shift: int) -> pa.Array:
        return _mid(scope.quotes.take(look(scope.owner, trades.time + shift * MILLISECOND)), tick)

    before = _mid(trades.consolidated, tick)
    columns = {"PreTradeMid": before, "MidPrice": before}
    for horizon in PRE_TRADE_HORIZONS:
        columns[f"PreTradeMid{horizon}ms"] = mid(consolidated, timeline.until, -horizon)
    columns["PostTradeMid"] = mid(consolidated, timeline.until, 0)
    columns["PostTradeMidAtPrimary"] = mid(at_primary, at_primary.quotes.timeline.until, 0)
    for horizon in POST_TRADE_HORIZONS:
        columns[f"PostTradeMid{horizon}ms"] = mid(consolidated, timeline.until, horizon)
    return columns


def _mid(quote: Quote, tick: Integers) -> pa.Array:
    return numbers(price(quote.bid + quote.ask, tick), ~quote.two_sided)
