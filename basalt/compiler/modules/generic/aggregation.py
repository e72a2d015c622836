"""How one column of a generic pass is aggregated from the rows of its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from basalt.compiler.aggregates import merge
from basalt.compiler.columns import BoundColumn, MergeRule, MergeState
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.generic.bars import Bars
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.compiler.templates import render_text
from basalt.compiler.types import is_integer, is_number
from basalt.errors import BindingError, ReaggregationError

_PLAIN = {"sum": "sum({})", "mean": "avg({})", "max": "max({})", "min": "min({})", "count": "count({})"}
_ORDERED = {"first": "arg_min({}, {})", "last": "arg_max({}, {})"}
_PICKED = {**_ORDERED, "latest": "arg_max({}, {})"}
_NEEDS_NUMBER = ("sum", "mean")


@dataclass(frozen=True)
class AggregatedColumn:
    """An output column: what it reads, what is grouped for it, its value, and what it hides for later passes."""

    column: BoundColumn
    reads: tuple[str, ...]
    grouped: tuple[SelectItem, ...]
    value: Sql
    hidden: Mapping[str, SelectItem] = field(default_factory=dict)
    hidden_reads: tuple[str, ...] = ()
    warning: str = ""


def aggregate(name: str, method: str, bars: Bars, keys: tuple[str, ...]) -> AggregatedColumn:
    """Return how column ``name`` is aggregated by ``method``.

    Raises ReaggregationError when ``auto`` has no rule to follow, BindingError when the type does not allow it.
    """
    source = bars.columns[name]
    if method == "auto" and source.rule is None:
        raise _no_rule(source)
    if source.rule is not None and method in ("auto", source.rule.metric.natural_aggregation):
        return _merged(source, source.rule, keys)
    return _plain(source, method, bars)


def _no_rule(source: BoundColumn) -> ReaggregationError:
    reason = source.refusal or "it is plain data, not a metric of an earlier pass"
    hint = "name a method instead: mean, first, last, min or max of the bars' values"
    if source.metric is not None:
        hint += ", or compute it from the events at the wider bucket"
    return ReaggregationError(f"{source.name} has no rule of its own to aggregate by: {reason}", suggestion=hint)


def _merged(source: BoundColumn, rule: MergeRule, keys: tuple[str, ...]) -> AggregatedColumn:
    """Merge the metric's states and compute its value again."""
    name = source.name
    single = rule.metric.only_state is not None
    columns = {state: name if single else f"{name}__{state}" for state in rule.states}
    grouped = tuple(SelectItem(_merge(state), columns[state_name]) for state_name, state in rule.states.items())
    states: dict[str, Sql] = {state: Identifier(column) for state, column in columns.items()}
    value = render_text(rule.metric.value, **{**rule.parameters, **states})
    orders = _order_columns(columns, rule, keys)
    hidden = {column: SelectItem.column(column) for column in columns.values() if column != name}
    hidden |= {column: SelectItem(expression, column) for column, expression in orders.items()}
    new_states = {
        state_name: MergeState(state.aggregate, columns[state_name], _renamed(columns[state_name], state.order, keys))
        for state_name, state in rule.states.items()
    }
    column = BoundColumn(
        **{**vars(source), "rule": MergeRule(rule.metric, new_states, rule.parameters)},
    )
    return AggregatedColumn(column, rule.columns, grouped, value, hidden)


def _merge(state: MergeState) -> Fragment:
    of = Identifier(state.column)
    return merge(state.aggregate, of, _row((*state.order, state.column)) if state.order else None)


def _row(columns: tuple[str, ...]) -> Fragment:
    return compose("({})", join(Identifier(column) for column in dict.fromkeys(columns)))


def _renamed(name: str, order: tuple[str, ...], keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return the names that the columns of an order have in the output: keys stay, a lost ListingId is hidden."""
    return tuple(f"{name}__listing" if part == "ListingId" and part not in keys else part for part in order)


def _order_columns(columns: Mapping[str, str], rule: MergeRule, keys: tuple[str, ...]) -> dict[str, Sql]:
    """Return, for a first or last, the parts of the order of the row that was taken; ``columns`` hold the states."""
    found: dict[str, Sql] = {}
    for state_name, state in rule.states.items():
        pick = _PICKED.get(state.aggregate)
        for part, column in zip(state.order, _renamed(columns[state_name], state.order, keys), strict=True):
            if pick is not None and column not in keys:
                row = _row((*state.order, state.column))
                given = compose(" FILTER (WHERE {} IS NOT NULL)", Identifier(state.column))
                filtered = Fragment("") if state.aggregate == "latest" else given
                found[column] = compose(pick + "{}", Identifier(part), row, filtered)
    return found


def _plain(source: BoundColumn, method: str, bars: Bars) -> AggregatedColumn:
    """Apply a method to the bars' values as it is named."""
    name, type_ = source.name, bars.types[source.name]
    if method in _NEEDS_NUMBER and not is_number(type_):
        message = f"{method} of {name} needs numbers, it is {type_}"
        raise BindingError(message, suggestion="use first, last, min, max or count")
    order = _bar_order(source, bars)
    if method in _ORDERED:
        value: Sql = compose(_ORDERED[method], Identifier(name), _row((*order, name)))
    else:
        value = compose(_PLAIN[method], Identifier(name))
    if method == "sum" and is_integer(type_):
        value = compose("CAST({} AS BIGINT)", value)
    if method == "sum" and source.kind == "flow":
        value = compose("coalesce({}, 0)", value)
    reads = tuple(dict.fromkeys((name, *order))) if method in _ORDERED else (name,)
    column = BoundColumn(
        name=name,
        kind="flow" if method == "count" else source.kind,
        unit="rows" if method == "count" else source.unit,
        title=f"{method} over the bars of: {source.title or name}",
        formula=f"{method}({name})",
        known_at=source.known_at,
        null_rule="0 when no bar has a value" if method == "count" else "null when no bar has a value",
        requires=(name,),
    )
    grouped = (SelectItem(value, name),)
    return AggregatedColumn(column, reads, grouped, Identifier(name), warning=_warning(source, method))


def _bar_order(source: BoundColumn, bars: Bars) -> tuple[str, ...]:
    """Return the columns that order bars for a first or last: the value's own event time, or time and listing."""
    if source.rule is not None and source.rule.metric.only_state is not None:
        own = next(iter(source.rule.states.values())).order
        if own:
            return own
    return tuple(name for name in ("TimeBucket", "ListingId") if name in bars.columns)


def _warning(source: BoundColumn, method: str) -> str:
    kind = source.metric.name if source.metric else source.name
    if method == "mean" and source.kind in ("ratio", "distribution"):
        exact = "; 'auto' gives the exact one" if source.rule else ""
        return f"mean of {source.name} is a mean of {kind} over bars, each bar alike{exact}"
    if method == "sum" and source.kind in ("ratio", "distribution", "state", "extreme"):
        return f"sum of {source.name} adds up values of {kind}, which is not a flow"
    return ""
