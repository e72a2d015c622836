"""Which rows of a source are read: dates, universe and the source's own filter, as conditions on raw columns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from basalt.compiler.buckets import BucketContract
from basalt.compiler.day_range import DAY, Day, DayParameter, DayRange
from basalt.compiler.events import NO_MARGIN, Margin
from basalt.compiler.moments import within
from basalt.compiler.plan import Inputs, Relations
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Literal, Sql, compose, join
from basalt.configuration import AnalyticsConfig, UniverseConfig
from basalt.errors import UnknownColumnError


def scan_conditions(
    source: SourceTable, contract: BucketContract, inputs: Inputs, relations: Relations, margin: Margin = NO_MARGIN
) -> list[Sql | None]:
    """Return the conditions on a scan of events: its own filter, the dates with what lies around, the universe."""
    return [
        source.filter,
        *date_conditions(source, contract, inputs.days, margin),
        *universe_conditions(source, inputs, relations),
    ]


def date_conditions(
    source: SourceTable, contract: BucketContract, days: DayRange, margin: Margin = NO_MARGIN
) -> list[Fragment]:
    """Return the conditions on a scan of events that a range of days makes, with what lies around them."""
    time, type_ = source.event_time()
    first, last = contract.event_bounds(days)
    lower = None if first is None or margin.before is None else first - margin.before
    upper = None if last is None else last + margin.after
    return [*_dates(source.date_column, days, margin), *within(time, type_, (lower, upper), contract.closed)]


def _dates(column: Sql | None, days: DayRange, margin: Margin) -> list[Fragment]:
    """Return conditions that skip files by a date column, a day wider on both sides for time zones."""
    if column is None:
        return []
    before = None if margin.before is None else -1 + (-margin.before // DAY)
    limits = ((">=", days.first, before), ("<=", days.last, 1 - (-margin.after // DAY)))
    return [
        _compared(column, operator, limit, moved_by)
        for operator, limit, moved_by in limits
        if limit is not None and moved_by is not None
    ]


def _compared(column: Sql, operator: str, limit: Day, moved_by: int) -> Fragment:
    if not isinstance(limit, DayParameter):
        return compose("{} " + operator + " {}", column, Literal(_moved(limit, moved_by)))
    return limit.limits(compose("{} " + operator + " {}", column, limit.day(moved_by)))


def _moved(day: date, days: int) -> date:
    """Return a day moved by days, but not beyond the first and the last day there are."""
    return date.fromordinal(min(max(day.toordinal() + days, 1), date.max.toordinal()))


def universe_conditions(source: SourceTable, inputs: Inputs, relations: Relations) -> list[Fragment]:
    """Return the conditions of the universe, through ``reference`` where the source lacks a column.

    Raises UnknownColumnError when neither has the column.
    """
    universe = inputs.config.UNIVERSE
    if universe is None:
        return []
    own = {column: values for column, values in universe.where.items() if column in source}
    others = {column: values for column, values in universe.where.items() if column not in source}
    conditions = [_is_one_of(source.columns[column], values) for column, values in own.items()]
    if others:
        conditions.append(_through_reference(source, UniverseConfig(where=others), inputs, relations))
    return conditions


def known_universe_conditions(source: SourceTable, inputs: Inputs, relations: Relations) -> list[Fragment]:
    """Return the conditions of the universe that a table beside the rows can be asked; others are the rows' own."""
    universe = inputs.config.UNIVERSE
    own = {} if universe is None else {name: values for name, values in universe.where.items() if name in source}
    if not own:
        return []
    narrowed = inputs.config.model_copy(update={"UNIVERSE": UniverseConfig(where=own)})
    return universe_conditions(source, replace(inputs, config=narrowed), relations)


def _through_reference(source: SourceTable, universe: UniverseConfig, inputs: Inputs, relations: Relations) -> Fragment:
    reference = inputs.tables.get("reference")
    for column in universe.where:
        if reference is None or column not in reference:
            raise UnknownColumnError(source.lacks(column, "UNIVERSE"))
    assert reference is not None  # noqa: S101 - the loop has run: a universe names a column
    conditions = [_is_one_of(reference.columns[column], values) for column, values in universe.where.items()]
    if reference.filter is not None:
        conditions.append(compose("{}", reference.filter))
    return compose(
        "{} IN (SELECT {} FROM {} WHERE {})",
        source.require("ListingId", "UNIVERSE"),
        reference.require("ListingId", "UNIVERSE"),
        relations["reference"],
        join(conditions, " AND "),
    )


def _is_one_of(column: Sql, values: list[str | int | float]) -> Fragment:
    return compose("{} IN ({})", column, join(Literal(value) for value in values))


def uses_reference(config: AnalyticsConfig) -> bool:
    """Tell whether the universe may have to be looked up in ``reference``."""
    return config.UNIVERSE is not None and ("reference" in config.TABLES or set(config.UNIVERSE.where) != {"ListingId"})
