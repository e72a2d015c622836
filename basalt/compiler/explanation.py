"""What a column is, in full: formula, states, meaning, and where it comes from."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class State(_Data):
    """A state that a value is computed from; ``merge`` is how it comes from those of finer groups, None: not at all."""

    name: str
    formula: str
    merge: str | None


class Origin(_Data):
    """A column of a pass or a table, and what it is computed from in turn; ``source_columns`` are a table's own."""

    relation: str
    column: str
    how: str
    source_columns: tuple[str, ...] = ()
    reads: tuple[Origin, ...] = ()


class Rule(_Data):
    """What decides which rows a pass has: a key of them, or a condition on the rows of ``relation``."""

    what: str
    relation: str
    sql: str
    source_columns: tuple[str, ...] = ()


class Explanation(_Data):
    """All there is to know of a column.

    ``formula`` is computed from ``states``, these from rows with the ``derived`` columns. ``reaggregation`` says how a
    later pass aggregates it, or why it cannot. In a pipeline ``lineage`` goes down to the columns of the sources, and
    ``rows`` says for each pass on the way what decides its rows.
    """

    column: str
    pass_name: str = ""
    metric: str
    title: str
    type: str
    unit: str
    kind: str
    asked_by: str
    formula: str
    states: tuple[State, ...]
    derived: dict[str, str]
    settings: dict[str, str]
    """Names that the formula has in braces, and what sets them."""
    null_rule: str
    known_at: str
    requires: tuple[str, ...]
    reaggregation: str
    source: str
    lineage: Origin | None = None
    rows: dict[str, tuple[Rule, ...]] = {}


def reaggregation(natural: str, apart: list[str]) -> str:
    """Return how a column is aggregated again by its rule; ``apart`` are the states that do not merge."""
    if natural == "none":
        because = f": {', '.join(apart)} needs all rows at once" if apart else ""
        return f"none that is exact{because}; first, last, min, max or mean of its values can be asked for"
    if natural == "auto":
        return "exact with auto: its states merge, and the value is computed from them again"
    if not natural:
        return "none of its own: name a method"
    return f"exact with {natural}, which is what auto does: the value is its state"
