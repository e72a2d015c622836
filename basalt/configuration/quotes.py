"""What can be asked of the quotes that stood around trades."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from basalt.configuration.base import ConfigModel, NotTruth, Seconds
from basalt.configuration.buckets import seconds_to_nanoseconds

AggressorRuleName = Literal["Tick", "Quote", "LeeReady", "EMO", "CLNV"]


class QuoteLookupConfig(ConfigModel):
    """How quotes are found: QuoteBid, QuoteAsk and QuoteMid before a trade, QuoteMid1000ms a second after it."""

    table: str | None = None
    """Where the quotes are: a table of ``TABLES``, or an earlier pass that has ListingId, an EventTimestamp and best
    prices, such as a ``book``; when not given ``quotes``, or ``l2`` where only that is in ``TABLES``."""
    by: str = "ListingId"
    """The column that says which trades and quotes belong together; both tables have it."""
    timing: Literal["before", "at"] = "before"
    """Which quote a trade meets: the last strictly ``before`` it, or the last ``at`` its time or before."""
    max_age_seconds: Annotated[Seconds, Field(gt=0)] | None = 3600.0
    """How long a quote stands without an update, so that none is taken over a night; null for as long as it takes."""

    @field_validator("max_age_seconds")
    @classmethod
    def _whole_nanoseconds(cls, seconds: float | None) -> float | None:
        if seconds is not None:
            seconds_to_nanoseconds(seconds)
        return seconds


class AggressorRuleConfig(ConfigModel):
    """How to tell which side initiated a trade where the venue does not say."""

    rule: AggressorRuleName
    """``Tick``: the last change of price, among the listing's trades of the day that count; ``Quote``: the side of
    the mid; ``LeeReady``: the mid, at it the tick test; ``EMO``: at the ask or bid, else the tick test; ``CLNV``: in
    the outer three tenths of the spread, else the tick test."""
    tick_size: Annotated[float, Field(gt=0, allow_inf_nan=False), NotTruth] | str
    """The smallest step between prices, or the column of trades that has it. Prices are compared as whole numbers of
    half ticks, on which mids lie, so that rounding noise never signs a trade."""
    apply_to: Literal["unknown", "all"] = "unknown"
    """``unknown``: trades whose AggressorSide is neither 1 nor 2; ``all``: every trade, whatever the venue says."""
