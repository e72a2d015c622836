"""The columns that rows of a pass carry along from its events."""

from __future__ import annotations

from collections.abc import Sequence

from basalt.compiler.aggregates import build
from basalt.compiler.layout import SelectItem
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Identifier, Sql, compose

_EVENT_ORDER = Identifier("event_order")


def carried_items(carried: Sequence[str], source: SourceTable, order: Sql = _EVENT_ORDER) -> list[SelectItem]:
    """Return the carried columns of a group of events: what is the listing's own, and the last MarketState."""
    own = "min" if "ListingId" in source.mapped else "any_value"
    items = []
    for name in carried:
        column = Identifier(name)
        value = build("last", column, order) if name == "MarketState" else compose(own + "({})", column)
        items.append(SelectItem(value, name))
    return items
