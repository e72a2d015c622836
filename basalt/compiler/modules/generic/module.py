"""Plans a ``generic`` pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from basalt.compiler.buckets import BucketContract
from basalt.compiler.modules.generic.aggregation import aggregated
from basalt.compiler.modules.generic.bars import analytics_of, read_bars
from basalt.compiler.modules.generic.members import read_members, with_members
from basalt.compiler.modules.generic.merged import Groups
from basalt.compiler.modules.generic.planned import GenericPass
from basalt.compiler.modules.generic.requests import AggregationRequest, check_names, requests
from basalt.compiler.modules.generic.target import target_buckets
from basalt.compiler.plan import Inputs
from basalt.compiler.scans import uses_reference
from basalt.configuration import AnalyticsConfig, GenericAnalyticsConfig, PassConfig
from basalt.errors import (
    BindingError,
    CompileError,
    Problem,
    UnknownColumnError,
    listing,
    nearest,
)

_TIME = "TimeBucket"


class GenericModule:
    """Joins, regroups, resamples, aggregates and adds indicators."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read: its source and its members where they are one, ``reference``."""
        analytics = analytics_of(config)
        passes = {each.name for each in pipeline.PASSES}
        members = (analytics.membership.table,) if analytics.membership else ()
        read = [name for name in (analytics.source_pass, *members) if name not in passes]
        wants_reference = "reference" in pipeline.TABLES or _names_reference(analytics) or uses_reference(pipeline)
        return tuple(dict.fromkeys([*read, *(["reference"] if wants_reference else [])]))

    def plan(self, config: PassConfig, inputs: Inputs) -> GenericPass:
        """Return the plan of the pass.

        Raises UnknownColumnError for columns the source lacks, CompileError for what has no meaning.
        """
        bars, place = read_bars(config, inputs), f"pass {config.name}"
        asked = requests(analytics_of(config), bars, place)
        members = read_members(config, inputs, bars, asked)
        planned = GenericPass(config, inputs, bars, target_buckets(config, bars), asked, members)
        _check_columns(planned, asked)
        check_names(asked, planned.keys, place)
        _check_series(planned)
        _check_dates(planned)
        weight = planned.reading.working.member_weight if members is not None and members.weight else None
        groups = Groups(planned.keys, weight)
        planned = replace(planned, aggregated=aggregated(asked, with_members(bars, members), groups, place))
        return replace(planned, indicators=planned.resolve_indicators())


def _names_reference(analytics: GenericAnalyticsConfig) -> bool:
    """Tell whether a row is keyed by anything but the listing, which may have to be looked up."""
    return bool(set(analytics.group_by) - {"ListingId", _TIME})


def _check_columns(planned: GenericPass, asked: Iterable[AggregationRequest]) -> None:
    """Raise UnknownColumnError for every column that is named but is not there."""
    bars, place = planned.bars, f"pass {planned.config.name}"
    problems = []
    reference = planned.inputs.tables.get("reference")
    for name in planned.looked_up:
        if name not in (reference or ()):
            known = [*bars.columns, *(reference.columns if reference else ())]
            message = f"{bars.name} has no column {name!r}" + (", nor has reference" if reference else "")
            problems.append(Problem(message, f"{place}: group_by", _hint(name, known)))
    joined = planned.membership.values if planned.membership else ()
    for request in asked:
        for name in set(request.names) - {*bars.columns, *joined}:
            message = f"{bars.name} has no column {name!r}; it has {listing(bars.columns)}"
            problems.append(Problem(message, f"{place}: aggregations.{request.asked_by}", nearest(name, bars.columns)))
    if problems:
        raise UnknownColumnError(dict.fromkeys(problems))
    if planned.looked_up and "ListingId" not in bars.columns:
        message = f"{listing(planned.looked_up)} is looked up by ListingId, which {bars.name} does not have"
        raise UnknownColumnError(message, place=f"{place}: group_by")


def _hint(name: str, known: list[str]) -> str:
    return nearest(name, known) or f"there are {listing(known)}"


def _check_series(planned: GenericPass) -> None:
    if planned.contract is None and planned.analytics.talib_indicators:
        message = "indicators need TimeBucket in group_by: a series has a time"
        raise CompileError(message, place=f"pass {planned.config.name}")


def _check_dates(planned: GenericPass) -> None:
    """Refuse to look up by date what has no date: rows without a time, and those of a calendar of their own."""
    bars, reference = planned.bars, planned.reading.reference
    if reference is None or not reference.is_dated or isinstance(bars.contract, BucketContract):
        return
    has = "no TimeBucket" if bars.contract is None else bars.contract.describe()
    message = f"reference has dates, but {bars.name} has {has} to look them up by"
    raise BindingError(message, place=f"pass {planned.config.name}: group_by")
