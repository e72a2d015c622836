"""A metric of the order book as the mean over time of what it is while a state stands."""

from __future__ import annotations

from basalt.catalog.metrics import Metric
from basalt.catalog.specialise import Specialisation, specialise
from basalt.compiler.modules.l2.book import BookPoint
from basalt.compiler.modules.l2.request import standing_metric

STATISTIC = "TimeWeighted"


def weighted_metric(metric: Metric, point: BookPoint, value: str, special: Specialisation) -> Metric:
    """Return a metric of the book for one side and level as a statistic over time of ``value``."""
    plain = standing_metric(metric, point).model_copy(update={"name": "mean", "statistic_of": value, "states": {}})
    return specialise(plain, special).model_copy(update={"name": metric.name, "title": metric.title})
