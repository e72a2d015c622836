"""What can be asked of the ``generic`` module: join, regroup, resample, aggregate, apply indicators."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from basalt.configuration.base import ConfigModel, Disagreement, DisagreementError, OneOrMany, duplicates
from basalt.configuration.calendars import SESSION, SessionConfig, check_rule, parse_period
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


class MembershipConfig(ConfigModel):
    """A table of the groups that rows belong to, such as the members of indices: a row per member and group.

    One may belong to several groups. The table may have TimeBucket (members by bucket), Date (by day), or ValidFrom and
    ValidTo (by period, both days included); without any of them members are members for good.
    """

    table: str
    """A table of ``TABLES``, or an earlier pass."""
    on: Annotated[list[str], OneOrMany] = Field(default_factory=lambda: ["ListingId"], min_length=1)
    """The columns, of the table and of the source, by which a row is found."""
    weight: str | None = None
    """A column of the table by which what adds up is multiplied: sums and counts of a metric's own rule, and ``sum``.
    One without a finite weight is no member."""


def _read_membership(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    """Read the short form: the name of the table."""
    return {"table": value} if isinstance(value, str) else value


Membership = Annotated[
    MembershipConfig, BeforeValidator(_read_membership, json_schema_input_type=MembershipConfig | str)
]


class GenericAnalyticsConfig(ConfigModel):
    """A pass over an earlier pass, or over a table of bars."""

    source_pass: str
    """The pass or table that is read."""
    group_by: Annotated[list[str], OneOrMany] = Field(default_factory=lambda: ["ListingId", "TimeBucket"], min_length=1)
    """Columns that make a row, with ``TimeBucket`` or without: of the source, else of the ``membership`` table, else of
    the ``reference`` table."""
    membership: Membership | None = None
    """The groups that rows belong to, which ``group_by`` may name: a table with a row per member and group."""
    resample_rule: str | None = None
    """Width of the new buckets: ``15m``, ``1h``, ``30s``, ``500ms``, ``1d``; a multiple of the source's. Or a period of
    the calendar in ``time_zone``: ``1d``, ``1w`` (from Monday), ``1mo``, ``1q``, ``1y``; or ``session``."""
    time_zone: str | None = None
    """The time zone of a calendar rule, such as ``Europe/London``; UTC when not given."""
    session: SessionConfig | None = None
    """The session that buckets are counted from the open of; bars outside of it are left out."""
    gaps: Literal["left_out", "filled"] = "left_out"
    """``filled``: a row also for each bucket in which nothing happened, between two of a series in one ``session``.
    There flows are 0, states are what they were in the bucket before, and everything else is null."""
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
            check_rule(rule)
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
        found += self._of_calendar()
        if self.membership is not None and self.aggregations is None:
            message = "membership needs aggregations: rows that pass through belong to no group"
            found.append(Disagreement(("membership",), message))
        if found:
            raise DisagreementError(found)
        return self

    def _of_calendar(self) -> list[Disagreement]:
        """Return what does not fit between a rule, a time zone and a session."""
        found = []
        rule, period = self.resample_rule, parse_period(self.resample_rule or "")
        if self.time_zone is not None and (period is None or self.session is not None):
            message = "time_zone goes with a rule of the calendar: 1d, 1w, 1mo, 1q or 1y; a session has its own"
            found.append(Disagreement(("time_zone",), message))
        if self.session is not None and (rule is None or period is not None):
            message = "session goes with resample_rule: session, or a width such as 15m"
            found.append(Disagreement(("session",), message))
        if rule == SESSION and self.session is None:
            message = "resample_rule: session needs session: {time_zone, open, close}"
            found.append(Disagreement(("resample_rule",), message))
        if self.gaps == "filled" and (self.session is None or rule == SESSION):
            message = "gaps are filled within a session, between buckets of a width such as resample_rule: 15m"
            found.append(Disagreement(("gaps",), message))
        return found
