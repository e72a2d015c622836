"""What waits at a price: a pure function of listing, side, price and time.

So a queue keeps its size as the book moves around it, and changes now and then.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import numpy as np

from basalt.sample.draws import lognormal_lots, mix

if TYPE_CHECKING:
    from basalt.sample.arrays import Integers, Ticks, Words

_LIFETIME_BITS = 3
"""A queue changes its size every 2**3 updates of its listing; each price at a time of its own."""
_LOTS = lognormal_lots(median=8.0, deviation=0.9, entries=1024)
_LOT_BITS = np.uint64(1023)
_ORDERS_SHIFT = np.uint64(20)
_ORDERS_BITS = np.uint64(15)
_PHASE_BITS = np.uint64((1 << _LIFETIME_BITS) - 1)


class Side(IntEnum):
    """The side of the book, as a step away from the middle."""

    BID = -1
    ASK = 1


def queue_words(salt: Words, side: Side, ticks: Ticks, update: Integers) -> Words:
    """Return the random word of the queue at each price, as of each of the listing's updates."""
    price = ticks.astype(np.uint64) * np.uint64(2) + np.uint64(side == Side.ASK)
    of_price = mix(salt + price)
    lifetime = (update.astype(np.uint64) + (of_price & _PHASE_BITS)) >> np.uint64(_LIFETIME_BITS)
    return mix(of_price + lifetime)


def lots(words: Words) -> Integers:
    """Return how many round lots wait in each queue."""
    return _LOTS[(words & _LOT_BITS).astype(np.int64)]


def orders(words: Words) -> Integers:
    """Return how many orders wait in each queue: never more than lots."""
    wanted = 1 + ((words >> _ORDERS_SHIFT) & _ORDERS_BITS).astype(np.int64)
    return np.minimum(wanted, lots(words))
