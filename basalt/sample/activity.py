"""How many events each listing gets on a day: Zipf over instruments, falling over venues, exact in total."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from basalt.sample.draws import Draws, Purpose
from basalt.sample.options import MINIMUM_TRADES, MINIMUM_UPDATES, SampleOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basalt.sample.instruments import Listing
    from basalt.sample.session import TradingDay


def trade_counts(options: SampleOptions, listings: Sequence[Listing], day: TradingDay) -> list[int]:
    """Return the number of trades of each listing on a day; they add up to ``options.trades``."""
    noise = _day_noise(options, day, 2 * day.index)
    weights = [
        level / ((listing.instrument.index + 1) * (listing.rank + 1))
        for listing, level in zip(listings, noise, strict=True)
    ]
    trading = [listing.index != day.quiet_listing for listing in listings]
    return _allocate(options.trades, weights, [MINIMUM_TRADES * int(trades) for trades in trading])


def update_counts(options: SampleOptions, listings: Sequence[Listing], day: TradingDay) -> list[int]:
    """Return the number of book updates of each listing on a day; they add up to ``options.updates``."""
    noise = _day_noise(options, day, 2 * day.index + 1)
    weights = [
        level / ((listing.instrument.index + 1) * (listing.rank + 2))
        for listing, level in zip(listings, noise, strict=True)
    ]
    return _allocate(options.updates, weights, [MINIMUM_UPDATES] * len(listings))


def _day_noise(options: SampleOptions, day: TradingDay, stream: int) -> list[float]:
    uniform = Draws(options.seed, Purpose.ACTIVITY, day.index, stream).uniform(options.listings)
    noise: list[float] = (0.8 + 0.4 * uniform).tolist()
    return noise


def _allocate(total: int, weights: Sequence[float], least: Sequence[int]) -> list[int]:
    """Split ``total`` by weight, after each has got its least; who gets least 0 gets nothing (largest remainders)."""
    shared = [weight if minimum else 0.0 for weight, minimum in zip(weights, least, strict=True)]
    spare = total - sum(least)
    scale = spare / math.fsum(shared)
    quotas = [weight * scale for weight in shared]
    counts = [minimum + int(quota) for minimum, quota in zip(least, quotas, strict=True)]
    by_remainder = sorted(range(len(quotas)), key=lambda place: (int(quotas[place]) - quotas[place], place))
    for place in by_remainder[: total - sum(counts)]:
        counts[place] += 1
    return counts
