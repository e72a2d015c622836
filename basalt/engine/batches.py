"""The batches of days in which a range is computed and written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

import duckdb

from basalt.compiler.moments import nanoseconds
from basalt.compiler.relations import database_aliases, relation
from basalt.compiler.sql import Identifier, compose
from basalt.configuration.buckets import NANOSECONDS
from basalt.configuration.days import Days
from basalt.configuration.running import BatchFrequency
from basalt.engine.destinations import Destination
from basalt.engine.job import Job
from basalt.errors import ConfigurationError, Problem

ROWS_PER_BATCH = 5_000_000
"""How many source rows a batch of ``auto`` has on average, at least."""

_DAY = timedelta(days=1)
_SATURDAY = 6


def batches(
    connection: duckdb.DuckDBPyConnection, job: Job, landing: Mapping[str, Sequence[Destination]]
) -> list[Days]:
    """Return the batches of a pipeline, in order; one where it does not ask for several.

    Where a range is open, its days are those of the events that are read. Raises ConfigurationError for a pass whose
    rows cannot be told apart by day, for an output of one batch only, and where nothing tells of the days.
    """
    config, asked = job.config, Days.of(job.config)
    if config.BATCH_FREQ is None:
        return [asked]
    _check_rows_have_days(job, landing)
    is_told = asked.first is not None and asked.last is not None and config.BATCH_FREQ != "auto"
    spans = [] if is_told else _spans(connection, job)
    frequency = _frequency(spans) if config.BATCH_FREQ == "auto" else config.BATCH_FREQ
    found = list(cut(*_closed(spans, asked), frequency))
    if config.EXCLUDE_WEEKENDS:
        found = [each for each in found if _has_weekday(each)]
    if len(found) > 1:
        _check_stand_side_by_side(landing)
    return found


def cut(first: date, last: date, frequency: BatchFrequency) -> Iterator[Days]:
    """Yield the days ``first``..``last`` in batches; those at the ends may be shorter."""
    days = [first + number * _DAY for number in range((last - first).days + 1)]
    firsts = [first, *(day for before, day in pairwise(days) if _period(before, frequency) != _period(day, frequency))]
    lasts = [*(day - _DAY for day in firsts[1:]), last]
    return (Days(*each) for each in zip(firsts, lasts, strict=True))


def _period(day: date, frequency: BatchFrequency) -> tuple[int, ...]:
    """Return what two days of one batch have in common."""
    if frequency == "D":
        return (day.toordinal(),)
    if frequency in ("W", "2W"):
        weeks = (day.toordinal() - date(1970, 1, 5).toordinal()) // 7
        return (weeks // (2 if frequency == "2W" else 1),)
    return (day.year, day.month) if frequency == "M" else (day.year,)


def _has_weekday(days: Days) -> bool:
    assert days.first is not None  # noqa: S101 - batches are closed
    assert days.last is not None  # noqa: S101 - batches are closed
    return days.first.isoweekday() < _SATURDAY or (days.last - days.first).days > 1


def _check_rows_have_days(job: Job, landing: Iterable[str]) -> None:
    """Refuse to write passes without TimeBucket in batches: their rows are of a whole range."""
    problems = [
        Problem(
            f"pass {name} has rows without a TimeBucket, which BATCH_FREQ cannot put into batches",
            "BATCH_FREQ",
            "add TimeBucket to its group_by, write it in a pipeline of its own, or leave BATCH_FREQ out",
        )
        for name in landing
        if "TimeBucket" not in job.compiled.passes[name].keys
    ]
    if problems:
        raise ConfigurationError(problems)


def _check_stand_side_by_side(landing: Mapping[str, Sequence[Destination]]) -> None:
    """Refuse outputs in which each batch would take the place of the one before."""
    problems = [
        Problem(
            f"all batches would be written to {each.output.place}, and the last one be left",
            f"pass {name}: output",
            "put {start_date} and {end_date} into path_template, or use partition_by: Date",
        )
        for name, several in landing.items()
        for each in several
        if not each.output.holds_many
    ]
    if problems:
        raise ConfigurationError(problems)


@dataclass(frozen=True)
class _Span:
    """The days of a table of events, and its rows."""

    first: date
    last: date
    rows: int


def _closed(spans: Sequence[_Span], asked: Days) -> tuple[date, date]:
    """Return the days of a range; its open ends are those of the events."""
    if asked.first is not None and asked.last is not None:
        return asked.first, asked.last
    if not spans:
        message = "BATCH_FREQ has to know the days there are, and no table of events tells of them"
        raise ConfigurationError(message, place="BATCH_FREQ", suggestion="give START_DATE and END_DATE")
    first = asked.first or min(each.first for each in spans)
    last = asked.last or max(each.last for each in spans)
    return first, max(first, last)


def _spans(connection: duckdb.DuckDBPyConnection, job: Job) -> list[_Span]:
    """Return the days and the rows of each table of events whose times are a column of it, if it has rows."""
    config = job.config
    aliases = database_aliases(config.TABLES.values())
    tables = {each.table: each.column for compiled in job.compiled.passes.values() for each in compiled.events}
    found = []
    for name, column in tables.items():
        if column is not None:
            time, type_ = Identifier(column), job.schemas[name][column]
            ends = [nanoseconds(compose(f"{end}({{}})", time), type_) for end in ("min", "max")]
            query = compose("SELECT {}, {}, count(*) FROM {}", *ends, relation(name, config.TABLES.get(name), aliases))
            first, last, rows = connection.execute(query.text).fetchall()[0]
            found += [] if first is None else [_Span(_day(first), _day(last), rows)]
    return found


def _day(moment: int) -> date:
    return date(1970, 1, 1) + timedelta(seconds=moment // NANOSECONDS)


def _frequency(spans: Sequence[_Span]) -> BatchFrequency:
    """Return the shortest frequency whose batches have rows enough, by the table with most rows a day."""
    daily = max((each.rows / ((each.last - each.first).days + 1) for each in spans), default=0.0)
    lengths: dict[BatchFrequency, float] = {"D": 1, "W": 7, "M": 365.25 / 12}
    return next((name for name, days in lengths.items() if daily * days >= ROWS_PER_BATCH), "A")
