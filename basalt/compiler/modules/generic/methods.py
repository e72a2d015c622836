"""The methods by which a generic pass aggregates the values of bars as they are, whatever they mean."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.columns import BoundColumn
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.generic.aggregated_column import AggregatedColumn
from basalt.compiler.modules.generic.bars import Bars
from basalt.compiler.modules.generic.merged import Groups, ordered_row
from basalt.compiler.modules.generic.requests import AggregationRequest
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.compiler.types import is_float, is_integer, is_number
from basalt.errors import BindingError

_NO_VALUE = "null when no bar has a value"
_ONE_VALUE = "null when fewer than two bars have a value"


@dataclass(frozen=True)
class Method:
    """What a method is as SQL over ``{of}``, and over ``{order}`` or ``{weight}`` where it needs them.

    ``kind`` is that of its result, None where it is the column's; ``unit`` has the column's in braces.
    ``is_of_doubles`` casts what is aggregated to DOUBLE; ``is_finite`` leaves out the infinite, which has no spread.
    """

    sql: str
    kind: str | None
    null_rule: str = _NO_VALUE
    unit: str = "{}"
    needs_number: bool = True
    is_of_doubles: bool = False
    is_finite: bool = False


METHODS = {
    "sum": Method("sum({of})", None),
    "mean": Method("avg({of})", "ratio"),
    "first": Method("arg_min({of}, {order})", "state", needs_number=False),
    "last": Method("arg_max({of}, {order})", "state", needs_number=False),
    "max": Method("max({of})", "extreme", needs_number=False),
    "min": Method("min({of})", "extreme", needs_number=False),
    "count": Method("count({of})", "flow", "0 when no bar has a value", "rows", needs_number=False),
    "median": Method("median({of})", "distribution", is_of_doubles=True),
    "std": Method("stddev_samp({of})", "distribution", _ONE_VALUE, is_of_doubles=True, is_finite=True),
    "var": Method("var_samp({of})", "distribution", _ONE_VALUE, "{} squared", is_of_doubles=True, is_finite=True),
    "nunique": Method(
        "count(DISTINCT {of})", "distribution", "0 when no bar has a value", "values", needs_number=False
    ),
    "weighted_mean": Method(
        "sum({of} * {weight})\n    / nullif(sum({weight}) FILTER (WHERE {of} IS NOT NULL), 0)",
        "ratio",
        "null when no bar has a value and a weight, or the weights add up to 0",
        is_of_doubles=True,
    ),
}


def by_method(request: AggregationRequest, source: BoundColumn, bars: Bars, groups: Groups) -> AggregatedColumn:
    """Return the values of bars aggregated as the method says; a sum over weighted members is weighted.

    Raises BindingError when the method needs numbers and the column, or its weight, has none.
    """
    method, output = METHODS[request.method], request.output
    for name in request.names if method.needs_number else ():
        _check_number(request, name, bars)
    order = _bar_order(source, bars) if "{order}" in method.sql else ()
    if groups.weight and request.method == "sum":
        value: Sql = compose("sum({} * {})", Identifier(source.name), Identifier(groups.weight))
    else:
        value = _value(request, method, source, bars, order)
    column = BoundColumn(
        name=output,
        kind=_kind(method, source),
        unit=method.unit.format(source.unit) if source.unit or "{}" not in method.unit else "",
        title=f"{request.way} over the bars of: {source.title or source.name}",
        formula=f"{request.method}({', '.join(request.names)})",
        known_at=source.known_at,
        null_rule=method.null_rule,
        requires=request.names,
        refusal=f"it is the {request.way} of {source.name} over bars, not a metric of events",
    )
    reads = tuple(dict.fromkeys((*request.names, *order)))
    return AggregatedColumn(
        request,
        column,
        reads,
        (SelectItem(value, output),),
        Identifier(output),
        warning=_warning(request, source) or _unweighted(request, groups),
    )


def _check_number(request: AggregationRequest, name: str, bars: Bars) -> None:
    if not is_number(type_ := bars.types[name]):
        message = f"{request.method} of {request.column} needs numbers, "
        message += f"it is {type_}" if name == request.column else f"its weight {name} is {type_}"
        raise BindingError(message, suggestion="use first, last, min, max, count or nunique")


def _kind(method: Method, source: BoundColumn) -> str:
    if method.kind is None or (source.kind == "label" and method.kind in ("state", "extreme")):
        return source.kind
    return method.kind


def _value(request: AggregationRequest, method: Method, source: BoundColumn, bars: Bars, order: tuple[str, ...]) -> Sql:
    names = {"of": request.column, "weight": request.weight or request.column}
    pieces: dict[str, Sql] = {key: _operand(name, method, bars.types[name]) for key, name in names.items()}
    if order:
        pieces["order"] = ordered_row((*order, request.column))
    value: Sql = Fragment(method.sql.format(**pieces))
    if request.method == "sum" and is_integer(bars.types[request.column]):
        value = compose("CAST({} AS BIGINT)", value)
    if request.method == "sum" and source.kind == "flow":
        value = compose("coalesce({}, 0)", value)
    return value


def _operand(name: str, method: Method, type_: str) -> Sql:
    column = Identifier(name)
    if method.is_of_doubles and not is_float(type_):
        return compose("CAST({} AS DOUBLE)", column)
    if method.is_finite:
        return compose("CASE WHEN isfinite({}) THEN {} END", column, column)
    return column


def _bar_order(source: BoundColumn, bars: Bars) -> tuple[str, ...]:
    """Return the columns that order bars for a first or last: the value's own event time, or time and listing."""
    if source.rule is not None and source.rule.metric.only_state is not None:
        own = next(iter(source.rule.states.values())).order
        if own:
            return own
    return tuple(name for name in ("TimeBucket", "ListingId") if name in bars.columns)


def _unweighted(request: AggregationRequest, groups: Groups) -> str:
    if groups.weight and request.method in ("mean", "median"):
        return f"{request.method} of {request.column} takes members alike; weighted_mean takes a column of weights"
    return ""


def _warning(request: AggregationRequest, source: BoundColumn) -> str:
    """Return what the user should know about a number that is not what it may seem."""
    name, kind = source.name, source.metric.name if source.metric else source.name
    exact = "; 'auto' gives the exact one" if source.rule else ""
    if request.method in ("mean", "median") and source.kind in ("ratio", "distribution"):
        return f"{request.method} of {name} is a {request.method} of {kind} over bars, each bar alike{exact}"
    if request.method == "weighted_mean" and source.kind in ("ratio", "distribution") and not source.rule:
        return f"weighted_mean of {name} is a mean of {kind} over bars, each by its {request.weight}"
    if request.method in ("std", "var") and source.kind == "distribution":
        return f"{request.method} of {name} is the spread of {kind} over bars, not over what is in them"
    if request.method == "sum" and source.kind in ("ratio", "distribution", "state", "extreme"):
        return f"sum of {name} adds up values of {kind}, which is not a flow"
    return ""
