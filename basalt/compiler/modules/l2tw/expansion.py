"""Expands the groups of an ``l2tw`` pass's configuration: those of ``l2``, as means over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from basalt.catalog.library import Library
from basalt.catalog.metrics import Metric
from basalt.catalog.specialise import Specialisation, snake, specialise
from basalt.catalog.time_weighted import SUFFIX
from basalt.compiler.modules.events.grid import bucket_contract
from basalt.compiler.modules.events.groups import Group
from basalt.compiler.modules.l2.book import BookPoint
from basalt.compiler.modules.l2.expansion import Expansion, checked
from basalt.compiler.modules.l2.request import BookRequest, standing_metric
from basalt.compiler.modules.l2tw.volatility import VolatilityRequest
from basalt.compiler.modules.l2tw.weighted import STATISTIC, weighted_metric
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Identifier, Sql
from basalt.configuration import L2TWAnalyticsConfig, L2VolatilityConfig, PassConfig
from basalt.configuration.buckets import NANOSECONDS
from basalt.configuration.metric_groups import MetricGroupConfig
from basalt.errors import CompileError

_SELECTED = "selected"


def requests(config: PassConfig, library: Library, source: SourceTable) -> tuple[BookRequest, ...]:
    """Return the columns asked for.

    Raises BindingError for a column of a filter that the source lacks, OutputNameError for a pattern,
    DuplicateColumnError for a column asked for twice, CompileError for a volatility of fewer than two returns.
    """
    bucket = bucket_contract(config).width
    return checked(TimeWeightedExpansion(config.name, "l2tw", analytics_of(config), library, source, bucket))


def analytics_of(config: PassConfig) -> L2TWAnalyticsConfig:
    """Return what a pass is asked of the book over time."""
    return config.l2tw_analytics or L2TWAnalyticsConfig()


@dataclass(frozen=True)
class TimeWeightedExpansion(Expansion):
    """The expansion of one pass."""

    analytics: L2TWAnalyticsConfig
    bucket: int
    """How wide buckets are, in nanoseconds."""

    def requests(self) -> Iterator[BookRequest]:
        """Yield a request per output column."""
        if self.given or not self.analytics.enable_book_coverage:
            yield from super().requests()
        if not self.analytics.enable_book_coverage:
            return
        metric = self.library.family("l2tw", "book_coverage")["BookCoverageRatio"]
        place = f"pass {self.name}: l2tw_analytics.enable_book_coverage"
        yield BookRequest(metric=metric, place=place, fields={}, prefix=self.analytics.metric_prefix)

    @property
    def given(self) -> list[tuple[MetricGroupConfig, str]]:
        """The groups that are configured, and where each stands."""
        place = f"pass {self.name}: l2tw_analytics.volatility"
        volatility = [(each, f"{place}[{index}]") for index, each in enumerate(self.analytics.volatility)]
        return [*super().given, *volatility]

    def _expanded(self, config: MetricGroupConfig, group: Group) -> Iterator[BookRequest]:
        if isinstance(config, L2VolatilityConfig):
            yield from self._volatility(config, group)
        else:
            yield from super()._expanded(config, group)

    def _volatility(self, config: L2VolatilityConfig, group: Group) -> Iterator[VolatilityRequest]:
        if 2 * config.step > self.bucket:
            message = f"a bucket of {self.bucket / NANOSECONDS:g} s has fewer than two returns"
            suggestion = f"at most {self.bucket / 2 / NANOSECONDS:g}"
            raise CompileError(message, place=f"{group.place}.subsample_seconds", suggestion=suggestion)
        (metric,) = self.library.family("l2tw", "volatility").values()
        for source in config.source:
            yield self._volatility_of(source, metric, config, group)

    def _volatility_of(
        self, source: str, metric: Metric, config: L2VolatilityConfig, group: Group
    ) -> VolatilityRequest:
        price, label = self._price(source), snake(source)
        shift = config.subsample_seconds if config.shift_seconds is None else config.shift_seconds
        fields = {"source": source, "subsample_seconds": f"{config.subsample_seconds:g}", "shift_seconds": f"{shift:g}"}
        times = "_by_".join(dict.fromkeys(f"{fields[name]}s" for name in ("subsample_seconds", "shift_seconds")))
        suffix = f"_{label}_{times.replace('.', '_')}{group.suffix}"
        special = Specialisation(labels={"source": source}, requires=price.requires, suffix=suffix)
        plain = specialise(metric, special)
        derived = {name: Identifier(name) for name in plain.derived}
        return VolatilityRequest(
            metric=plain,
            place=group.place,
            fields=fields,
            values={"price": Identifier(f"book_{label}"), **derived},
            filter=group.filter,
            filter_columns=group.filter_columns,
            suffix=group.suffix,
            pattern=group.config.output_name_pattern,
            prefix=self.analytics.metric_prefix,
            price=price,
            step=config.step,
            shift=config.shift,
        )

    def standing(self, metric: Metric, group: Group, fields: Mapping[str, str], point: BookPoint) -> BookRequest:
        """Return the request for a value of the book as it stands: here, its mean over time."""
        label = snake(standing_metric(metric, point).column.removesuffix(SUFFIX))
        values: dict[str, Sql] = {"price": Identifier(f"book_{label}")}
        if group.filter is not None:
            values[_SELECTED] = group.filter
        where = None if group.filter is None else f"{{{{ {_SELECTED} }}}}"
        statistic = self.library.statistics[STATISTIC]
        special = Specialisation(statistic=statistic, where=where, suffix=f"_{label}{group.suffix}")
        mean = weighted_metric(metric, point, "{{ price }}", special)
        return replace(self.asked(mean, group, fields), price=metric, point=point, values=values)
