"""Several modules in one pass: their rows joined on the grain, so that no module loses rows to another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from basalt.compiler.calendars import Buckets
from basalt.compiler.columns import BoundColumn
from basalt.compiler.events import EventTable
from basalt.compiler.indicators import Indicator
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.plan import Check, Inputs, Module, PlannedPass, Relations, Step
from basalt.compiler.select import pass_sql, select
from basalt.compiler.sql import Identifier, Sql, compose, join
from basalt.compiler.templates import render
from basalt.configuration import AnalyticsConfig, PassConfig
from basalt.errors import CompileError, DuplicateColumnError

CARRIED = ("MIC", "Ticker", "CurrencyCode", "MarketState")
"""Columns of a listing that several modules may have: the value of the first one that has it."""


@dataclass(frozen=True)
class JoinedModule:
    """Modules of one pass, by name in the order they are named."""

    modules: Mapping[str, Module]

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the modules may read."""
        every = (table for module in self.modules.values() for table in module.tables(config, pipeline))
        return tuple(dict.fromkeys(every))

    def plan(self, config: PassConfig, inputs: Inputs) -> JoinedPass:
        """Return the plan of the pass.

        Raises what its modules raise, CompileError when their rows are not of one grain, DuplicateColumnError when two
        have a column of one name.
        """
        parts = tuple(Part(name, module.plan(config, inputs)) for name, module in self.modules.items())
        _check_grain(config, parts)
        _check_names(config, parts)
        return JoinedPass(parts)


@dataclass(frozen=True)
class Part:
    """The rows of one module."""

    module: str
    planned: PlannedPass

    @property
    def name(self) -> str:
        """The name of the step that has them."""
        return f"{self.module}_rows"

    @property
    def visible(self) -> tuple[str, ...]:
        """The names of its columns."""
        return tuple(column.name for column in self.planned.columns)

    def column(self, name: str) -> Identifier:
        """Return one of its columns."""
        return Identifier(self.name, name)


def _check_grain(config: PassConfig, parts: Sequence[Part]) -> None:
    first, *others = parts
    for other in others:
        if _grain(first) != _grain(other):
            told = " and ".join(f"{part.module} has a row per {_described(part)}" for part in (first, other))
            message = f"modules of one pass have rows of one grain: {told}"
            suggestion = "give each a pass of its own, and join what fits in a third one"
            raise CompileError(message, place=f"pass {config.name}: modules", suggestion=suggestion)


def _grain(part: Part) -> tuple[frozenset[str], Buckets | None]:
    return frozenset(part.planned.keys), part.planned.contract


def _described(part: Part) -> str:
    contract = part.planned.contract
    return ", ".join(part.planned.keys) + (f" in {contract.describe()}" if contract else "")


def _check_names(config: PassConfig, parts: Sequence[Part]) -> None:
    """Raise DuplicateColumnError for names that two modules have, but for keys and what both carry along."""
    first: dict[str, str] = {}
    for part in parts:
        shared = {*part.planned.keys, *CARRIED}
        outputs = [output.column for indicator in part.planned.indicators for output in indicator.outputs]
        for name in (*part.visible, *part.planned.hidden, *outputs):
            other = first.setdefault(name.casefold(), part.module)
            if other != part.module and name not in shared:
                message = f"both {other} and {part.module} have a column {name}"
                suggestion = "set metric_prefix of one of them"
                raise DuplicateColumnError(message, place=f"pass {config.name}: modules", suggestion=suggestion)


@dataclass(frozen=True)
class JoinedPass:
    """A pass of several modules, planned."""

    parts: tuple[Part, ...]

    @property
    def contract(self) -> Buckets | None:
        """The time buckets of the rows."""
        return self.parts[0].planned.contract

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""
        return self.parts[0].planned.keys

    @cached_property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The keys, what is carried along, then the columns of the modules in the order they are named."""
        every = {column.name: column for part in reversed(self.parts) for column in part.planned.columns}
        carried = [name for part in self.parts for name in part.visible if name in CARRIED]
        others = [name for part in self.parts for name in part.visible]
        return tuple(every[name] for name in dict.fromkeys([*self.keys, *carried, *others]))

    @property
    def hidden(self) -> tuple[str, ...]:
        """The state columns this pass can add for a later one."""
        return tuple(name for part in self.parts for name in part.planned.hidden)

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""
        return tuple(dict.fromkeys(table for part in self.parts for table in part.planned.tables))

    @property
    def source_passes(self) -> tuple[str, ...]:
        """The passes that are read."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.planned.source_passes))

    @property
    def events(self) -> tuple[EventTable, ...]:
        """The tables of events that are read, each with the widest margin; none where one module reads bars."""
        if not all(part.planned.events for part in self.parts):
            return ()
        widest: dict[str, EventTable] = {}
        for each in (events for part in self.parts for events in part.planned.events):
            earlier = widest.get(each.table, each)
            widest[each.table] = each.model_copy(update={"margin": each.margin.or_wider(earlier.margin)})
        return tuple(widest.values())

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """Indicators that are computed on the rows afterwards."""
        return tuple(indicator for part in self.parts for indicator in part.planned.indicators)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the numbers."""
        return tuple(warning for part in self.parts for warning in part.planned.warnings)

    def needs(self, source: str, hidden: frozenset[str]) -> frozenset[str]:
        """Return the state columns of a pass that are read when ``hidden`` ones of this pass are wanted."""
        readers = [part.planned for part in self.parts if source in part.planned.source_passes]
        return frozenset().union(*(reader.needs(source, hidden & set(reader.hidden)) for reader in readers))

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return a step per module and the one that joins them."""
        parts = [self._part(part, hidden & set(part.planned.hidden), relations) for part in self.parts]
        items = [SelectItem(self._value(column), column.name) for column in self.columns]
        for part in self.parts:
            items += [SelectItem(part.column(name), name) for name in part.planned.hidden if name in hidden]
        result = Step("result", select(items, self._source()), "what each module has; a bucket of one is a row")
        return [*parts, result]

    def _part(self, part: Part, hidden: frozenset[str], relations: Relations) -> Step:
        steps = part.planned.steps(hidden, relations)
        return Step(part.name, pass_sql(f"module {part.module}", steps), f"one row per {', '.join(self.keys)}")

    def _owners(self, column: str) -> list[Part]:
        return [part for part in self.parts if column in part.visible]

    def _value(self, column: BoundColumn) -> Sql:
        """Return a column: the first module's that has it, and nothing happened where a flow has no row."""
        values = [part.column(column.name) for part in self._owners(column.name)]
        if len(values) > 1:
            return compose("coalesce({})", join(values))
        return compose("coalesce({}, 0)", values[0]) if column.kind == "flow" else values[0]

    def _source(self) -> Sql:
        first, *others = self.parts
        joined: list[Sql] = [Identifier(first.name)]
        for index, part in enumerate(others, start=1):
            so_far = [self._key(self.parts[:index], key) for key in self.keys]
            terms = [
                compose("{} IS NOT DISTINCT FROM {}", value, part.column(key))
                for value, key in zip(so_far, self.keys, strict=True)
            ]
            joined.append(render("shapes/full_join", right=Identifier(part.name), on=join(terms, "\n AND ")))
        return join(joined, "\n")

    @staticmethod
    def _key(parts: Sequence[Part], key: str) -> Sql:
        values = [part.column(key) for part in parts]
        return values[0] if len(values) == 1 else compose("coalesce({})", join(values))

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader: by the first module that has it, from what all read."""
        owners = [part.planned.computed(column) for part in self._owners(column)]
        first = owners[0]
        reads = tuple(dict.fromkeys(read for owner in owners for read in owner.reads))
        return ComputedColumn(first.asked_by, first.summary, first.value, reads, first.states, first.derived)

    def row_rules(self, relations: Relations) -> Iterator[RowRule]:
        """Yield what decides which rows there are: those of any module."""
        for part in self.parts:
            for rule in part.planned.row_rules(relations):
                yield RowRule(f"{part.module}: {rule.what}", rule.relation, rule.sql)

    def refusals(self, relations: Relations) -> list[Check]:
        """Return the checks that must hold before the pass is run."""
        return list(_every(part.planned.refusals(relations) for part in self.parts))

    def cautions(self, relations: Relations) -> list[Check]:
        """Return the checks that warn after the pass was run."""
        return list(_every(part.planned.cautions(relations) for part in self.parts))


def _every(checks: Iterable[list[Check]]) -> Iterator[Check]:
    for each in checks:
        yield from each
