"""The sides, levels and prices of an order book, as groups of metrics name them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from basalt.configuration.base import NotTruth

BookSide = Literal["Bid", "Ask"]
BookPrice = Literal["Mid", "Bid", "Ask", "WeightedMid"]
Level = Annotated[int, Field(ge=1), NotTruth]


def both_sides() -> list[BookSide]:
    """Return both sides of the book."""
    return ["Bid", "Ask"]


def best_level() -> list[Level]:
    """Return the best level."""
    return [1]
