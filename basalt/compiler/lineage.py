"""Where a column comes from: how it is computed, what it reads, and what decides which rows there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from basalt.catalog.metrics import MERGEABLE, State
from basalt.compiler.aggregates import build, merge
from basalt.compiler.sql import Fragment, Identifier, Sql


@dataclass(frozen=True)
class Read:
    """A column of a pass or a table that is read; ``expression`` is SQL over a table's own columns."""

    relation: str
    column: str
    expression: Sql | None = None


@dataclass(frozen=True)
class StateFormula:
    """A state as SQL over rows, and as SQL over the same state of finer groups (None where it does not merge)."""

    name: str
    formula: str
    merge: str | None


@dataclass(frozen=True)
class ComputedColumn:
    """How a pass computes a column.

    ``asked_by`` is the place in the configuration, ``summary`` the whole in one line; ``value`` is over ``states``,
    these over rows with the ``derived`` columns.
    """

    asked_by: str
    summary: str
    value: str
    reads: tuple[Read, ...]
    states: tuple[StateFormula, ...] = ()
    derived: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RowRule:
    """One thing that decides which rows a pass has: a key of them, or a condition on what is read."""

    what: str
    relation: str
    sql: str


@dataclass(frozen=True)
class MadeOf:
    """What a state aggregates, and the other variable of a covariance or slope or the fractions of quantiles."""

    of: Sql
    argument: Sql | None = None


def state_formula(name: str, state: State, made_of: MadeOf, conditions: Iterable[Sql | None]) -> StateFormula:
    """Return a state as SQL; first and last go by ``event_order``, which is time, sequence, then what is unique."""
    where = [condition.text for condition in conditions if condition is not None]
    made = build(state.aggregate, made_of.of, Fragment("event_order"), argument=made_of.argument).text
    filtered = f"{made} FILTER (WHERE {' AND '.join(where)})" if where else made
    return StateFormula(name, filtered, merge_formula(name, state.aggregate))


def merge_formula(name: str, aggregate: str) -> str | None:
    """Return how states of finer groups are merged into one, or None where they are not."""
    if aggregate not in MERGEABLE:
        return None
    return merge(aggregate, Identifier(name), Identifier(f"{name}_order")).text
