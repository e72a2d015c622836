"""What an ``l2`` pass was asked for: one request per output column, in the order configured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from basalt.catalog.metrics import Metric, State
from basalt.compiler.modules.events.request import MetricRequest
from basalt.compiler.modules.l2.book import ANY_LEVEL, BookPoint, Place
from basalt.compiler.sql import Fragment
from basalt.compiler.templates import render_text

STANDING = "at_last_update"
"""The state that a value of the book at the last update is."""

_LABEL = re.compile(r"\{(\w+)\}")


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

    @property
    def is_compared(self) -> bool:
        """Whether it is of what each update changes against the one before."""
        return self.price is None and bool(self.metric.derived)

    def standing(self, place: Place) -> Fragment:
        """Return its value over a book whose columns are as ``place`` gives them."""
        return render_text(self.formula, **self.point.variables(place))


def standing_metric(metric: Metric, point: BookPoint) -> Metric:
    """Return a metric of the book for one point of it, as the state that its value at the last update is."""
    return metric.model_copy(
        update={
            "column": labelled(metric.column, point),
            "requires": required(metric, point),
            "states": {STANDING: State(aggregate="latest", of=metric.value)},
            "value": f"{{{{ {STANDING} }}}}",
        }
    )


def required(metric: Metric, point: BookPoint) -> tuple[str, ...]:
    """Return the columns of the book that a metric needs at a point of it."""
    return tuple(dict.fromkeys(each for text in metric.requires for each in _columns(text, point)))


def labelled(text: str, point: BookPoint) -> str:
    """Return a name in a header with what is given of a point filled in."""
    labels = point.labels()
    return _LABEL.sub(lambda found: labels.get(found[1], found[0]), text)


def _columns(text: str, point: BookPoint) -> Iterator[str]:
    """Yield the columns that a header's text stands for: one, or with ``{up_to_level}`` those of all levels to it."""
    name = labelled(text, point)
    for number in point.up_to_level if ANY_LEVEL in text else [point.label]:
        yield name.replace(ANY_LEVEL, number)
