"""A ``generic`` pass, planned: its columns, and the steps from the bars that it reads to its rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from basalt.compiler.buckets import BucketContract
from basalt.compiler.calendars import Buckets
from basalt.compiler.columns import BoundColumn, key_column
from basalt.compiler.events import EventTable
from basalt.compiler.indicators import Indicator, Rows, resolve_indicators
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.modules.generic.aggregated_column import AggregatedColumn
from basalt.compiler.modules.generic.bars import Bars, analytics_of
from basalt.compiler.modules.generic.cautions import cautions
from basalt.compiler.modules.generic.filling import GroupedColumn, filling_steps
from basalt.compiler.modules.generic.lineage import computed_column, row_rules
from basalt.compiler.modules.generic.membership import MembershipJoin
from basalt.compiler.modules.generic.reading import Reading, Regridded
from basalt.compiler.modules.generic.reference import ReferenceJoin
from basalt.compiler.modules.generic.requests import AggregationRequest
from basalt.compiler.modules.generic.target import grid
from basalt.compiler.modules.generic.working_columns import WorkingColumns
from basalt.compiler.plan import Check, Inputs, Relations, Step
from basalt.compiler.select import select
from basalt.compiler.sql import Identifier, Sql, compose
from basalt.configuration import GenericAnalyticsConfig, PassConfig
from basalt.configuration.base import duplicates
from basalt.errors import (
    DuplicateColumnError,
    listing,
)

_TIME = "TimeBucket"


@dataclass(frozen=True)
class GenericPass:
    """A generic pass, planned."""

    config: PassConfig
    inputs: Inputs
    bars: Bars
    contract: Buckets | None
    asked: tuple[AggregationRequest, ...]
    membership: MembershipJoin | None = None
    aggregated: tuple[AggregatedColumn, ...] = ()
    indicators: tuple[Indicator, ...] = ()

    @property
    def analytics(self) -> GenericAnalyticsConfig:
        """What the pass was asked for."""
        return analytics_of(self.config)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""
        return tuple(self.analytics.group_by)

    @property
    def looked_up(self) -> tuple[str, ...]:
        """The group keys that come from ``reference``."""
        groups = self.membership.groups if self.membership else ()
        return tuple(name for name in self.keys if name not in self.bars.columns and name not in groups)

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""
        own = (self.bars.name,) if self.bars.table is not None else ()
        universe = self.inputs.config.UNIVERSE
        by_universe = universe is not None and bool(own) and not set(universe.where) <= set(self.bars.columns)
        uses = self.looked_up or (by_universe and "reference" in self.inputs.tables)
        members = [name for name in self._members_read if name not in self.inputs.passes]
        return tuple(dict.fromkeys([*own, *members, *(["reference"] if uses else [])]))

    @property
    def events(self) -> tuple[EventTable, ...]:
        """No tables: what is read are bars, not events."""
        return ()

    @property
    def source_passes(self) -> tuple[str, ...]:
        """The passes that are read: the source, and the members, where they are one."""
        own = () if self.bars.table is not None else (self.bars.name,)
        return tuple(dict.fromkeys([*own, *(name for name in self._members_read if name in self.inputs.passes)]))

    @property
    def _members_read(self) -> tuple[str, ...]:
        return () if self.membership is None else (self.membership.table.name,)

    @cached_property
    def reading(self) -> Reading:
        """What is read of the bars and joined to them."""
        working = self._working
        members = None if self.membership is None else replace(self.membership, working=working)
        reference = None
        if self.looked_up:
            reference = ReferenceJoin(self.inputs.tables["reference"], self.looked_up, working.bar_date)
        return Reading(self.bars, self.inputs, working, self._grid, members, reference)

    @cached_property
    def _working(self) -> WorkingColumns:
        joined = self.membership.values if self.membership else ()
        outputs = [each.output for each in self.asked]
        return WorkingColumns.beside([*self.bars.columns, *self.bars.hidden, *self.keys, *joined, *outputs])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the aggregations."""
        return tuple(f"pass {self.config.name}: {each.warning}" for each in self.aggregated if each.warning)

    @property
    def _passes_through(self) -> bool:
        return self.analytics.aggregations is None

    @cached_property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The output columns: keys in the order of group_by, then the aggregated ones, without indicators."""
        keys = tuple(self._key(name) for name in self.keys)
        if self._passes_through:
            return (*keys, *(column for name, column in self.bars.columns.items() if name not in self.keys))
        return (*keys, *(each.column for each in self.aggregated))

    def _key(self, name: str) -> BoundColumn:
        if name == _TIME and self.contract is not None:
            return key_column(name, self.contract.describe(), "UTC")
        return key_column(name, f"{name} from reference" if name in self.looked_up else name)

    def resolve_indicators(self) -> tuple[Indicator, ...]:
        """Return the pass's indicators.

        Raises IndicatorConfigError with every mistake, DuplicateColumnError when an output takes a name twice.
        """
        available = tuple(column.name for column in self.columns)
        offset = self.contract.label_offset if self.contract else 0
        place = f"pass {self.config.name}"
        found = resolve_indicators(self.analytics.talib_indicators, Rows(available, offset), place)
        outputs = [output.column for indicator in found for output in indicator.outputs]
        if repeated := duplicates([*available, *self.hidden, *outputs]):
            message = f"{listing(repeated)} would be there twice"
            raise DuplicateColumnError(message, place=f"{place}: talib_indicators", suggestion="set output_col")
        return found

    @cached_property
    def _hidden_items(self) -> dict[str, SelectItem]:
        if self._passes_through:
            return {name: SelectItem.column(name) for name in self.bars.hidden}
        return {name: item for each in self.aggregated for name, item in each.hidden.items()}

    @property
    def hidden(self) -> tuple[str, ...]:
        """The state columns this pass can add for a later one."""
        return tuple(self._hidden_items)

    def needs(self, source: str, hidden: frozenset[str]) -> frozenset[str]:
        """Return the state columns of a pass that are read when ``hidden`` ones of this pass are wanted."""
        available = frozenset(self.bars.hidden if source == self.bars.name else ())
        if self._passes_through:
            return hidden & available
        reads = {column for each in self.aggregated for column in each.reads}
        return frozenset(reads) & available

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps from the source's rows to the result."""
        steps = self.reading.steps(self._kept(hidden), relations)
        if self._passes_through:
            return [*steps, self._passed_on(steps[-1].name, hidden)]
        steps.append(self._grouped(steps[-1].name, hidden))
        if self._fills_gaps:
            steps += self._filled(hidden)
        return [*steps, self._result(steps[-1].name, hidden)]

    @property
    def _fills_gaps(self) -> bool:
        return self.analytics.gaps == "filled"

    def _filled(self, hidden: frozenset[str]) -> list[Step]:
        """Return the steps that fill gaps within sessions: states are carried, everything else is null at first."""
        columns = [
            GroupedColumn(item.name, each.column.kind == "state")
            for each in self.aggregated
            for item in self._grouped_items(each, hidden)
        ]
        series = [name for name in self._row_keys if name != self._working.bucket]
        return filling_steps("grouped_bars", series, columns, self._working)

    def _kept(self, hidden: frozenset[str]) -> list[str]:
        """Return the source's columns that are read, in its order."""
        if self._passes_through:
            wanted = {*self.bars.columns, *hidden}
        else:
            wanted = {*self.keys, *(column for each in self.aggregated for column in each.reads)}
        wanted |= self.reading.needs
        if self._is_regridded and not self._passes_through:
            wanted -= set() if self._orders_by_time else {_TIME}
        return [name for name in (*self.bars.columns, *self.bars.hidden) if name in wanted]

    @property
    def _orders_by_time(self) -> bool:
        return any(_TIME in each.reads for each in self.aggregated)

    @property
    def _is_regridded(self) -> bool:
        return self._grid is not None

    @cached_property
    def _grid(self) -> Regridded | None:
        """How buckets are computed anew; None where labels stay."""
        source = self.bars.contract
        if self.contract is None or self.contract == source or not isinstance(source, BucketContract):
            return None
        return Regridded(grid(self.contract, source, self._working), self.contract.describe())

    @property
    def _row_keys(self) -> list[str]:
        """The columns that rows are grouped by, of which new buckets have their own."""
        buckets = (_TIME,) if self._grid is None else self._grid.grid.keys
        return [each for name in self.keys for each in (buckets if name == _TIME else (name,))]

    def _grouped(self, source: str, hidden: frozenset[str]) -> Step:
        items = [SelectItem.column(name) for name in self._row_keys]
        items += [item for each in self.aggregated for item in self._grouped_items(each, hidden)]
        body = select(items, Identifier(source), group_by=self._row_keys)
        return Step("grouped_bars", body, f"one row per {', '.join(self.keys)}")

    @staticmethod
    def _grouped_items(column: AggregatedColumn, hidden: frozenset[str]) -> list[SelectItem]:
        """Return what is grouped for a column, and for the hidden columns of it that are wanted."""
        grouped = {item.name: item for item in column.grouped}
        wanted = {name: item for name, item in column.hidden.items() if name in hidden and name not in grouped}
        return [*grouped.values(), *wanted.values()]

    def _result(self, source: str, hidden: frozenset[str]) -> Step:
        items = [self._key_item(name) for name in self.keys]
        items += [SelectItem(self._value(each), each.column.name) for each in self.aggregated]
        items += [SelectItem.column(name) for name in self._hidden_items if name in hidden]
        return _final(items, source)

    def _value(self, column: AggregatedColumn) -> Sql:
        """Return a column's value; a flow over nothing is 0, also in a gap."""
        is_null_in_gaps = column.column.kind == "flow" and not column.value.text.startswith("coalesce(")
        return compose("coalesce({}, 0)", column.value) if self._fills_gaps and is_null_in_gaps else column.value

    def _key_item(self, name: str) -> SelectItem:
        if name == _TIME and self._grid is not None:
            return SelectItem(self._grid.grid.label(), _TIME)
        return SelectItem.column(name)

    def _passed_on(self, source: str, hidden: frozenset[str]) -> Step:
        items = [
            self._key_item(column.name) if column.name == _TIME else SelectItem.column(column.name)
            for column in self.columns
        ]
        items += [SelectItem.column(name) for name in self._hidden_items if name in hidden]
        return _final(items, source)

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        return computed_column(
            self, column, next((each for each in self.aggregated if each.column.name == column), None)
        )

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""
        return row_rules(self, relations)

    def refusals(self, relations: Relations) -> list[Check]:
        """Return the checks that what is looked up is there once at a time."""
        joins = (self.reading.members, self.reading.reference)
        return [check for each in joins if each is not None for check in each.refusals(relations)]

    def cautions(self, relations: Relations) -> list[Check]:
        """Return the counts of what is not in the tables that are looked up in."""
        return cautions(self, relations)


def _final(items: list[SelectItem], source: str) -> Step:
    return Step("result", select(items, Identifier(source)), "the result")
