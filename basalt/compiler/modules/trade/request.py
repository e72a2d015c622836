"""What a trade pass was asked for: one requested column per metric and side, in the order configured."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from basalt.catalog.library import Library
from basalt.catalog.metrics import Metric
from basalt.configuration import PassConfig
from basalt.configuration.base import duplicates
from basalt.errors import DuplicateColumnError, Problem, UnknownMetricError, listing, nearest


@dataclass(frozen=True)
class Request:
    """One metric for one side."""

    metric: Metric
    side: str

    @property
    def column(self) -> str:
        """The name of the output column."""
        return self.metric.column_for(self.side)

    @property
    def requires(self) -> tuple[str, ...]:
        """The columns of trades that it is computed from."""
        return self.metric.requires if self.side == "Total" else (*self.metric.requires, "AggressorSide")

    def state_column(self, state: str) -> str:
        """Return the name a state of this metric has for this side: ``total_volume``."""
        return f"{self.side.lower()}_{state}"


def requests(config: PassConfig, library: Library) -> tuple[Request, ...]:
    """Return the columns asked for; measures expand first, then sides.

    Raises UnknownMetricError naming all unknown measures, DuplicateColumnError for a column asked for twice.
    """
    analytics = config.trade_analytics
    assert analytics is not None  # noqa: S101 - PassConfig sees to it
    measures = library.measures("trade")
    place = f"pass {config.name}: trade_analytics.generic_metrics"
    unknown = [
        Problem(
            f"unknown measure {measure!r}; there are {listing(measures)}",
            f"{place}[{index}]",
            nearest(measure, measures),
        )
        for index, group in enumerate(analytics.generic_metrics)
        for measure in group.measures
        if measure not in measures
    ]
    if unknown:
        raise UnknownMetricError(unknown)
    found = tuple(
        Request(metric, side)
        for group in analytics.generic_metrics
        for measure, side in itertools.product(group.measures, group.sides)
        for metric in measures[measure]
    )
    if repeated := duplicates(request.column for request in found):
        message = f"{listing(dict.fromkeys(repeated))} would be computed twice"
        raise DuplicateColumnError(message, place=place, suggestion="ask for each measure and side once")
    return found
