"""How the columns of a generic pass are aggregated: a metric by its own rule, anything else as the method says."""

from __future__ import annotations

from collections.abc import Iterable

from basalt.compiler.columns import BoundColumn
from basalt.compiler.modules.generic.aggregated_column import AggregatedColumn
from basalt.compiler.modules.generic.bars import Bars
from basalt.compiler.modules.generic.merged import Groups, merged
from basalt.compiler.modules.generic.methods import by_method
from basalt.compiler.modules.generic.requests import AggregationRequest
from basalt.errors import BasaltError, Problem, ReaggregationError


def aggregated(
    asked: Iterable[AggregationRequest], bars: Bars, groups: Groups, place: str
) -> tuple[AggregatedColumn, ...]:
    """Return how the columns asked for are aggregated for groups; ``bars`` have all columns that may be read.

    Raises ReaggregationError when ``auto`` has no rule to follow, BindingError when a type does not allow the method;
    the mistakes of all columns are raised in one.
    """
    columns: list[AggregatedColumn] = []
    found: list[tuple[type[BasaltError], Problem]] = []
    for request in asked:
        try:
            columns.append(_aggregated(request, bars, groups))
        except BasaltError as error:
            at = f"{place}: aggregations.{request.asked_by}"
            found += [(type(error), Problem(each.message, at, each.suggestion)) for each in error.problems]
    if found:
        raise found[0][0](problem for _, problem in found)
    return tuple(columns)


def _aggregated(request: AggregationRequest, bars: Bars, groups: Groups) -> AggregatedColumn:
    source = bars.columns[request.column]
    if source.rule is not None and request.method in ("auto", source.rule.metric.natural_aggregation):
        return merged(request, source, source.rule, groups)
    if request.method == "auto":
        raise _no_rule(source)
    return by_method(request, source, bars, groups)


def _no_rule(source: BoundColumn) -> ReaggregationError:
    reason = source.refusal or "it is plain data, not a metric of an earlier pass"
    hint = "name a method instead: mean, first, last, min or max of the bars' values"
    if source.metric is not None:
        hint += ", or compute it from the events at the wider bucket"
    return ReaggregationError(f"{source.name} has no rule of its own to aggregate by: {reason}", suggestion=hint)
