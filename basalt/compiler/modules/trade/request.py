"""What a trade pass was asked for: one request per output column, in the order configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from basalt.catalog.metrics import Metric
from basalt.compiler.output_names import filled
from basalt.compiler.sql import Sql


@dataclass(frozen=True)
class Request:
    """One metric for one side, over the trades that a filter lets through.

    ``values`` are what the metric's template is given besides its states, ``filter`` a condition on trades and
    ``filter_columns`` the columns of the source it reads. ``fields`` are the configured values, for a name's pattern.
    """

    metric: Metric
    side: str
    place: str
    fields: Mapping[str, str]
    values: Mapping[str, Sql] = field(default_factory=dict)
    filter: Sql | None = None
    filter_columns: tuple[str, ...] = ()
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
        variables = {**self.fields, "metric": self.metric.name, "column": own}
        return self.prefix + filled(self.pattern, variables, self.place)

    @property
    def requires(self) -> tuple[str, ...]:
        """The columns of trades that it is computed from."""
        by_side = () if self.side == "Total" else ("AggressorSide",)
        return tuple(dict.fromkeys([*self.metric.requires, *by_side, *self.filter_columns]))

    def state_column(self, state: str) -> str:
        """Return the name a state of this metric has for this side: ``total_volume``."""
        return f"{self.side.lower()}_{state}"
