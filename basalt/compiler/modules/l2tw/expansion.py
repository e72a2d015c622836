"""Expands the groups of an ``l2tw`` pass's configuration: those of ``l2``, as means over time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from basalt.catalog.library import Library
from basalt.catalog.metrics import Metric
from basalt.catalog.specialise import Specialisation, snake
from basalt.catalog.time_weighted import SUFFIX
from basalt.compiler.modules.events.groups import Group
from basalt.compiler.modules.l2.book import BookPoint
from basalt.compiler.modules.l2.expansion import Expansion, checked
from basalt.compiler.modules.l2.request import BookRequest, standing_metric
from basalt.compiler.modules.l2tw.weighted import STATISTIC, weighted_metric
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Identifier, Sql
from basalt.configuration import L2TWAnalyticsConfig, PassConfig

_SELECTED = "selected"


def requests(config: PassConfig, library: Library, source: SourceTable) -> tuple[BookRequest, ...]:
    """Return the columns asked for.

    Raises BindingError for a column of a filter that the source lacks, OutputNameError for a pattern,
    DuplicateColumnError for a column asked for twice.
    """
    return checked(TimeWeightedExpansion(config.name, "l2tw", analytics_of(config), library, source))


def analytics_of(config: PassConfig) -> L2TWAnalyticsConfig:
    """Return what a pass is asked of the book over time."""
    return config.l2tw_analytics or L2TWAnalyticsConfig()


@dataclass(frozen=True)
class TimeWeightedExpansion(Expansion):
    """The expansion of one pass."""

    analytics: L2TWAnalyticsConfig

    def requests(self) -> Iterator[BookRequest]:
        """Yield a request per output column."""
        if self.given or not self.analytics.enable_book_coverage:
            yield from super().requests()
        if not self.analytics.enable_book_coverage:
            return
        metric = self.library.family("l2tw", "book_coverage")["BookCoverageRatio"]
        place = f"pass {self.name}: l2tw_analytics.enable_book_coverage"
        yield BookRequest(metric=metric, place=place, fields={}, prefix=self.analytics.metric_prefix)

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
