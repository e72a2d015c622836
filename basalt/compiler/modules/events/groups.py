"""The groups of metrics in a configuration: the rows each reads, and names that its columns cannot have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import cast

from basalt.compiler.modules.events.filters import Value, accepts
from basalt.compiler.modules.events.request import MetricRequest
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Sql, join
from basalt.configuration.base import duplicates
from basalt.configuration.metric_groups import MetricGroupConfig
from basalt.errors import DuplicateColumnError, listing


@dataclass(frozen=True)
class Group:
    """One entry of a list of metrics: where it stands, and the rows it reads.

    ``suffix`` tells the states over these rows from those over others.
    """

    config: MetricGroupConfig
    place: str
    filter: Sql | None
    suffix: str

    @property
    def filter_columns(self) -> tuple[str, ...]:
        """The columns of the source that the filter reads."""
        states = ("MarketState",) if self.config.market_states else ()
        return (*self.config.attribute_filters, *states)


@dataclass(frozen=True)
class GroupFilters:
    """The conditions of a pass's groups; conditions that are the same share the states computed under them."""

    source: SourceTable
    _suffixes: dict[str, str] = field(default_factory=dict)

    def group(self, config: MetricGroupConfig, place: str) -> Group:
        """Return a group with its condition.

        Raises UnknownColumnError and BindingError as ``accepts``.
        """
        accepted: dict[str, object] = dict(config.attribute_filters)
        if config.market_states:
            accepted["MarketState"] = config.market_states
        if not accepted:
            return Group(config, place, None, "")
        condition = join([self._condition(name, values, place) for name, values in accepted.items()], " AND ")
        suffix = self._suffixes.setdefault(condition.text, f"_where_{len(self._suffixes) + 1}")
        return Group(config, place, condition, suffix)

    def _condition(self, name: str, values: object, place: str) -> Sql:
        return accepts(self.source, name, cast("list[Value]", values if isinstance(values, list) else [values]), place)


def check_names(requests: Iterable[MetricRequest], taken: Sequence[str], rows: str) -> None:
    """Raise DuplicateColumnError for a column that has the name of another, or one that ``rows`` have already."""
    asked = list(requests)
    for request in asked:
        if repeated := duplicates([*taken, request.column]):
            message = f"{listing(repeated)} would be there twice: {rows} have {listing(taken)} already"
            raise DuplicateColumnError(message, place=request.place, suggestion="give it another output_name_pattern")
    if repeated := duplicates(request.column for request in asked):
        message = f"{listing(dict.fromkeys(repeated))} would be computed twice"
        suggestion = "ask for each once, or give a group an output_name_pattern; {column} is the name without one"
        place = next(request.place for request in reversed(asked) if request.column in repeated)
        raise DuplicateColumnError(message, place=place, suggestion=suggestion)
