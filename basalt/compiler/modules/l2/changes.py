"""Metrics of what updates change: each update against the one before of its listing and day.

The comparison goes across the edges of buckets, so that what is counted in each adds up to what is counted in all.
"""

from __future__ import annotations

from collections.abc import Iterable

from basalt.catalog.metrics import Metric
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.grid import Grid
from basalt.compiler.modules.l2.book import BEFORE, BEFORE_TIME, BookPoint
from basalt.compiler.modules.l2.request import BookRequest, labelled, required
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, add_columns
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.templates import render, render_text
from basalt.configuration.buckets import NANOSECONDS

COMPARED = "compared_updates"
_DAY = 86_400 * NANOSECONDS


def day_of(grid: Grid) -> Fragment:
    """Return the number of the UTC day on which a row's bucket starts."""
    return render("expressions/bucket_left", moment=grid.start(), width=Literal(_DAY))


def compared_metric(metric: Metric, point: BookPoint) -> Metric:
    """Return a metric of changes at one point of the book, with names filled in."""
    return metric.model_copy(update={"column": labelled(metric.column, point), "requires": required(metric, point)})


def changes(requests: Iterable[BookRequest]) -> dict[str, Sql]:
    """Return what each update changes, by the column of the updates that it becomes."""
    return {
        name: render_text(text, **request.point.variables(Identifier))
        for request in requests
        if request.is_compared
        for name, text in request.metric.derived.items()
    }


def compared_columns(requests: Iterable[BookRequest]) -> tuple[str, ...]:
    """Return the columns of the book whose values before are needed."""
    return tuple(dict.fromkeys(name for each in requests if each.is_compared for name in each.metric.requires))


def compared_updates(source: str, columns: Iterable[str], order: Iterable[Sql], grid: Grid) -> Step:
    """Return the step that adds to each update what stood in some columns at the one before of its listing and day."""
    items = [
        SelectItem(compose("lag({}) OVER in_order", Identifier(column)), name)
        for column, name in [("event_ns", BEFORE_TIME), *((column, f"{BEFORE}{column}") for column in columns)]
    ]
    window = Window("in_order", compose("PARTITION BY ListingId, {} ORDER BY {}", day_of(grid), join(order)))
    return Step(COMPARED, add_columns(source, items, window), "each update with the one before, of the same day")
