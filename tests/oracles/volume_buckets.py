"""VPIN over volume buckets, filled trade by trade as Easley, Lopez de Prado and O'Hara (2012) describe it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from oracles.measures import Value
from oracles.trades import Trade

PARTS = 50


@dataclass
class VolumeBucket:
    """What buyers and sellers initiated of the volume in one bucket, and the room that is left in it."""

    room: int
    bought: int = 0
    sold: int = 0

    def add(self, volume: int, side: str) -> None:
        """Put volume of a side into the bucket."""
        self.room -= volume
        self.bought += volume if side == "Ask" else 0
        self.sold += volume if side == "Bid" else 0


def vpin(trades: Iterable[Trade], count: int = PARTS, size: Fraction | None = None) -> Value:
    """The mean of |bought - sold| over full buckets, as a share of their size: of one size, or so many in all.

    Volume is counted in a unit of which every size, and every bucket, is a whole number.
    """
    unit = Fraction(1, 10**9 * count)
    traded = [(int(Fraction(str(trade.size)) / unit), trade.side) for trade in trades if trade.size > 0]
    capacity = sum(volume for volume, _ in traded) // count if size is None else int(size / unit)
    full = list(full_buckets(traded, capacity))
    if not any(bucket.bought or bucket.sold for bucket in full):
        return None
    return sum(abs(bucket.bought - bucket.sold) for bucket in full) / (len(full) * capacity)


def full_buckets(traded: Iterable[tuple[int, str]], capacity: int) -> Iterator[VolumeBucket]:
    """Fill one bucket after the other; a trade that does not fit is split."""
    bucket = VolumeBucket(capacity)
    for volume, side in traded:
        rest = volume
        while rest >= bucket.room:
            rest -= bucket.room
            bucket.add(bucket.room, side)
            yield bucket
            bucket = VolumeBucket(capacity)
        bucket.add(rest, side)
