"""A metric that is aggregated by its own rule: its states merge, and its value is computed from them again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from basalt.compiler.aggregates import merge
from basalt.compiler.columns import BoundColumn, MergeRule, MergeState
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.generic.aggregated_column import AggregatedColumn
from basalt.compiler.modules.generic.requests import AggregationRequest
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.compiler.templates import render_text

_PICK = {"first": "arg_min({}, {})", "last": "arg_max({}, {})", "latest": "arg_max({}, {})"}


_ADDED_UP = ("sum", "count")


@dataclass(frozen=True)
class Groups:
    """What rows are grouped by, and the column of weights that what adds up is multiplied by."""

    keys: tuple[str, ...]
    weight: str | None = None


def merged(request: AggregationRequest, source: BoundColumn, rule: MergeRule, groups: Groups) -> AggregatedColumn:
    """Return the metric ``source`` for groups, which without weights is exactly that of the events of each group."""
    keys = groups.keys
    name, single = request.output, rule.metric.only_state is not None
    columns = {state: name if single else f"{name}__{state}" for state in rule.states}
    grouped = tuple(
        SelectItem(_merge(state, groups.weight), columns[state_name]) for state_name, state in rule.states.items()
    )
    states: dict[str, Sql] = {state: Identifier(column) for state, column in columns.items()}
    value = render_text(rule.metric.value, **{**rule.parameters, **states})
    orders = _order_columns(columns, rule, keys)
    hidden = {column: SelectItem.column(column) for column in columns.values() if column != name}
    hidden |= {column: SelectItem(expression, column) for column, expression in orders.items()}
    new_states = {
        each: MergeState(_merged_again(state, groups), columns[each], _renamed(columns[each], state.order, keys))
        for each, state in rule.states.items()
    }
    column = replace(source, name=name, rule=MergeRule(rule.metric, new_states, rule.parameters))
    warning = _warning(source, rule) if groups.weight else ""
    return AggregatedColumn(request, column, rule.columns, grouped, value, hidden, warning)


def _warning(source: BoundColumn, rule: MergeRule) -> str:
    """Return what the user should know of a metric that weights do not apply to."""
    taken = sorted({state.aggregate for state in rule.states.values()} - set(_ADDED_UP))
    if not taken:
        return ""
    return f"{source.name} is computed from the {' and '.join(taken)} over members, to which weights do not apply"


def _merged_again(state: MergeState, groups: Groups) -> str:
    """Return how a state of the groups merges: a weighted count is a number that adds up, and not a count."""
    return "sum" if groups.weight and state.aggregate == "count" else state.aggregate


def ordered_row(columns: tuple[str, ...]) -> Fragment:
    """Return columns as one value that orders rows."""
    return compose("({})", join(Identifier(column) for column in dict.fromkeys(columns)))


def _merge(state: MergeState, weight: str | None) -> Fragment:
    of = Identifier(state.column)
    if weight is not None and state.aggregate in _ADDED_UP:
        return compose("sum({} * {})", of, Identifier(weight))
    if not state.order:
        return merge(state.aggregate, of)
    where = _is_taken(state) if state.aggregate == "latest" else None
    return merge(state.aggregate, of, ordered_row((*state.order, state.column)), where)


def _is_taken(state: MergeState) -> Fragment:
    """Return the condition that a first or last was taken of a row: for ``latest`` of an event, with a value or not."""
    return compose("{} IS NOT NULL", Identifier(state.order[0] if state.aggregate == "latest" else state.column))


def _renamed(name: str, order: tuple[str, ...], keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that the columns of an order have in the output; those that are keys stay what they are."""
    return tuple(part if part in keys else _order_name(name, part) for part in order)


def _order_name(name: str, part: str) -> str:
    """Return the hidden column of a part of an order: the state, then ``time``, ``sequence`` or ``listing``."""
    return f"{name}__listing" if part == "ListingId" else f"{name}__{part.rsplit('__', 1)[-1]}"


def _order_columns(columns: Mapping[str, str], rule: MergeRule, keys: tuple[str, ...]) -> dict[str, Sql]:
    """Return, for a first or last, the parts of the order of the row that was taken; ``columns`` hold the states."""
    found: dict[str, Sql] = {}
    for state_name, state in rule.states.items():
        pick = _PICK.get(state.aggregate)
        for part, column in zip(state.order, _renamed(columns[state_name], state.order, keys), strict=True):
            if pick is not None and column not in keys:
                row = ordered_row((*state.order, state.column))
                found[column] = compose(pick + " FILTER (WHERE {})", Identifier(part), row, _is_taken(state))
    return found
