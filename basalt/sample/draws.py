"""Random numbers that are the same everywhere.

Only the words of a bit generator are drawn, whose streams NumPy promises never to change, and only exactly rounded
arithmetic is done on them: no logarithm or exponential, whose last digit differs between processors.
"""

from __future__ import annotations

import math
from enum import IntEnum
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from basalt.sample.arrays import Flags, Floats, Integers, Words

_UNIT = 2.0**-53
_QUARTER = np.uint64(0xFFFF)
_FOUR_UNIFORMS_MEAN = 2 * 65_535.0
_FOUR_UNIFORMS_DEVIATION = 65_536.0 / math.sqrt(3.0)
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST_MIX = np.uint64(0xBF58476D1CE4E5B9)
_SECOND_MIX = np.uint64(0x94D049BB133111EB)


class Purpose(IntEnum):
    """What numbers are drawn for; each purpose has streams of its own."""

    INSTRUMENTS = 1
    ACTIVITY = 2
    PRICES = 3
    BOOK = 4
    TAPE = 5
    EXECUTIONS = 6
    SESSION = 7


class Draws:
    """One stream of random numbers, named by the seed, a purpose, a day and an index."""

    def __init__(self, seed: int, purpose: Purpose, day: int, index: int) -> None:
        self._bits = np.random.PCG64(np.random.SeedSequence((seed, int(purpose), day, index)))

    def words(self, count: int) -> Words:
        """Return ``count`` words of 64 random bits."""
        words: Words = self._bits.random_raw(count)
        return words

    def uniform(self, count: int) -> Floats:
        """Return ``count`` numbers in [0, 1)."""
        return (self.words(count) >> np.uint64(11)).astype(np.float64) * _UNIT

    def normal(self, count: int) -> Floats:
        """Return ``count`` nearly normal numbers of mean 0 and deviation 1: sums of four uniforms."""
        words = self.words(count)
        total = np.zeros(count, dtype=np.uint64)
        for shift in (0, 16, 32, 48):
            total += (words >> np.uint64(shift)) & _QUARTER
        return (total.astype(np.float64) - _FOUR_UNIFORMS_MEAN) / _FOUR_UNIFORMS_DEVIATION

    def chance(self, count: int, probability: float) -> Flags:
        """Return ``count`` flags, each true with ``probability``."""
        return self.uniform(count) < probability

    def below(self, count: int, limit: Integers | int) -> Integers:
        """Return ``count`` whole numbers in [0, limit)."""
        whole: Integers = np.floor(self.uniform(count) * limit).astype(np.int64)
        return whole

    def pick(self, count: int, cumulative: tuple[float, ...]) -> Integers:
        """Return ``count`` indices into ``cumulative``, the running sum of their probabilities without the last."""
        picked: Integers = np.searchsorted(np.array(cumulative), self.uniform(count), side="right").astype(np.int64)
        return picked


def mix(words: Words) -> Words:
    """Return a well-spread hash of each word (the SplitMix64 finaliser; Steele, Lea, Flood 2014)."""
    mixed = words + _GOLDEN
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST_MIX
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND_MIX
    return mixed ^ (mixed >> np.uint64(31))


def lognormal_lots(median: float, deviation: float, entries: int) -> Integers:
    """Return the quantiles of a log-normal number of lots, at least one, as a table of ``entries``.

    A uniform index into it draws from the distribution; whole lots hide the last digit of the exponential.
    """
    normal = NormalDist()
    quantiles = [normal.inv_cdf((index + 0.5) / entries) for index in range(entries)]
    lots = [max(round(median * math.exp(deviation * quantile)), 1) for quantile in quantiles]
    return np.array(lots, dtype=np.int64)
