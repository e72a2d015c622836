"""Metrics of the order book weighted by time: each value of the book as it stands, over the time that it stood."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from basalt.catalog.metrics import Metric

SUFFIX = "TWA"
MODULE = "l2tw"


def time_weighted(metrics: Iterable[Metric]) -> Iterator[Metric]:
    """Yield the metrics of module ``l2tw`` that are means of those of ``l2`` over time."""
    for metric in metrics:
        if metric.module == "l2" and metric.is_standing:
            yield metric.model_copy(
                update={
                    "module": MODULE,
                    "name": f"{metric.name}{SUFFIX}",
                    "column": f"{metric.column}{SUFFIX}",
                    "title": f"{metric.title}, weighted by the time that each state of the book stood",
                    "kind": "ratio",
                    "null_rule": "null when it was known for no time of the bucket",
                }
            )
