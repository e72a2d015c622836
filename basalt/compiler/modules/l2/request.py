"""What an ``l2`` pass was asked for: one request per output column, in the order configured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from basalt.catalog.metrics import Metric, State
from basalt.compiler.modules.events.request import MetricRequest
from basalt.compiler.modules.l2.book import BookPoint, Place
from basalt.compiler.sql import Fragment
from basalt.compiler.templates import render_text

STANDING = "at_last_update"
"""The state that a value of the book at the last update is."""

_LABEL = re.compile(r"\{(side|level|up_to_level|bps)\}")


@dataclass(frozen=True, kw_only=True)
class BookRequest(MetricRequest):
    """One metric of the book.

    ``formula`` is its value over the book at ``point`` as it stands at the last update; empty for one of all updates,
    which is made of states. ``price`` is the price of the book that it is of.
    """

    formula: str = ""
    price: Metric | None = None
    point: BookPoint = field(default_factory=BookPoint)

    @property
    def is_standing(self) -> bool:
        """Whether it is a value of the book at the last update."""
        return bool(self.formula)

    def standing(self, place: Place) -> Fragment:
        """Return its value over a book whose columns are as ``place`` gives them."""
        return render_text(self.formula, **self.point.variables(place))


def standing_metric(metric: Metric, point: BookPoint) -> Metric:
    """Return a metric of the book for one side and level, as the state that its value at the last update is."""
    return metric.model_copy(
        update={
            "column": _labelled(metric.column, point, point.label),
            "requires": tuple(dict.fromkeys(each for text in metric.requires for each in _columns(text, point))),
            "states": {STANDING: State(aggregate="latest", of=metric.value)},
            "value": f"{{{{ {STANDING} }}}}",
        }
    )


def _columns(text: str, point: BookPoint) -> Iterator[str]:
    """Yield the columns that a header's text stands for: one, or with ``{up_to_level}`` those of all levels to it."""
    for number in point.up_to_level if "{up_to_level}" in text else [point.label]:
        yield _labelled(text, point, number)


def _labelled(text: str, point: BookPoint, level: str) -> str:
    labels = {"side": point.side, "bps": "{bps}" if point.bps is None else str(point.bps)}
    return _LABEL.sub(lambda found: labels.get(found[1], level), text)
