"""Order books as exchanges show them, prices in order and as many levels as there are; what is asked of their depth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from oracles.books import SIDES

from markets.books import COLUMNS, LEVELS, Books, books

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracles.buckets import Contract

DEPTH: dict[str, Any] = {
    "microprices": [{"levels": [1, 3]}],
    "depth": [
        {"sides": list(SIDES), "bps": [1, 2.5, 10], "measures": ["Quantity", "Notional"]},
        {"sides": ["Bid"], "bps": [2], "measures": ["Quantity"], "max_level": 2},
    ],
    "slopes": [{"sides": list(SIDES), "levels": [1, 3]}],
    "sweeps": [
        {"sides": list(SIDES), "sizes": [100, 250.5, 3000], "measures": ["SweepPrice", "CostToTrade"]},
        {"sides": ["Ask"], "sizes": [0.3], "measures": ["SweepPrice"], "max_level": 2},
    ],
    "notional_sweeps": [
        {"sides": list(SIDES), "notionals": [10_000, 99_990.5], "measures": ["SweepPrice", "CostToTrade"]}
    ],
}
"""All that is asked of the depth of a book."""


@st.composite
def ladders(draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """A book with as many levels on each side as it happens to have, locked or crossed at times."""
    book: dict[str, Any] = dict.fromkeys(COLUMNS)
    bid = draw(st.integers(9_990, 10_010))
    ask = bid + draw(st.sampled_from([1, 1, 2, 5, 0, -1]))
    for side, best, step in (("Bid", bid, -1), ("Ask", ask, 1)):
        tick = best
        for level in range(1, draw(st.integers(0, LEVELS)) + 1):
            book[f"{side}Price{level}"] = tick / 100
            book[f"{side}Quantity{level}"] = draw(st.sampled_from([0.1, 0.2, 100.0, 250.5, 2_899.9]))
            tick += step * draw(st.integers(1, 12))
    return book


@st.composite
def ladder_books(draw: Callable[[st.SearchStrategy[Any]], Any], contracts: st.SearchStrategy[Contract]) -> Books:
    """Markets of updates that each show such a book."""
    market = draw(books(contracts))
    return Books(market.contract, [{**row, **draw(ladders())} for row in market.rows])
