"""Expands the groups of a trade pass's configuration: list-valued fields as a product, first field slowest."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from basalt.catalog.library import Library
from basalt.catalog.metrics import Metric
from basalt.catalog.specialise import Specialisation, specialise
from basalt.compiler.modules.events.filters import has_code, row_column
from basalt.compiler.modules.events.groups import Group, GroupFilters, check_names
from basalt.compiler.modules.trade.horizons import horizon_column, quote_horizon_column
from basalt.compiler.modules.trade.request import Request
from basalt.compiler.modules.trade.rows import CARRIED, KEYS
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose
from basalt.configuration import (
    FlagCodes,
    PassConfig,
    TradeAnalyticsConfig,
    TradeChangeConfig,
    TradeDiscrepancyConfig,
    TradeFlagConfig,
    TradeGenericConfig,
    TradeImpactConfig,
)
from basalt.errors import MeasureSideError, Problem, UnknownMetricError, listing, nearest

_FILTER = "selected"
_PARTS = 50
_DEFAULT = ("VWAP", "VolumeWeightedPricePlacement", "Volume", "OHLC")


def requests(config: PassConfig, library: Library, source: SourceTable) -> tuple[Request, ...]:
    """Return the columns asked for.

    Raises UnknownMetricError naming all unknown measures, MeasureSideError all measures of sides for which they have no
    meaning, BindingError for a horizon or a column of a filter that the source lacks, OutputNameError for a pattern,
    DuplicateColumnError for a column asked for twice.
    """
    expansion = Expansion(config, library, source)
    expansion.check_measures()
    expansion.check_sides()
    found = tuple(expansion.requests())
    check_names(found, [*KEYS, *(name for name in CARRIED if name in source)], "the rows of a trade pass")
    return found


def trade_analytics(config: PassConfig) -> TradeAnalyticsConfig:
    """Return what a pass is asked of trades, with the retail imbalance where that is one of its modules."""
    asked = config.trade_analytics or TradeAnalyticsConfig()
    is_named = "retail_imbalance" in config.modules
    return asked.model_copy(update={"enable_retail_imbalance": True}) if is_named else asked


@dataclass(frozen=True)
class Expansion:
    """The expansion of one pass."""

    config: PassConfig
    library: Library
    source: SourceTable
    _mids: dict[str, str] = field(default_factory=lambda: {"PreTradeMid": "", "QuoteMid": "quote_mid"})
    """What tells states over one column of mids from those over another."""
    _cuts: dict[tuple[float | None, int], str] = field(default_factory=dict)
    """What tells states over volume buckets of one size or number from those over others."""

    @property
    def analytics(self) -> TradeAnalyticsConfig:
        """What the pass is asked for."""
        return trade_analytics(self.config)

    def check_measures(self) -> None:
        """Raise UnknownMetricError with every generic measure that there is not."""
        measures = self.library.measures("trade")
        unknown = [
            Problem(
                f"unknown measure {measure!r}; there are {listing(measures)}",
                f"pass {self.config.name}: trade_analytics.generic_metrics[{index}]",
                nearest(measure, measures),
            )
            for index, group in enumerate(self.analytics.generic_metrics)
            for measure in group.measures
            if measure not in measures
        ]
        if unknown:
            raise UnknownMetricError(unknown)

    def check_sides(self) -> None:
        """Raise MeasureSideError with every generic measure of a side for which it has no meaning."""
        measures = self.library.measures("trade")
        if meaningless := [
            Problem(
                f"{metric.name} has no meaning for side {side}: {metric.title}",
                f"pass {self.config.name}: trade_analytics.generic_metrics[{index}]",
                f"ask for {listing(metric.sides)}, in an entry of its own",
            )
            for index, group in enumerate(self.analytics.generic_metrics)
            for measure, side in itertools.product(group.measures, group.sides)
            for metric in measures[measure]
            if side not in metric.sides
        ]:
            raise MeasureSideError(meaningless)

    def requests(self) -> Iterator[Request]:
        """Yield a request per output column."""
        analytics = self.analytics
        filters = GroupFilters(self.source)
        for name, expand in (
            ("generic_metrics", self._generic),
            ("discrepancy_metrics", self._discrepancy),
            ("flag_metrics", self._flag),
            ("change_metrics", self._change),
            ("impact_metrics", self._impact),
        ):
            for index, each in enumerate(getattr(analytics, name)):
                place = f"pass {self.config.name}: trade_analytics.{name}[{index}]"
                yield from expand(each, filters.group(each, place))
        if analytics.enable_retail_imbalance:
            metric = self.library.family("trade", "retail_imbalance")["RetailTradeImbalance"]
            place = f"pass {self.config.name}: trade_analytics.enable_retail_imbalance"
            yield Request(metric, place, {}, side="Total", prefix=analytics.metric_prefix)
        if self._asks_for_nothing():
            yield from self._default()

    def _asks_for_nothing(self) -> bool:
        lists = ("generic", "discrepancy", "flag", "change", "impact")
        given = any(getattr(self.analytics, f"{name}_metrics") for name in lists)
        return not given and not self.analytics.enable_retail_imbalance

    def _default(self) -> Iterator[Request]:
        place = f"pass {self.config.name}: trade_analytics, the default metrics"
        measures = self.library.measures("trade")
        for metric in (metric for measure in _DEFAULT for metric in measures[measure]):
            prefix = self.analytics.metric_prefix
            yield Request(metric, place, {}, side="Total", pattern="{metric}", prefix=prefix)

    def _generic(self, config: TradeGenericConfig, group: Group) -> Iterator[Request]:
        measures = self.library.measures("trade")
        for measure, side in itertools.product(config.measures, config.sides):
            for metric in measures[measure]:
                special, values = self._volume_buckets(config) if "volume_buckets" in metric.choices else (None, {})
                fields = {"measures": measure, "sides": side}
                yield self._request(Asked(metric, side, fields, special or Specialisation(), values), group)

    def _volume_buckets(self, config: TradeGenericConfig) -> tuple[Specialisation, dict[str, Sql]]:
        """Return into which volume buckets a time bucket is cut: so many parts, or so much in 1e-9 of Size."""
        size, parts = config.vpin_bucket_size, 1 if config.vpin_bucket_size else config.vpin_bucket_count or _PARTS
        number = len(self._cuts)
        suffix = self._cuts.setdefault((size, parts), f"_{number + 1}" if number else "")
        special = Specialisation({"volume_buckets": "GivenSize" if size else "EqualParts"}, suffix=suffix)
        return special, {"parts": Literal(parts), "bucket_size": Literal(round(Decimal(str(size or 0)) * 10**9))}

    def _discrepancy(self, config: TradeDiscrepancyConfig, group: Group) -> Iterator[Request]:
        metric = self.library.family("trade", "discrepancy")["Discrepancy"]
        for reference, side, aggregation in itertools.product(config.references, config.sides, config.aggregations):
            chosen = {"reference": reference}
            special = Specialisation(chosen, self.library.statistics[aggregation])
            fields = {"references": reference, "sides": side, "aggregations": aggregation}
            yield self._request(Asked(metric, side, fields, special), group)

    def _flag(self, config: TradeFlagConfig, group: Group) -> Iterator[Request]:
        metric = self.library.family("trade", "flag")["Flag"]
        for flag, measure, side in itertools.product(config.flags, config.measures, config.sides):
            codes = self.analytics.flag_codes.get(flag) or _own_codes(metric, flag)
            special = Specialisation({"flag": flag, "measure": measure}, requires_of={"flag": (codes.column,)})
            fields = {"flags": flag, "measures": measure, "sides": side}
            flagged = has_code(self.source, codes.column, codes.values)
            yield self._request(Asked(metric, side, fields, special, {"has_code": flagged}), group)

    def _change(self, config: TradeChangeConfig, group: Group) -> Iterator[Request]:
        metrics = self.library.family("trade", "change")
        for measure, scope in itertools.product(config.measures, config.scopes):
            fields = {"measures": measure, "scopes": scope}
            yield self._request(Asked(metrics[measure], "Total", fields, Specialisation({"scope": scope})), group)

    def _impact(self, config: TradeImpactConfig, group: Group) -> Iterator[Request]:
        metrics = self.library.family("trade", "impact")
        by_quotes = config.reference == "quotes"
        before = "QuoteMid" if by_quotes else config.reference_price_col
        mid = row_column(before)
        if before in self.source:
            self.source.number(before, group.place)
        column_after = quote_horizon_column if by_quotes else horizon_column
        for variant, horizon in itertools.product(config.variant, config.horizon):
            after = column_after(self.source, horizon, group.place) if metrics[variant].reads("mid_after") else None
            columns = [before, *([after] if after else [])]
            special = Specialisation(
                labels={"horizon": horizon},
                requires=tuple(columns),
                unit="bps of the mid before" if config.unit == "bps" else None,
                suffix=self._impact_suffix(before, config.unit, horizon if after else None),
            )
            values: dict[str, Sql] = {"mid": mid, "scale": _scale(mid) if config.unit == "bps" else Fragment("")}
            if after is not None:
                values["mid_after"] = Identifier(after)
            fields = {"variant": variant, "horizon": horizon}
            yield self._request(Asked(metrics[variant], "Total", fields, special, values), group)

    def _impact_suffix(self, before: str, unit: str, horizon: str | None) -> str:
        mid = self._mids.setdefault(before, f"mid_{len(self._mids) - 1}")
        return "".join(f"_{part}" for part in (horizon, mid, "bps" if unit == "bps" else "") if part)

    def _request(self, asked: Asked, group: Group) -> Request:
        special, values = asked.special, dict(asked.values)
        if group.filter is not None:
            special = replace(special, where=f"{{{{ {_FILTER} }}}}")
            values[_FILTER] = group.filter
        return Request(
            metric=specialise(asked.metric, special),
            side=asked.side,
            place=group.place,
            fields=asked.fields,
            values=values,
            filter=group.filter,
            filter_columns=group.filter_columns,
            suffix=group.suffix,
            pattern=group.config.output_name_pattern,
            prefix=self.analytics.metric_prefix,
        )


@dataclass(frozen=True)
class Asked:
    """One combination of the fields of a group: the metric, the side, and what makes the metric a plain one."""

    metric: Metric
    side: str
    fields: Mapping[str, str]
    special: Specialisation = field(default_factory=Specialisation)
    values: Mapping[str, Sql] = field(default_factory=dict)


def _own_codes(metric: Metric, flag: str) -> FlagCodes:
    choice = metric.choices["flag"][flag]
    return FlagCodes(column=choice.requires[0], values=list(choice.codes))


def _scale(mid: Sql) -> Fragment:
    """Return what turns a price into basis points of the mid before the trade."""
    return compose(" * 10000 / {}", mid)
