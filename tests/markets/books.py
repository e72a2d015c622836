"""Small markets of updates of order books: one-sided, crossed, locked, thin and empty ones, with what is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from hypothesis import strategies as st
from oracles.books import IMBALANCES, LIQUIDITY, PRICES, SIDES

from markets.moments import bases, events
from markets.trades import INSTRUMENTS, few_listings

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracles.buckets import Contract

LEVELS = 3
MEASURES = ("Price", "Quantity", "NumOrders", "InsertAge", "LastMod", "SizeAhead")
STATES = ("CONTINUOUS_TRADING", "HALTED", "CLOSING_AUCTION")
COLUMNS = {
    f"{side}{measure}{level}": measure for level in range(1, LEVELS + 1) for side in SIDES for measure in MEASURES
}

EVERYTHING: dict[str, Any] = {
    "liquidity": [{"sides": list(SIDES), "levels": [1, 2, 3], "measures": list(LIQUIDITY)}],
    "spreads": [{"variant": ["Abs", "BPS"]}],
    "imbalances": [
        {"levels": [1, 3], "measures": list(IMBALANCES)},
        {"levels": [2, 3], "measures": ["QuantitySlope"]},
    ],
    "prices": [{"source": list(PRICES)}],
    "ohlc": [{"source": list(PRICES)}],
    "conditions": [{"measures": ["Locked", "Crossed", "OneSided"]}],
    "depth": [{"sides": list(SIDES), "bps": [1, 2], "measures": ["Quantity"]}],
    "updates": [{"measures": ["Count", "Quote", "Book", "MidChange"]}],
    "order_flow": [{"levels": [1, 3]}],
}
"""All that an l2 pass computes."""

SOME: dict[str, Any] = {
    "liquidity": [{"sides": list(SIDES), "levels": [2], "measures": ["Price", "CumNotional"]}],
    "spreads": [{"variant": ["BPS"]}],
    "imbalances": [{"levels": [2], "measures": ["CumQuantity", "QuantitySlope"]}],
    "ohlc": [{"source": ["Mid", "Bid"]}],
    "conditions": [{"measures": ["Locked", "OneSided"]}],
    "depth": [{"sides": ["Ask"], "bps": [2], "measures": ["Quantity"]}],
    "sweeps": [{"sides": ["Ask"], "sizes": [300], "measures": ["CostToTrade"]}],
    "updates": [{"measures": ["Count"]}],
}
"""A little of every kind."""


@dataclass(frozen=True)
class Books:
    """Updates in canonical columns with event times in nanoseconds."""

    contract: Contract
    rows: list[dict[str, Any]]

    @property
    def table(self) -> pa.Table:
        """The updates as a source table."""
        return book_table(self.rows)


def book_table(rows: list[dict[str, Any]]) -> pa.Table:
    """Return updates as an Arrow table."""
    types = {"ListingId": pa.int64(), "InstrumentId": pa.int64(), "BMLLSequenceNo": pa.int64()}
    types |= {"TimestampNanoseconds": pa.int64(), "MarketState": pa.string(), "MIC": pa.string()}
    types |= {name: pa.int32() for name in rows[0] if "NumOrders" in name}
    columns = {name: pa.array([row[name] for row in rows], types.get(name, pa.float64())) for name in rows[0]}
    return pa.table(columns | {"TimestampNanoseconds": columns["TimestampNanoseconds"].cast(pa.timestamp("ns"))})


prices = st.sampled_from([99.98, 99.99, 100.0, 100.01, 100.02, None, float("nan")])
quantities = st.sampled_from([0.0, 100.0, 250.0, None, float("nan")]) | st.integers(1, 5_000).map(float)
others = {
    "Price": prices,
    "Quantity": quantities,
    "NumOrders": st.integers(0, 9) | st.none(),
    "InsertAge": st.integers(0, 10**9).map(float) | st.none(),
    "LastMod": st.integers(0, 10**9).map(float) | st.none(),
    "SizeAhead": quantities,
}
ladders = st.fixed_dictionaries({name: others[measure] for name, measure in COLUMNS.items()})
"""The levels of both sides, each as if it knew nothing of the others."""


@st.composite
def books(
    draw: Callable[[st.SearchStrategy[Any]], Any], contracts: st.SearchStrategy[Contract], most: int = 20
) -> Books:
    """Markets of 1 to ``most`` updates around the edges of a contract's buckets, with many ties in time."""
    contract = draw(contracts)
    moments = events(contract, draw(bases), 1)
    few = st.sampled_from(draw(st.lists(moments, min_size=1, max_size=4)))
    listings = st.sampled_from(draw(few_listings))
    count = draw(st.integers(1, most))
    numbers = draw(st.permutations(range(count)))
    rows = []
    for number in numbers:
        listing = draw(listings)
        moment, state = draw(few | moments), draw(st.sampled_from([*STATES, None]))
        told = {"ListingId": listing, "InstrumentId": INSTRUMENTS[listing], "TimestampNanoseconds": moment}
        rows.append(told | {"BMLLSequenceNo": number, "MarketState": state} | draw(ladders))
    return Books(contract, rows)


def states_or_all() -> st.SearchStrategy[dict[str, Any]]:
    """The market states that a group reads, or nothing for all."""
    few = st.lists(st.sampled_from(STATES), unique=True, min_size=1, max_size=2)
    return st.fixed_dictionaries({}, optional={"market_states": few})


def analytics() -> st.SearchStrategy[dict[str, Any]]:
    """A little of some kinds, each in market states of its own, and bars that are opened in either way."""
    groups = {
        name: states_or_all().map(lambda states, group=group: [{**group[0], **states}]) for name, group in SOME.items()
    }
    modes = st.sampled_from([{}, {"open_mode": "event"}, {"open_mode": "prev_close"}])
    groups["ohlc"] = st.builds(lambda group, mode: [{**group[0], **mode}], groups["ohlc"], modes)
    return st.fixed_dictionaries({}, optional=groups).filter(bool)
