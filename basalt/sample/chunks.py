"""Cutting a day into stretches of time, so that wide rows exist only a stretch at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basalt.sample.arrays import Integers

ROWS_PER_CHUNK = 131_072


def time_chunks(time: Integers, size: int = ROWS_PER_CHUNK) -> Iterator[tuple[Integers, Integers]]:
    """Return stretches of about ``size`` rows, in time order: the rows' places, and the order that sorts them by time.

    Places come in ascending order, which keeps a listing's rows together where ``time`` is sorted by listing first;
    the order is stable. Rows of equal time are never in two stretches.
    """
    by_time = np.argsort(time, kind="stable")
    sorted_time = time[by_time]
    first = 0
    while first < len(time):
        last_time = sorted_time[min(first + size, len(time)) - 1]
        end = int(np.searchsorted(sorted_time, last_time, side="right"))
        rows = np.sort(by_time[first:end])
        yield rows, np.argsort(time[rows], kind="stable")
        first = end
