"""Bucket contracts, and event times at and around the edges of their buckets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from oracles.buckets import SECOND, Contract

MORNING = int(datetime(2025, 3, 3, 9, tzinfo=UTC).timestamp()) * SECOND
MIDNIGHT = int(datetime(2025, 3, 4, tzinfo=UTC).timestamp()) * SECOND
BEFORE_1970 = int(datetime(1969, 7, 20, 20, 17, tzinfo=UTC).timestamp()) * SECOND
EPOCH = 0

HALF_PAST_ONE = (13 * 60 + 30) * 60 * SECOND

FOUR_CONTRACTS = [(anchor, closed) for anchor in ("end", "start") for closed in ("right", "left")]

bases = st.sampled_from([MORNING, MORNING, MIDNIGHT, MIDNIGHT, EPOCH, BEFORE_1970])
"""Where a market is: mostly on an ordinary morning or around a midnight, sometimes before 1970."""


def contracts(
    widths: st.SearchStrategy[int], origins: st.SearchStrategy[int] | None = None
) -> st.SearchStrategy[Contract]:
    """Contracts of the given widths, with both anchors and both closed ends."""
    return st.builds(
        lambda width, ends, origin: Contract(width, *ends, origin=origin),
        widths,
        st.sampled_from(FOUR_CONTRACTS),
        st.just(0) if origins is None else origins,
    )


def edges(contract: Contract, base: int, reach: int = 2) -> st.SearchStrategy[int]:
    """Edges of the ``2 * reach`` buckets around ``base``."""
    middle = contract.start(base)
    return st.integers(-reach, reach).map(lambda number: middle + number * contract.width)


def events(contract: Contract, base: int, resolution: int) -> st.SearchStrategy[int]:
    """Event times around ``base``: on an edge, one step before or after it, or anywhere in a bucket.

    ``resolution`` is the step in nanoseconds of the column that will hold them.
    """
    anywhere = st.integers(0, contract.width - 1)
    beside = st.sampled_from([0, 0, resolution, -resolution, 1, -1])
    moments = st.builds(int.__add__, edges(contract, base), beside | anywhere)
    return moments.map(lambda moment: moment // resolution * resolution)


def moment_text(moment: int) -> str:
    """A moment as a configuration writes it, with nine digits of a second."""
    seconds, nanoseconds = divmod(moment, SECOND)
    whole = datetime(1970, 1, 1) + timedelta(seconds=seconds)  # noqa: DTZ001 - the text carries no zone
    return f"{whole.isoformat()}.{nanoseconds:09d}"
