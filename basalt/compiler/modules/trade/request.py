"""What a trade pass was asked for: one request per output column, in the order configured."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass, field

from basalt.catalog.metrics import Metric
from basalt.compiler.sql import Sql
from basalt.errors import OutputNameError, listing, nearest


@dataclass(frozen=True)
class Request:
    """One metric for one side, over the trades that a filter lets through.

    ``values`` are what the metric's template is given besides its states, ``filter`` a condition on trades,
    ``filter_columns`` the columns of the source it reads and ``suffix`` what tells states over these trades from
    others. ``fields`` are the configured values, for a name's pattern.
    """

    metric: Metric
    side: str
    place: str
    fields: Mapping[str, str]
    values: Mapping[str, Sql] = field(default_factory=dict)
    filter: Sql | None = None
    filter_columns: tuple[str, ...] = ()
    suffix: str = ""
    pattern: str | None = None
    prefix: str = ""

    @property
    def column(self) -> str:
        """The name of the output column.

        Raises OutputNameError for a pattern with a variable that there is not.
        """
        own = self.metric.column_for(self.side)
        if self.pattern is None:
            return self.prefix + own
        return self.prefix + _named(
            self.pattern, {**self.fields, "metric": self.metric.name, "column": own}, self.place
        )

    @property
    def requires(self) -> tuple[str, ...]:
        """The columns of trades that it is computed from."""
        by_side = () if self.side == "Total" else ("AggressorSide",)
        return tuple(dict.fromkeys([*self.metric.requires, *by_side, *self.filter_columns]))

    def state_column(self, state: str) -> str:
        """Return the name a state of this metric has for this side: ``total_volume``."""
        return f"{self.side.lower()}_{state}{self.suffix}"


def _named(pattern: str, variables: Mapping[str, str], place: str) -> str:
    """Return a pattern with its variables filled in."""
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError as error:
        message = f"{pattern!r} is not a name with variables in braces: {error}"
        raise OutputNameError(message, place=place) from None
    for _, name, form, conversion in parts:
        if name is not None and (name not in variables or form or conversion):
            written = name + (f"!{conversion}" if conversion else "") + (f":{form}" if form else "")
            message = f"{pattern!r} has a variable {{{written}}} that there is not; there are {listing(variables)}"
            raise OutputNameError(message, place=place, suggestion=nearest(name, variables))
    if not (found := pattern.format(**variables)):
        message = "an empty pattern names no column"
        raise OutputNameError(message, place=place)
    return found
