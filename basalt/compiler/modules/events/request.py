"""What a pass over raw events was asked for: one request per output column, in the order configured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from basalt.catalog.metrics import Metric
from basalt.compiler.output_names import filled
from basalt.compiler.sql import Sql


@dataclass(frozen=True)
class MetricRequest:
    """One metric over the rows that a filter lets through.

    ``values`` are what the metric's template is given besides its states, ``filter`` a condition on rows,
    ``filter_columns`` the columns of the source it reads and ``suffix`` what tells states over these rows from others.
    ``fields`` are the configured values, for a name's pattern.
    """

    metric: Metric
    place: str
    fields: Mapping[str, str]
    values: Mapping[str, Sql] = field(default_factory=dict)
    filter: Sql | None = None
    filter_columns: tuple[str, ...] = ()
    suffix: str = ""
    pattern: str | None = None
    prefix: str = ""

    @property
    def own_name(self) -> str:
        """The name of the output column without prefix and pattern."""
        return self.metric.column

    @property
    def column(self) -> str:
        """The name of the output column.

        Raises OutputNameError for a pattern with a variable that there is not.
        """
        if self.pattern is None:
            return self.prefix + self.own_name
        variables = {**self.fields, "metric": self.metric.name, "column": self.own_name}
        return self.prefix + filled(self.pattern, variables, self.place)

    @property
    def requires(self) -> tuple[str, ...]:
        """The columns of the source that it is computed from."""
        return tuple(dict.fromkeys([*self.metric.requires, *self.filter_columns]))

    def state_column(self, state: str) -> str:
        """Return the name that a state of this metric has among the pass's states."""
        return state
