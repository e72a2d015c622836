"""The volatility that can be asked of prices of the order book."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from basalt.configuration.base import Disagreement, DisagreementError, OneOrMany, Seconds
from basalt.configuration.book_levels import BookPrice
from basalt.configuration.buckets import seconds_to_nanoseconds
from basalt.configuration.metric_groups import MetricGroupConfig


def _check_step(seconds: float) -> float:
    seconds_to_nanoseconds(seconds)
    return seconds


GridStep = Annotated[Seconds, Field(ge=0.001), AfterValidator(_check_step)]
"""How far the times of a grid are apart, in seconds: a millisecond or more; whole nanoseconds."""


class L2VolatilityConfig(MetricGroupConfig):
    """How much a price of the book moves, seen at regular times; both edges of the bucket are among them."""

    source: Annotated[list[BookPrice], OneOrMany] = Field(min_length=1)
    """Of which prices."""
    subsample_seconds: GridStep = 1.0
    """How far apart the times are between which returns are taken, counted from the start of the bucket."""
    shift_seconds: GridStep | None = None
    """With it, as many grids as fit are each begun so much later than the one before, and their variances averaged;
    ``subsample_seconds`` is a multiple of it. One grid when not given."""

    @model_validator(mode="after")
    def _shifts_fill_a_step(self) -> L2VolatilityConfig:
        if self.step % self.shift:
            message = "subsample_seconds is not a multiple of it"
            raise DisagreementError([Disagreement(("shift_seconds",), message)])
        return self

    @property
    def step(self) -> int:
        """How far the times of one grid are apart, in nanoseconds."""
        return seconds_to_nanoseconds(self.subsample_seconds)

    @property
    def shift(self) -> int:
        """How much later each grid begins than the one before, in nanoseconds: a step when there is only one."""
        return self.step if self.shift_seconds is None else seconds_to_nanoseconds(self.shift_seconds)
