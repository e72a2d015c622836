"""A market of trades from a seed: 2,000 listings of 667 instruments on 3 venues, a few of them very active."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

DAYS = tuple(date(2025, 3, day) for day in range(3, 8))
LISTINGS = 2_000
VENUES = ("XPAR", "XLON", "XETR")

SEED = 20_250_303
_ZIPF_EXPONENT = 0.9  # 20 million trades then make 3.6 million one-minute bars
_HOUR = 3_600 * 10**9
_SESSION_OPEN, _SESSION_LENGTH = 8 * _HOUR, 17 * _HOUR // 2
_TIED_SHARE = 0.1
TICK = 0.005
_DAILY_DEVIATION = 0.02
_USD_PER_EUR = 1.08
_EUR_PER_LOCAL = np.array([1.0, 1.2, 1.0])
_CLASSIFICATIONS = (("LIT_CONTINUOUS", 0.95), ("LIT_AUCTION_CLOSE", 0.02), ("OTC_OFF_BOOK", 0.03))

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def reference_table() -> pa.Table:
    """One row per listing; the listings of an instrument are neighbours, one on each venue."""
    place = np.arange(LISTINGS)
    return pa.table(
        {
            "ListingId": listing_ids(place),
            "InstrumentId": _instrument_ids(place),
            "MIC": _labels(place % len(VENUES), VENUES),
            "Ticker": _labels(place // len(VENUES), _tickers()),
            "IsPrimary": place % len(VENUES) == 0,
        }
    )


def trades_of_day(day: int, rows: int) -> pa.Table:
    """The trades of one day, sorted by listing, time and sequence number.

    A tenth share their nanosecond with the trade of the listing before; sequence numbers then tell their order.
    """
    random = np.random.default_rng((SEED, rows, day))
    listing, starts = drawn_listings(random, rows)
    moment, sequence = drawn_moments(random, listing, starts)
    price = prices(random, listing, starts)
    size = np.ceil(random.lognormal(4.5, 1.2, rows))
    local = price * size
    euro = local * _EUR_PER_LOCAL[listing % len(VENUES)]
    return pa.table(
        {
            "TradeTimestamp": timestamps(day, moment),
            "BMLLSequenceNo": sequence,
            "ListingId": listing_ids(listing),
            "MIC": _labels(listing % len(VENUES), VENUES),
            "Ticker": _labels(listing // len(VENUES), _tickers()),
            "LocalPrice": price,
            "Size": size,
            "AggressorSide": random.choice(np.arange(3, dtype=np.int32), rows, p=(0.05, 0.475, 0.475)),
            "Classification": _drawn(random, rows, _CLASSIFICATIONS),
            "TradeNotional": local,
            "TradeNotionalEUR": euro,
            "TradeNotionalUSD": euro * _USD_PER_EUR,
            "BMLLParticipantType": _drawn(random, rows, (("INSTITUTIONAL", 0.8), ("RETAIL", 0.2))),
            "IsBlock": _drawn(random, rows, (("N", 0.98), ("Y", 0.02))),
        }
    )


def in_time_order(events: pa.Table, time: str, day: int) -> pa.Table:
    """The same rows sorted by ``time``; those of one time stand in any order."""
    random = np.random.default_rng((SEED, events.num_rows, day, 1))
    moment = events.column(time).cast(pa.int64()).to_numpy()
    return events.take(np.lexsort((random.random(len(moment)), moment)))


def drawn_listings(random: np.random.Generator, rows: int) -> tuple[Integers, Integers]:
    """The listings of events, in order, and the place of the first event of each."""
    listing = np.sort(np.searchsorted(np.cumsum(_activity()), random.random(rows)))
    return listing, np.flatnonzero(np.diff(listing, prepend=-1))


def drawn_moments(random: np.random.Generator, listing: Integers, starts: Integers) -> tuple[Integers, Integers]:
    """Nanoseconds of the day and sequence numbers, both ascending in each listing."""
    moment = _moments(random, listing, starts)
    sequence = _sequence(random, moment)
    order = np.lexsort((sequence, moment, listing))
    return moment[order], sequence[order]


def timestamps(day: int, moment: Integers) -> pa.Array:
    """Times of a day from the nanoseconds since its midnight."""
    midnight = (DAYS[day] - date(1970, 1, 1)).days * 24 * _HOUR
    return pa.array(moment + midnight).cast(pa.timestamp("ns"))


def _activity() -> Floats:
    """Each listing's share of the events; the active ones are spread over instruments and venues."""
    weights = np.arange(1, LISTINGS + 1, dtype=np.float64) ** -_ZIPF_EXPONENT
    shares = np.empty(LISTINGS)
    shares[np.random.default_rng(SEED).permutation(LISTINGS)] = weights / weights.sum()
    return shares


def _moments(random: np.random.Generator, listing: Integers, starts: Integers) -> Integers:
    """Nanoseconds of the day, ascending in each listing."""
    moment = random.integers(_SESSION_OPEN + 1, _SESSION_OPEN + _SESSION_LENGTH, len(listing))
    moment = moment[np.lexsort((moment, listing))]
    is_tied = random.random(len(listing)) < _TIED_SHARE
    is_tied[starts] = False
    own = np.where(is_tied, 0, np.arange(len(listing)))
    return moment[np.maximum.accumulate(own)]


def _sequence(random: np.random.Generator, moment: Integers) -> Integers:
    """The place of each event among all of the day, 1 for the first."""
    sequence = np.empty(len(moment), dtype=np.int64)
    sequence[np.lexsort((random.random(len(moment)), moment))] = np.arange(1, len(moment) + 1)
    return sequence


def prices(random: np.random.Generator, listing: Integers, starts: Integers) -> Floats:
    """A random walk for each listing, in ticks."""
    events = np.diff(starts, append=len(listing))
    walk = np.cumsum(random.normal(0, np.repeat(_DAILY_DEVIATION / np.sqrt(events), events)))
    walk -= np.repeat(walk[starts], events)
    return np.round((10 + listing % 90) * np.exp(walk) / TICK) * TICK


def listing_ids(place: Integers) -> Integers:
    return 108_000_000 + place * 7_919


def _instrument_ids(place: Integers) -> Integers:
    return 55_000_000 + place // len(VENUES) * 104_729


def _tickers() -> tuple[str, ...]:
    return tuple(f"TICK{number:03d}" for number in range(-(-LISTINGS // len(VENUES))))


def _labels(codes: Integers, labels: tuple[str, ...]) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), pa.array(labels))


def _drawn(random: np.random.Generator, rows: int, shares: tuple[tuple[str, float], ...]) -> pa.DictionaryArray:
    labels, weights = zip(*shares, strict=True)
    return _labels(np.searchsorted(np.cumsum(weights[:-1]), random.random(rows)), labels)
