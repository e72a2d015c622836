"""What a module gives the compiler: a pass planned as steps and columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Protocol, runtime_checkable

from basalt.compiler.calendars import Buckets
from basalt.compiler.columns import BoundColumn
from basalt.compiler.day_range import DayRange
from basalt.compiler.events import EventTable
from basalt.compiler.indicators import Indicator
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Sql
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.configuration.passes import ModuleName

Relations = Mapping[str, Sql]
"""What stands after FROM for each table and pass that is read."""


@dataclass(frozen=True)
class Step:
    """One named SELECT of a pass; the comment says what its rows are. The last step of a pass is its result.

    ``is_computed_again`` has each of several readers compute the rows anew, where keeping them would fill the memory;
    ``is_kept`` has them computed once.
    """

    name: str
    body: Sql
    comment: str
    is_computed_again: bool = False
    is_kept: bool = False


@dataclass(frozen=True)
class Check:
    """A query that counts offenders, which should be 0, and gives samples of them as text.

    ``message`` says what they are, with ``{count}`` and ``{samples}``.
    ``when`` is a condition on the pass's rows without which the query need not be asked.
    """

    query: Sql
    message: str
    when: Sql | None = None


def in_message(text: str) -> str:
    """Return a user's text as it stands in the message of a check, where braces mean something."""
    return text.replace("{", "{{").replace("}", "}}")


class PlannedPass(Protocol):
    """A pass whose columns are known and whose SQL can be asked for."""

    @property
    def contract(self) -> Buckets | None:
        """The time buckets of the rows, or None when rows have none."""

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""

    @property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The output columns in order, without indicators."""

    @property
    def hidden(self) -> tuple[str, ...]:
        """Names of the state columns this pass can add for a later one."""

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the source tables that are read."""

    @property
    def source_passes(self) -> tuple[str, ...]:
        """The passes that are read."""

    @property
    def events(self) -> tuple[EventTable, ...]:
        """The tables of events that are read, by whose days a run can be cut; none for a pass over bars."""

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Indicators that are computed on the rows afterwards."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the numbers."""

    def needs(self, source: str, hidden: frozenset[str]) -> frozenset[str]:
        """Return the state columns of a pass that are read when ``hidden`` ones of this pass are wanted."""

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps of the pass, its last one selecting the output columns and the hidden ones wanted."""

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader; not for indicators."""

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""

    def refusals(self, relations: Relations) -> list[Check]:
        """Return the checks that must hold before the pass is run."""

    def cautions(self, relations: Relations) -> list[Check]:
        """Return the checks that warn after the pass was run."""


@runtime_checkable
class ContinuedPass(Protocol):
    """A pass of days that needs of those before only what stood at their end."""

    def standing_steps(self, relations: Relations) -> list[Step]:
        """Return the steps to what stands at the end of the dates, which the pass of the days after reads.

        It is read under ``standing_name``; without steps nothing is left standing.
        """


def standing_name(name: str) -> str:
    """Return the name of the relation with what stood at the end of the days before."""
    return f"{name}__standing"


@dataclass(frozen=True)
class Inputs:
    """What a module may look at: the pipeline, the bound tables, and the passes planned before this one."""

    config: AnalyticsConfig
    days: DayRange
    """The days that are asked for: what START_DATE and END_DATE say, or parameters in their place."""
    tables: Mapping[str, SourceTable]
    passes: Mapping[str, PlannedPass]
    types: Mapping[str, Mapping[str, str]]
    """Column types of each planned pass, hidden columns included."""
    continued: frozenset[str] = frozenset()
    """The passes that go on where a run of the days before has ended, from what stood then."""

    def events(self, config: PassConfig, module: ModuleName, default: str) -> SourceTable:
        """Return the events that a module reads, as a table of the kind ``default``: that one, or what it is given."""
        name = config.module_inputs.get(module, default)
        return self.rows(name, default) if module in config.module_inputs else replace(self.tables[name], kind=default)

    def rows(self, name: str, kind: str) -> SourceTable:
        """Return the rows of an earlier pass, or else a table, as a table of a canonical kind."""
        if name not in self.passes:
            return replace(self.tables[name], kind=kind)
        visible = {column.name: self.types[name][column.name] for column in self.passes[name].columns}
        return SourceTable.of_pass(name, visible, kind=kind)


class Module(Protocol):
    """Turns a pass's configuration into a plan."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read."""

    def plan(self, config: PassConfig, inputs: Inputs) -> PlannedPass:
        """Return the plan of the pass.

        Raises BindingError when a column is missing, CompileError when the request has no meaning.
        """
