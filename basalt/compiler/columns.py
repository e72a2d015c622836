"""The columns of a pass: what the user sees of them, and how a later pass may aggregate them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel, ConfigDict

from basalt.catalog.metrics import Metric
from basalt.compiler.sql import Sql


class Column(BaseModel):
    """An output column: its name, DuckDB type, unit and kind, and what it means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: str
    unit: str = ""
    kind: str = ""
    title: str = ""
    formula: str = ""
    requires: tuple[str, ...] = ()
    null_rule: str = ""
    known_at: str = ""
    source: str = ""
    metric: str = ""
    aggregation: str = ""
    """How a later pass re-aggregates it on its own rule: sum, first, last, min, max, ``auto`` (through its states)."""


@dataclass(frozen=True)
class MergeState:
    """A state as a pass holds it: the column, and for first and last the columns that give their order."""

    aggregate: str
    column: str
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class MergeRule:
    """How a metric is computed again from the states a pass holds.

    ``parameters`` are the values the metric's formula was given besides its states.
    """

    metric: Metric
    states: Mapping[str, MergeState]
    parameters: Mapping[str, Sql] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns the merge reads."""
        found = [name for state in self.states.values() for name in (state.column, *state.order)]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class BoundColumn:
    """A column of a pass before its type is known.

    ``rule`` says how it is merged; ``refusal`` why it cannot be; a column with neither is taken as plain data.
    """

    name: str
    kind: str = ""
    unit: str = ""
    title: str = ""
    formula: str = ""
    known_at: str = ""
    null_rule: str = ""
    requires: tuple[str, ...] = ()
    source: str = ""
    metric: Metric | None = None
    rule: MergeRule | None = None
    refusal: str = ""

    def public(self, type_: str) -> Column:
        """Return the column as the user sees it."""
        natural = self.rule.metric.natural_aggregation if self.rule else ("none" if self.refusal else "")
        return Column(
            name=self.name,
            type=type_,
            unit=self.unit,
            kind=self.kind,
            title=self.title,
            formula=self.formula,
            requires=self.requires,
            null_rule=self.null_rule,
            known_at=self.known_at,
            source=self.source,
            metric=self.metric.name if self.metric else "",
            aggregation=natural,
        )


def key_column(name: str, title: str = "", unit: str = "") -> BoundColumn:
    """Return a key or carried column."""
    return BoundColumn(name, kind="label", title=title, unit=unit, known_at="start of the bucket")
