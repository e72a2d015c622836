"""Bars of several prices of the book are made of states of their own."""

from __future__ import annotations

import pytest
from asked import compiled, only


@pytest.mark.parametrize("mode", ["event", "prev_close"])
def test_each_price_of_the_book_has_states_of_its_own(mode: str) -> None:
    ohlc = [{"source": ["Mid", "Bid"], "open_mode": mode}]
    sql = only(compiled({"name": "book", "modules": "l2", "l2_analytics": {"ohlc": ohlc}})).sql
    for price in ("mid", "bid"):
        assert f"max({price})" in sql
        assert f"AS high_{price}" in sql
