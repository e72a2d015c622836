"""What can be asked of the changes of an order book, from each update to the next."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from basalt.configuration.base import OneOrMany
from basalt.configuration.book_levels import Level, best_level
from basalt.configuration.metric_groups import MetricGroupConfig

UpdateMeasure = Literal["Count", "Quote", "Book", "MidChange"]
OrderFlowMeasure = Literal["OrderFlowImbalance"]


class L2UpdateConfig(MetricGroupConfig):
    """How often the book changes."""

    measures: Annotated[list[UpdateMeasure], OneOrMany] = Field(min_length=1)
    """``Count``: the number of updates; those that change a best price or quantity (``Quote``), a price or quantity of
    any level (``Book``), the mid (``MidChange``)."""


def _imbalance() -> list[OrderFlowMeasure]:
    return ["OrderFlowImbalance"]


class L2OrderFlowConfig(MetricGroupConfig):
    """What orders add to the sides of the book and take from them."""

    levels: Annotated[list[Level], OneOrMany] = Field(default_factory=best_level, min_length=1)
    """At which levels, 1 being the best."""
    measures: Annotated[list[OrderFlowMeasure], OneOrMany] = Field(default_factory=_imbalance, min_length=1)
    """What to measure."""
