"""Expands the groups of an ``l2`` pass's configuration: list-valued fields as a product, first field slowest."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from basalt.catalog.library import Library
from basalt.catalog.metrics import Metric
from basalt.catalog.specialise import Specialisation, snake, specialise
from basalt.compiler.modules.events.groups import Group, GroupFilters, check_names
from basalt.compiler.modules.l2.book import BookPoint
from basalt.compiler.modules.l2.changes import compared_metric
from basalt.compiler.modules.l2.depth import depth_points, named_points, source_levels
from basalt.compiler.modules.l2.request import BookRequest, standing_metric
from basalt.compiler.modules.l2.rows import KEYS, carried_columns
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Identifier, Sql
from basalt.configuration import (
    L2AnalyticsConfig,
    L2ConditionConfig,
    L2DepthConfig,
    L2GenericConfig,
    L2ImbalanceConfig,
    L2LiquidityConfig,
    L2MicropriceConfig,
    L2NotionalSweepConfig,
    L2OHLCConfig,
    L2OrderFlowConfig,
    L2PriceConfig,
    L2SlopeConfig,
    L2SpreadConfig,
    L2SweepConfig,
    L2UpdateConfig,
    PassConfig,
)
from basalt.configuration.l2 import BookMetricsConfig, ImbalanceMeasure, LiquidityMeasure
from basalt.configuration.metric_groups import MetricGroupConfig
from basalt.errors import Problem, UnknownMetricError, listing, nearest

_MOST_LEVELS = 10
_SELECTED = "selected"
_GROUPS = (
    "liquidity",
    "spreads",
    "imbalances",
    "prices",
    "conditions",
    "microprices",
    "depth",
    "sweeps",
    "notional_sweeps",
    "slopes",
    "generic_metrics",
    "updates",
    "order_flow",
    "ohlc",
)

_OF_THE_BEST: dict[type[MetricGroupConfig], tuple[str, str]] = {
    L2SpreadConfig: ("spreads", "variant"),
    L2PriceConfig: ("prices", "source"),
    L2ConditionConfig: ("conditions", "measures"),
}
"""Groups of the best prices: the family of their metrics, and the field that names these."""


def requests(config: PassConfig, library: Library, source: SourceTable) -> tuple[BookRequest, ...]:
    """Return the columns asked for.

    Raises UnknownMetricError naming all unknown measures, BindingError for a column of a filter that the source lacks,
    OutputNameError for a pattern, DuplicateColumnError for a column asked for twice.
    """
    analytics = config.l2_analytics or L2AnalyticsConfig()
    return checked(Expansion(config.name, "l2", analytics, library, source))


def checked(expansion: Expansion) -> tuple[BookRequest, ...]:
    """Return the columns asked for; raises as ``requests``."""
    expansion.check_measures()
    found = tuple(expansion.requests())
    taken = [*KEYS, *carried_columns(expansion.source, expansion.analytics).values()]
    check_names(found, taken, f"the rows of an {expansion.module} pass")
    return found


@dataclass(frozen=True)
class Expansion:
    """The expansion of one pass."""

    name: str
    module: str
    analytics: BookMetricsConfig
    library: Library
    source: SourceTable

    def check_measures(self) -> None:
        """Raise UnknownMetricError with every measure that no template of the user's has."""
        measures = self.library.measures(self.module)
        there = listing(measures) if measures else "none: they are templates in l2/ of a folder of TEMPLATE_PATHS"
        unknown = [
            Problem(f"unknown measure {measure!r}; there are {there}", place, nearest(measure, measures))
            for config, place in self.given
            if isinstance(config, L2GenericConfig)
            for measure in config.measures
            if measure not in measures
        ]
        if unknown:
            raise UnknownMetricError(unknown)

    def requests(self) -> Iterator[BookRequest]:
        """Yield a request per output column."""
        filters = GroupFilters(self.source)
        for config, place in self.given or [(each, f"{self._place}, the default metrics") for each in self._defaults()]:
            yield from self._expanded(config, filters.group(config, place))

    @property
    def _place(self) -> str:
        return f"pass {self.name}: {self.module}_analytics"

    @property
    def given(self) -> list[tuple[MetricGroupConfig, str]]:
        """The groups that are configured, and where each stands."""
        return [
            (each, f"{self._place}.{name}[{index}]")
            for name in _GROUPS
            for index, each in enumerate(getattr(self.analytics, name, ()))
        ]

    def _defaults(self) -> Sequence[MetricGroupConfig]:
        """Return the groups that stand for none: what every book has, and orders where they are counted."""
        levels = list(range(1, (self.analytics.levels or min(source_levels(self.source), _MOST_LEVELS)) + 1))
        measures: list[LiquidityMeasure] = ["Price", "Quantity", "CumQuantity"]
        imbalances: list[ImbalanceMeasure] = ["CumQuantity"]
        if "BidNumOrders1" in self.source:
            measures = ["Price", "Quantity", "NumOrders", "CumQuantity", "CumOrders"]
            imbalances = ["CumQuantity", "Orders"]
        return (
            L2LiquidityConfig(levels=levels, measures=measures),
            L2ImbalanceConfig(levels=levels, measures=imbalances),
            L2SpreadConfig(variant=["BPS"]),
        )

    def _expanded(self, config: MetricGroupConfig, group: Group) -> Iterator[BookRequest]:
        match config:
            case L2LiquidityConfig():
                yield from self._liquidity(config, group)
            case L2ImbalanceConfig():
                yield from self._imbalances(config, group)
            case L2MicropriceConfig() | L2DepthConfig() | L2SweepConfig() | L2NotionalSweepConfig() | L2SlopeConfig():
                for asked in depth_points(config, self.source):
                    metric = self._by_measure(asked.family)[asked.measure]
                    yield self._standing(metric, group, asked.fields, asked.point)
            case L2GenericConfig():
                yield from self._generic(config, group)
            case L2UpdateConfig():
                yield from self._updates(config, group)
            case L2OrderFlowConfig():
                yield from self._order_flow(config, group)
            case L2OHLCConfig():
                yield from self._ohlc(config, group)
            case _:
                yield from self._of_the_best(config, group)

    def _of_the_best(self, config: MetricGroupConfig, group: Group) -> Iterator[BookRequest]:
        """Yield a request per measure that is of the best prices, on no side in particular."""
        family, name = _OF_THE_BEST[type(config)]
        metrics = self._by_measure(family)
        for measure in getattr(config, name):
            yield self._standing(metrics[measure], group, {name: measure})

    def _by_measure(self, family: str) -> dict[str, Metric]:
        return {metric.measure: metric for metric in self.library.family(self.module, family).values()}

    def _price(self, source: str) -> Metric:
        return self._by_measure("prices")[source]

    def _liquidity(self, config: L2LiquidityConfig, group: Group) -> Iterator[BookRequest]:
        metrics = self._by_measure("liquidity")
        for side, level, measure in itertools.product(config.sides, config.levels, config.measures):
            fields = {"sides": side, "levels": str(level), "measures": measure}
            yield self._standing(metrics[measure], group, fields, BookPoint(side, level))

    def _imbalances(self, config: L2ImbalanceConfig, group: Group) -> Iterator[BookRequest]:
        metrics = self._by_measure("imbalances")
        for level, measure in itertools.product(config.levels, config.measures):
            fields = {"levels": str(level), "measures": measure}
            yield self._standing(metrics[measure], group, fields, BookPoint(level=level))

    def _generic(self, config: L2GenericConfig, group: Group) -> Iterator[BookRequest]:
        measures = self.library.measures(self.module)
        for measure in config.measures:
            for metric in measures[measure]:
                for point, fields in named_points(metric.column, config.sides, config.levels):
                    yield self._standing(metric, group, {"measures": measure, **fields}, point)

    def _updates(self, config: L2UpdateConfig, group: Group) -> Iterator[BookRequest]:
        metrics = self._by_measure("updates")
        levels = BookPoint(level=source_levels(self.source))
        for measure in config.measures:
            yield self._changed(metrics[measure], group, {"measures": measure}, levels)

    def _order_flow(self, config: L2OrderFlowConfig, group: Group) -> Iterator[BookRequest]:
        metrics = self._by_measure("order_flow")
        for level, measure in itertools.product(config.levels, config.measures):
            fields = {"levels": str(level), "measures": measure}
            yield self._changed(metrics[measure], group, fields, BookPoint(level=level))

    def _changed(self, metric: Metric, group: Group, fields: Mapping[str, str], point: BookPoint) -> BookRequest:
        """Return the request for a metric of what the updates of a bucket change."""
        special = Specialisation(suffix=f"_{point.label}" if "{level}" in metric.column else "")
        asked = self._of_updates(compared_metric(metric, point), group, fields, special)
        columns = {name: Identifier(name) for name in asked.metric.derived}
        return replace(asked, values={**asked.values, **columns}, point=point)

    def _of_updates(
        self, metric: Metric, group: Group, fields: Mapping[str, str], special: Specialisation
    ) -> BookRequest:
        """Return the request for a metric over all updates of a bucket that a group reads."""
        special = replace(special, suffix=special.suffix + group.suffix)
        if group.filter is None:
            return self.asked(specialise(metric, special), group, fields)
        filtered = replace(special, where=f"{{{{ {_SELECTED} }}}}")
        return replace(self.asked(specialise(metric, filtered), group, fields), values={_SELECTED: group.filter})

    def _standing(
        self, metric: Metric, group: Group, fields: Mapping[str, str], point: BookPoint | None = None
    ) -> BookRequest:
        return self.standing(metric, group, fields, point or BookPoint())

    def standing(self, metric: Metric, group: Group, fields: Mapping[str, str], point: BookPoint) -> BookRequest:
        """Return the request for a value of the book as it stands: here, at the last update."""
        plain = standing_metric(metric, point)
        return replace(self.asked(plain, group, fields), formula=metric.value, point=point)

    def _ohlc(self, config: L2OHLCConfig, group: Group) -> Iterator[BookRequest]:
        metrics = sorted(self.library.family("l2", "ohlc").values(), key=lambda metric: metric.position)
        for source, metric in itertools.product(config.source, metrics):
            price = self._price(source)
            special = Specialisation(
                {"open_mode": config.open_mode},
                labels={"source": source},
                requires=price.requires,
                suffix=f"_{snake(source)}",
            )
            values: dict[str, Sql] = {
                "price": Identifier(snake(source)),
                "close_before": Identifier(f"close_before_{snake(source)}{group.suffix}"),
            }
            asked = self._of_updates(metric, group, {"source": source}, special)
            yield replace(asked, values={**values, **asked.values}, price=price)

    def asked(self, metric: Metric, group: Group, fields: Mapping[str, str]) -> BookRequest:
        """Return the request for a plain metric of a group."""
        return BookRequest(
            metric=metric,
            place=group.place,
            fields=fields,
            filter=group.filter,
            filter_columns=group.filter_columns,
            pattern=group.config.output_name_pattern,
            prefix=self.analytics.metric_prefix,
            suffix=group.suffix,
        )
