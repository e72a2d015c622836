"""Looking up what stood at a moment, for many listings or instruments at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from basalt.sample.arrays import Integers

_TIME_BITS = 47
"""A day has fewer than 2**47 nanoseconds."""


def keys(owner: Integers | int, time: Integers) -> Integers:
    """Return one sortable number for an owner (a listing or an instrument) and a time of day in nanoseconds."""
    return (np.asarray(owner, dtype=np.int64) << _TIME_BITS) | time


def times(key: Integers) -> Integers:
    """Return the time of day of each key, in nanoseconds."""
    return key & ((1 << _TIME_BITS) - 1)


@dataclass(frozen=True)
class Timeline:
    """The moments at which something changed, by owner and time."""

    moments: Integers
    """Keys in ascending order."""

    def before(self, owner: Integers, time: Integers) -> Integers:
        """Return the position of the owner's last change before ``time``, or -1."""
        return self._owned(np.searchsorted(self.moments, keys(owner, time), side="left") - 1, owner)

    def until(self, owner: Integers, time: Integers) -> Integers:
        """Return the position of the owner's last change at or before ``time``, or -1."""
        return self._owned(np.searchsorted(self.moments, keys(owner, time), side="right") - 1, owner)

    def after(self, owner: Integers, time: Integers) -> Integers:
        """Return the position of the owner's first change after ``time``, or -1."""
        following = np.searchsorted(self.moments, keys(owner, time), side="right")
        following[following == len(self.moments)] = -1
        return self._owned(following, owner)

    def times(self, position: Integers) -> Integers:
        """Return the time of day, in nanoseconds, of the changes at positions; of no meaning where one is -1."""
        return times(self.moments[position])

    def _owned(self, position: Integers, owner: Integers) -> Integers:
        mine = (position >= 0) & (self.moments[position] >> _TIME_BITS == owner)
        return np.where(mine, position, -1)
