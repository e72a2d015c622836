"""The columns that a generic pass was asked to aggregate: short forms written out, and every output named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from basalt.compiler.modules.generic.bars import Bars
from basalt.compiler.output_names import filled
from basalt.configuration import GenericAnalyticsConfig, WeightedMean
from basalt.configuration.base import duplicates
from basalt.configuration.generic import EVERY_METRIC, Aggregation
from basalt.errors import DuplicateColumnError, Problem, ReaggregationError, listing


@dataclass(frozen=True)
class AggregationRequest:
    """One column to aggregate: ``column`` of the source by ``method``, into ``output``.

    ``weight`` is the column of weights of a weighted mean; ``asked_by`` is the key of ``aggregations`` that asks.
    """

    column: str
    method: str
    output: str
    asked_by: str
    weight: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of the source that are named."""
        return (self.column,) if self.weight is None else (self.column, self.weight)

    @property
    def way(self) -> str:
        """The method, and what it weights by."""
        return f"{self.method} by {self.weight}" if self.weight else self.method


def requests(analytics: GenericAnalyticsConfig, bars: Bars, place: str) -> tuple[AggregationRequest, ...]:
    """Return the columns asked for, in the order configured; none for a pass whose rows pass through.

    Raises ReaggregationError for metrics that ``*`` stands for and that have no rule, OutputNameError for the pattern.
    """
    return tuple(_requests(analytics, bars, place))


def _requests(analytics: GenericAnalyticsConfig, bars: Bars, place: str) -> Iterator[AggregationRequest]:
    aggregations = analytics.aggregations or {}
    for key, ways in aggregations.items():
        is_every = key == EVERY_METRIC and ways == ["auto"] and key not in bars.columns
        columns = _other_metrics(bars, aggregations, place) if is_every else [key]
        for column in columns:
            for way in ways:
                yield _request(column, way, _Naming(analytics.output_name_pattern, len(ways), key, place))


def check_names(asked: Iterable[AggregationRequest], keys: Iterable[str], place: str) -> None:
    """Raise DuplicateColumnError when two columns of a pass would have one name."""
    keys = list(keys)
    repeated = list(dict.fromkeys(duplicates([*keys, *(each.output for each in asked)])))
    folded = {key.casefold() for key in keys}
    if also_keys := [name for name in repeated if name.casefold() in folded]:
        message = f"{listing(also_keys)} is in group_by and in aggregations"
        raise DuplicateColumnError(message, place=place, suggestion="name the output otherwise: output_name_pattern")
    if repeated:
        message = f"{listing(repeated)} would be computed twice"
        hint = "name the outputs by output_name_pattern, of {column}, {aggregation} and {weight}"
        raise DuplicateColumnError(message, place=f"{place}: aggregations", suggestion=hint)


def _other_metrics(bars: Bars, named: Iterable[str], place: str) -> list[str]:
    """Return the metrics of the source that are not named.

    Raises ReaggregationError with every one that has no rule to be aggregated by, and when there is none at all.
    """
    taken = {name.casefold() for name in named}
    others = [column for name, column in bars.columns.items() if name.casefold() not in taken]
    hint = f"name it beside '{EVERY_METRIC}: auto' with a method of its own, or list the columns to aggregate"
    if refused := [each for each in others if each.refusal]:
        raise ReaggregationError(
            Problem(
                f"{each.name} has no rule of its own to aggregate by: {each.refusal}", f"{place}: aggregations", hint
            )
            for each in refused
        )
    if found := [each.name for each in others if each.rule is not None]:
        return found
    message = f"auto aggregates metrics by their own rules, and {bars.name} has no metric"
    raise ReaggregationError(message, place=f"{place}: aggregations", suggestion="name columns, and a method for each")


@dataclass(frozen=True)
class _Naming:
    """What names an output: the pattern, if there is one, and how many ways its column is aggregated."""

    pattern: str | None
    ways: int
    key: str
    place: str

    def output(self, column: str, method: str, weight: str | None) -> str:
        if self.pattern is not None:
            variables = {"column": column, "aggregation": method, "weight": weight or ""}
            return filled(self.pattern, variables, f"{self.place}: output_name_pattern")
        if self.ways == 1 or method == "auto":
            return column
        return column + "".join(word.capitalize() for word in method.split("_"))


def _request(column: str, way: Aggregation, naming: _Naming) -> AggregationRequest:
    method, weight = ("weighted_mean", way.weighted_mean) if isinstance(way, WeightedMean) else (way, None)
    return AggregationRequest(column, method, naming.output(column, method, weight), naming.key, weight)
