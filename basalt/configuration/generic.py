"""What can be asked of the ``generic`` module: join, regroup, resample, aggregate, apply indicators."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from basalt.configuration.base import ConfigModel, Disagreement, DisagreementError, OneOrMany, duplicates
from basalt.configuration.buckets import parse_rule
from basalt.configuration.indicators import IndicatorForm, TalibIndicatorConfig

Aggregation = Literal["sum", "mean", "first", "last", "max", "min", "count", "auto"]
"""How a column is aggregated; ``auto`` is the metric's own rule: flows add, a VWAP is computed again from its sums,
a close is the last one in time."""


class GenericAnalyticsConfig(ConfigModel):
    """A pass over an earlier pass, or over a table of bars."""

    source_pass: str
    """The pass or table that is read."""
    group_by: Annotated[list[str], OneOrMany] = Field(default_factory=lambda: ["ListingId", "TimeBucket"], min_length=1)
    """Columns of the source, or of the ``reference`` table, that make a row; with ``TimeBucket`` or without."""
    resample_rule: str | None = None
    """Width of the new buckets: ``15m``, ``1h``, ``30s``, ``500ms``, ``1d``; a multiple of the source's."""
    aggregations: dict[str, Aggregation] | None = None
    """Column to the way it is aggregated; without it rows pass through and indicators are added."""
    talib_indicators: list[TalibIndicatorConfig] = Field(default_factory=list)
    """Indicators computed on this pass's rows."""
    indicators: IndicatorForm = "auto"
    """Where they are computed. ``arrow``: a run adds them to the rows. ``udf``: the SQL calls TA-Lib, as functions that
    ``basalt.register_functions`` adds to a connection. ``sql``: in SQL alone, for those that have such a form.
    ``auto``: what is fastest in a run, and what needs least where the SQL is to be complete (``basalt compile
    --complete``)."""

    @field_validator("resample_rule")
    @classmethod
    def _known_rule(cls, rule: str | None) -> str | None:
        if rule is not None:
            parse_rule(rule)
        return rule

    @field_validator("group_by")
    @classmethod
    def _no_repeats(cls, names: list[str]) -> list[str]:
        if repeated := duplicates(names):
            message = f"{', '.join(repeated)} is named twice"
            raise ValueError(message)
        return names

    @model_validator(mode="after")
    def _fits_together(self) -> GenericAnalyticsConfig:
        found = []
        if self.aggregations is not None and not self.aggregations:
            message = "aggregations is empty; leave it out to pass rows through, or name a column"
            found.append(Disagreement(("aggregations",), message))
        if self.resample_rule and "TimeBucket" not in self.group_by:
            found.append(Disagreement(("group_by",), "resample_rule needs TimeBucket in group_by"))
        if self.resample_rule and self.aggregations is None:
            message = "resample_rule needs aggregations: rows that pass through keep their buckets"
            found.append(Disagreement(("aggregations",), message))
        if found:
            raise DisagreementError(found)
        return self
