"""Binds the membership of a generic pass to its table: which columns it gives, and whether it fits the bars."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from basalt.compiler.buckets import BucketContract
from basalt.compiler.calendars import Buckets
from basalt.compiler.columns import BoundColumn
from basalt.compiler.modules.generic.bars import Bars, analytics_of, stated_contract
from basalt.compiler.modules.generic.membership import MembershipJoin
from basalt.compiler.modules.generic.requests import AggregationRequest
from basalt.compiler.modules.generic.working_columns import WorkingColumns
from basalt.compiler.plan import Inputs
from basalt.compiler.sources import SourceTable
from basalt.configuration import MembershipConfig, PassConfig
from basalt.errors import BindingError, Problem, UnknownColumnError, listing, nearest


def read_members(
    config: PassConfig, inputs: Inputs, bars: Bars, asked: Iterable[AggregationRequest]
) -> MembershipJoin | None:
    """Return the join of a pass's membership, None for a pass without one.

    Raises UnknownColumnError for columns that the table or the bars lack, BindingError when no key is taken from the
    table, when it has times and the bars have none, or when its buckets are not those of the bars.
    """
    membership = analytics_of(config).membership
    if membership is None:
        return None
    table, place = _members_table(membership.table, inputs), f"pass {config.name}: membership"
    _check_columns(membership, table, bars, place)
    groups = tuple(name for name in analytics_of(config).group_by if name not in bars.columns and name in table)
    if not groups:
        message = f"group_by names no column of {table.name}; it has {listing(table.columns)}"
        raise BindingError(message, place=place)
    named = dict.fromkeys(name for request in asked for name in request.names)
    values = tuple(name for name in named if name not in bars.columns and name in table and name not in groups)
    on = tuple(membership.on)
    contract = bars.contract if isinstance(bars.contract, BucketContract) else None
    joined = MembershipJoin(table, on, groups, values, membership.weight, contract, WorkingColumns())
    _check_times(config, inputs, bars, joined, place)
    return joined


def _members_table(name: str, inputs: Inputs) -> SourceTable:
    """Return the members: a table, or the columns of an earlier pass as one."""
    if name not in inputs.passes:
        return inputs.tables[name]
    visible = {column.name: inputs.types[name][column.name] for column in inputs.passes[name].columns}
    return SourceTable.of_pass(name, visible, kind="members")


def with_members(bars: Bars, members: MembershipJoin | None) -> Bars:
    """Return the bars with the columns that aggregations may read of the members."""
    if members is None:
        return bars
    added = {name: BoundColumn(name, title=f"{name} of {members.table.name}") for name in members.values}
    types = {name: members.table.types[name] for name in members.values}
    return replace(bars, columns={**bars.columns, **added}, types={**bars.types, **types})


def _check_columns(membership: MembershipConfig, table: SourceTable, bars: Bars, place: str) -> None:
    lacking = [(name, where, has) for name in membership.on for where, has in _both(table, bars) if name not in has]
    if membership.weight is not None and membership.weight not in table:
        lacking.append((membership.weight, table.name, list(table.columns)))
    if lacking:
        raise UnknownColumnError(
            Problem(f"{where} has no column {name!r}; it has {listing(has)}", place, nearest(name, has))
            for name, where, has in lacking
        )
    if membership.weight is not None:
        table.number(membership.weight, place)


def _both(table: SourceTable, bars: Bars) -> list[tuple[str, list[str]]]:
    return [(table.name, list(table.columns)), (bars.name, list(bars.columns))]


def _check_times(config: PassConfig, inputs: Inputs, bars: Bars, members: MembershipJoin, place: str) -> None:
    if not (members.is_dated or members.is_by_bucket):
        return
    table = members.table
    if not isinstance(bars.contract, BucketContract):
        has = "no TimeBucket" if bars.contract is None else bars.contract.describe()
        message = f"{table.name} has times, but {bars.name} has {has} to look them up by"
        raise BindingError(message, place=place)
    if members.is_by_bucket:
        _check_buckets(_buckets_of(config, inputs, table), bars.contract, (table.name, bars.name), place)


def _buckets_of(config: PassConfig, inputs: Inputs, table: SourceTable) -> Buckets | None:
    if table.name in inputs.passes:
        return inputs.passes[table.name].contract
    return stated_contract(config, table, inputs.config.TABLES.get(table.name))


def _check_buckets(given: Buckets | None, needed: BucketContract, names: tuple[str, str], place: str) -> None:
    """Refuse members by buckets that are other ones than the bars'."""
    if given != needed:
        has = "no buckets" if given is None else given.describe()
        message = f"{names[0]} has {has}, but {names[1]} {needed.describe()}"
        hint = f"say in TABLES.{names[0]} how its TimeBucket is made, or make the pass of the same buckets"
        raise BindingError(message, place=place, suggestion=hint)
