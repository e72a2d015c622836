"""Fills the gaps of a series: a row for each bucket between two in which something happened, within a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from basalt.compiler.layout import SelectItem, names
from basalt.compiler.modules.generic.working_columns import WorkingColumns
from basalt.compiler.plan import Step
from basalt.compiler.select import add_columns, select
from basalt.compiler.sql import Identifier, compose

FILLED = "filled_bars"


@dataclass(frozen=True)
class GroupedColumn:
    """A column of grouped bars; ``is_carried`` keeps what it was in the bucket before a gap, else it is null there."""

    name: str
    is_carried: bool


def filling_steps(
    grouped: str, series: Sequence[str], columns: Iterable[GroupedColumn], working: WorkingColumns
) -> list[Step]:
    """Return the steps that fill gaps in the numbered buckets of each series, in which no row is left out."""
    bucket, following, filled = (
        Identifier(name) for name in (working.bucket, working.next_bucket, working.filled_bucket)
    )
    by = compose("PARTITION BY {} ", names(series)) if series else compose("")
    after = compose("lead({}) OVER ({}ORDER BY {})", bucket, by, bucket)
    numbers = compose("unnest(generate_series({}, coalesce({} - 1, {})))", bucket, following, bucket)
    items = [SelectItem.column(name) for name in series]
    items.append(SelectItem(filled, working.bucket))
    for each in columns:
        own = Identifier(each.name)
        value = own if each.is_carried else compose("CASE WHEN {} = {} THEN {} END", filled, bucket, own)
        items.append(SelectItem(value, each.name))
    return [
        Step(
            "followed_bars",
            add_columns(grouped, [SelectItem(after, working.next_bucket)]),
            "each row with the next bucket of its series",
        ),
        Step(
            "spread_bars",
            add_columns("followed_bars", [SelectItem(numbers, working.filled_bucket)]),
            "each row once for every bucket up to the next",
        ),
        Step(FILLED, select(items, Identifier("spread_bars")), "in a gap only what is carried from the row before"),
    ]
