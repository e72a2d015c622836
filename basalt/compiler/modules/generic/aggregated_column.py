"""An output column of a generic pass that is aggregated from rows of its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from basalt.compiler.columns import BoundColumn
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.generic.requests import AggregationRequest
from basalt.compiler.sql import Sql


@dataclass(frozen=True)
class AggregatedColumn:
    """A column as it was asked for: what it reads, what is grouped for it, its value, and what it hides.

    ``grouped`` are the states of a column that is merged, in the order of its rule, else the column itself; ``hidden``
    are what later passes merge, by name.
    """

    request: AggregationRequest
    column: BoundColumn
    reads: tuple[str, ...]
    grouped: tuple[SelectItem, ...]
    value: Sql
    hidden: Mapping[str, SelectItem] = field(default_factory=dict)
    warning: str = ""
