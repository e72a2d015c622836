"""A pass on a dense timeline, planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.columns import BoundColumn
from basalt.compiler.events import EventTable
from basalt.compiler.indicators import Indicator
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.modules.dense.filling import KEYS, Filling
from basalt.compiler.modules.dense.timeline import ROWS, Timeline
from basalt.compiler.plan import Check, PlannedPass, Relations, Step
from basalt.compiler.select import pass_sql


@dataclass(frozen=True)
class DensePass:
    """A pass on a dense timeline: the rows of a sparse pass on the buckets of a timeline, filled."""

    sparse: PlannedPass
    timeline: Timeline
    filling: Filling

    @property
    def contract(self) -> BucketContract:
        """The time buckets of the rows."""
        return self.filling.contract

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""
        return self.sparse.keys

    @property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The output columns."""
        return self.sparse.columns

    @property
    def hidden(self) -> tuple[str, ...]:
        """The state columns this pass can add for a later one."""
        return self.sparse.hidden

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""
        return tuple(dict.fromkeys([*self.sparse.tables, *self.timeline.tables]))

    @property
    def source_passes(self) -> tuple[str, ...]:
        """The passes that are read."""
        return self.sparse.source_passes

    @property
    def events(self) -> tuple[EventTable, ...]:
        """The tables of events that are read."""
        return self.sparse.events

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Indicators that are computed on the rows afterwards."""
        return self.sparse.indicators

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the numbers."""
        return self.sparse.warnings

    def needs(self, source: str, hidden: frozenset[str]) -> frozenset[str]:
        """Return the state columns of a pass that are read when ``hidden`` ones of this pass are wanted."""
        return self.sparse.needs(source, hidden)

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps from the sparse rows to those of every bucket."""
        sparse = self.sparse.steps(hidden | self.filling.times, relations)
        rows = pass_sql("buckets in which something happened", sparse)
        return [
            Step(ROWS, rows, f"one row per {', '.join(KEYS)}"),
            *self.timeline.steps(relations, self.filling.rows_of_the_run),
            *self.filling.steps(hidden, relations),
        ]

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        return self.sparse.computed(column)

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""
        yield from self.sparse.row_rules(relations)

    def refusals(self, relations: Relations) -> list[Check]:
        """Return the checks that must hold before the pass is run."""
        return self.sparse.refusals(relations)

    def cautions(self, relations: Relations) -> list[Check]:
        """Return the checks that warn after the pass was run."""
        return self.sparse.cautions(relations)
