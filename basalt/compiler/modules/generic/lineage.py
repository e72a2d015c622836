"""Where the columns of a generic pass come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from basalt.compiler.columns import MergeRule
from basalt.compiler.layout import on_one_line
from basalt.compiler.lineage import ComputedColumn, Read, RowRule, StateFormula, merge_formula
from basalt.compiler.modules.generic.aggregated_column import AggregatedColumn
from basalt.compiler.modules.generic.bars import Bars
from basalt.compiler.modules.generic.reference import ReferenceJoin
from basalt.compiler.plan import Relations
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, conjunction, join

if TYPE_CHECKING:
    from basalt.compiler.modules.generic.planned import GenericPass


def computed_column(planned: GenericPass, name: str, aggregated: AggregatedColumn | None) -> ComputedColumn:
    """Return how a generic pass computes a column: a key, one that is aggregated, or one passed on."""
    bars = planned.bars
    place = f"pass {planned.config.name}: generic_analytics"
    if name in planned.looked_up:
        return _looked_up(planned, planned.inputs.tables["reference"], name, ("ListingId",))
    members = planned.membership
    if members is not None and name in members.groups:
        return _looked_up(planned, members.table, name, members.on)
    if aggregated is None:
        contract = planned.contract
        regridded = name == "TimeBucket" and contract is not None and contract != bars.contract
        summary = contract.describe() if regridded and contract is not None else f"{bars.name}.{name} as it is"
        asked = f"{place}.group_by" if name in planned.keys else f"{place}.source_pass"
        return ComputedColumn(asked, summary, "", (Read(bars.name, name, _own(bars, name)),))
    return _aggregated(planned, aggregated)


def _looked_up(planned: GenericPass, table: SourceTable, name: str, on: tuple[str, ...]) -> ComputedColumn:
    """Return how a key comes from another table, by columns that the bars share with it."""
    bars, columns = planned.bars, table.columns
    here = (Read(bars.name, column, _own(bars, column)) for column in on)
    there = (Read(table.name, column, columns[column]) for column in (name, *on))
    place = f"pass {planned.config.name}: generic_analytics.group_by"
    first, *rest = there
    return ComputedColumn(place, f"looked up by {', '.join(on)}", "", (first, *here, *rest))


def _own(bars: Bars, column: str) -> Fragment | None:
    """Return a column of a table over the table's own columns; a pass's needs no words."""
    return None if bars.table is None else Fragment(bars.expression(column).text)


def _aggregated(planned: GenericPass, aggregated: AggregatedColumn) -> ComputedColumn:
    bars, request = planned.bars, aggregated.request
    visible = dict.fromkeys([*request.names, *(column for column in aggregated.reads if column in bars.columns)])
    reads = tuple(_read(planned, column) for column in visible)
    rule = bars.columns[request.column].rule if request.column in bars.columns else None
    place = f"pass {planned.config.name}: generic_analytics.aggregations.{request.asked_by}"
    summary = f"{request.way} of {bars.name}.{request.column} by {', '.join(planned.keys)}"
    if rule is None or aggregated.column.rule is None:
        made = on_one_line(aggregated.grouped[0].expression.text).text
        return ComputedColumn(place, f"{summary}: {made}", made, reads)
    states = tuple(_states(rule, aggregated))
    return ComputedColumn(place, f"{summary}, from its states", aggregated.value.text, reads, states)


def _read(planned: GenericPass, column: str) -> Read:
    """Return a column of the bars, or one that their members give."""
    if column in planned.bars.columns or planned.membership is None:
        return Read(planned.bars.name, column, _own(planned.bars, column))
    table = planned.membership.table
    return Read(table.name, column, table.columns[column])


def _states(rule: MergeRule, aggregated: AggregatedColumn) -> Iterator[StateFormula]:
    names = {item.name: item.expression for item in aggregated.grouped}
    for (name, expression), state in zip(names.items(), rule.states.values(), strict=True):
        yield StateFormula(name, expression.text, merge_formula(name, state.aggregate))


def row_rules(planned: GenericPass, relations: Relations) -> Iterator[RowRule]:
    """Yield what decides which rows a generic pass has; those of a pass it reads are that pass's own."""
    bars = planned.bars
    for key in planned.keys:
        relation = _relation(planned, key)
        known = planned.inputs.tables[relation].columns if relation in planned.inputs.tables else {}
        contract = planned.contract
        label = f", {contract.describe()}" if key == "TimeBucket" and contract is not None else ""
        yield RowRule(f"key {key}{label}", relation, known.get(key, Identifier(key)).text)
    if bars.table is not None and (conditions := conjunction(bars.conditions(planned.inputs, relations))) is not None:
        yield RowRule("filter, dates and universe", bars.name, conditions.text)
    members = planned.membership
    if members is not None:
        weight = () if members.weight is None else (members.weight,)
        named = join(members.table.columns[column] for column in (*members.matched_by, *weight))
        yield RowRule("members of a group, a row for each", members.table.name, named.text)
    if (reference := planned.reading.reference) is not None:
        yield from _reference_rules(reference)


def _reference_rules(joined: ReferenceJoin) -> Iterator[RowRule]:
    """Yield what decides which row of the reference holds for a bar."""
    table = joined.reference
    named = join(table.columns[column] for column in joined.matched_by)
    yield RowRule(f"looked up by {', '.join(joined.matched_by)}", table.name, named.text)
    if table.filter is not None:
        yield RowRule(f"filter of TABLES.{table.name}", table.name, table.filter.text)


def _relation(planned: GenericPass, key: str) -> str:
    """Return where a key comes from."""
    if key in planned.looked_up:
        return "reference"
    members = planned.membership
    return members.table.name if members is not None and key in members.groups else planned.bars.name
