"""A day of the market: every price and every book, before anything is traded or written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.activity import update_counts
from basalt.sample.book import BookPlan, ListingBook, draw_book, price_moves
from basalt.sample.draws import Draws, Purpose
from basalt.sample.prices import PricePath, draw_path
from basalt.sample.quotes import Quotes, consolidated_quotes, venue_quotes
from basalt.sample.schedule import DaySession, plan_session
from basalt.sample.session import trading_days
from basalt.sample.timeline import Timeline, keys

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from basalt.sample.arrays import Integers
    from basalt.sample.instruments import Market


@dataclass(frozen=True)
class FairPrices:
    """The efficient prices of all instruments in ticks, from midnight on, owned by the instrument's index."""

    timeline: Timeline
    ticks: Integers


@dataclass(frozen=True)
class MarketDay:
    """One day of the market."""

    market: Market
    session: DaySession
    books: tuple[ListingBook, ...]
    """By listing."""
    venue_quotes: Quotes
    consolidated_quotes: Quotes
    fair: FairPrices


def market_days(market: Market) -> Iterator[MarketDay]:
    """Return the days one by one; each opens where the one before it closed."""
    closes = [instrument.opening_ticks for instrument in market.instruments]
    for day in trading_days(market.options):
        session = plan_session(market, day)
        counts = update_counts(market.options, market.listings, day)
        paths = _draw_paths(market, session, closes, counts)
        closes = [int(path.ticks[-1]) for path in paths]
        yield _build_day(market, session, paths, counts)


def _build_day(market: Market, session: DaySession, paths: Sequence[PricePath], counts: Sequence[int]) -> MarketDay:
    books = tuple(
        draw_book(
            Draws(market.options.seed, Purpose.BOOK, session.day.index, listing.index),
            BookPlan(
                listing,
                session.phases[listing.index],
                session.hours[listing.instrument.index],
                paths[listing.instrument.index],
                counts[listing.index],
            ),
            market.options.levels,
        )
        for listing in market.listings
    )
    return MarketDay(
        market=market,
        session=session,
        books=books,
        venue_quotes=venue_quotes(books),
        consolidated_quotes=consolidated_quotes(books, market.options.venues),
        fair=_fair_prices(paths),
    )


def _draw_paths(market: Market, session: DaySession, opening: Sequence[int], counts: Sequence[int]) -> list[PricePath]:
    venues = market.options.venues
    return [
        draw_path(
            Draws(market.options.seed, Purpose.PRICES, session.day.index, instrument.index),
            instrument,
            opening[instrument.index],
            price_moves(counts[instrument.index * venues : (instrument.index + 1) * venues]),
            session.hours[instrument.index],
        )
        for instrument in market.instruments
    ]


def _fair_prices(paths: Sequence[PricePath]) -> FairPrices:
    moments = [keys(owner, np.append(0, path.times)) for owner, path in enumerate(paths)]
    ticks = [np.append(path.opening, path.ticks) for path in paths]
    return FairPrices(Timeline(np.concatenate(moments)), np.concatenate(ticks))
