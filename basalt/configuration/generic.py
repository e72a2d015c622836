"""What can be asked of the ``generic`` module: join, regroup, resample, aggregate, apply indicators."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from basalt.configuration.base import ConfigModel, Disagreement, DisagreementError, OneOrMany, duplicates
from basalt.configuration.buckets import parse_rule
from basalt.configuration.indicators import IndicatorForm, TalibIndicatorConfig

Method = Literal["sum", "mean", "first", "last", "max", "min", "count", "median", "std", "var", "nunique", "auto"]
"""How a column is aggregated. ``auto`` is the metric's own rule: flows add, a VWAP is computed again from its sums, a
close is the last one in time. ``std`` and ``var`` are of a sample, ``nunique`` counts different values."""

EVERY_METRIC = "*"
"""With ``auto``: all metrics of the source that are not named themselves, unless a column has that very name."""


class WeightedMean(ConfigModel):
    """The mean of a column, weighted by another: ``{weighted_mean: TradeTotalVolume}``."""

    weighted_mean: str
    """The column of weights."""


def _kind_of_aggregation(value: object) -> str:
    return "a method" if isinstance(value, str) else "a weighted mean"


Aggregation = Annotated[
    Annotated[Method, Tag("a method")] | Annotated[WeightedMean, Tag("a weighted mean")],
    Discriminator(_kind_of_aggregation),
]
ColumnAggregations = Annotated[list[Aggregation], OneOrMany, Field(min_length=1)]


def _read_aggregations(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    """Read the short forms: ``auto`` for all metrics, a list of columns for each by its own rule."""
    if value == "auto":
        return {EVERY_METRIC: value}
    if isinstance(value, str) or (isinstance(value, list) and not all(isinstance(name, str) for name in value)):
        message = "must be auto, a list of columns, or a mapping of columns to the ways they are aggregated"
        raise ValueError(message)
    if not isinstance(value, list):
        return value
    if repeated := duplicates(value):
        message = f"{', '.join(repeated)} is named twice"
        raise ValueError(message)
    return dict.fromkeys(value, "auto")


Aggregations = Annotated[
    dict[str, ColumnAggregations],
    BeforeValidator(
        _read_aggregations, json_schema_input_type=Literal["auto"] | list[str] | dict[str, ColumnAggregations]
    ),
]


class GenericAnalyticsConfig(ConfigModel):
    """A pass over an earlier pass, or over a table of bars."""

    source_pass: str
    """The pass or table that is read."""
    group_by: Annotated[list[str], OneOrMany] = Field(default_factory=lambda: ["ListingId", "TimeBucket"], min_length=1)
    """Columns of the source, or of the ``reference`` table, that make a row; with ``TimeBucket`` or without."""
    resample_rule: str | None = None
    """Width of the new buckets: ``15m``, ``1h``, ``30s``, ``500ms``, ``1d``; a multiple of the source's."""
    aggregations: Aggregations | None = None
    """Column to the way, or the ways, it is aggregated; a list of columns or ``auto`` (all metrics) aggregates each by
    its metric's own rule. ``*`` stands for all metrics that are not named. Without aggregations rows pass through and
    indicators are added."""
    output_name_pattern: str | None = None
    """The aggregated columns' names, with variables in braces: ``{column}``, ``{aggregation}``, ``{weight}``. Without
    it a column keeps its name, and one that is aggregated in several ways has the way at its end (``CloseFirst``)."""
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
        if self.output_name_pattern is not None and self.aggregations is None:
            message = "output_name_pattern needs aggregations: rows that pass through keep their names"
            found.append(Disagreement(("output_name_pattern",), message))
        if found:
            raise DisagreementError(found)
        return self
