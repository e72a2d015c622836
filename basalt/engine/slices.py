"""Cuts a run over a lot of data into runs of days, so that memory depends on a slice and not on the range.

A bucket belongs to the day it starts on, so the rows of the slices together are exactly the rows of the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import duckdb

from basalt.compiler.events import NO_MARGIN, EventTable, Margin
from basalt.compiler.sql import Literal
from basalt.configuration import AnalyticsConfig

ROWS_PER_SLICE = 1_500_000
"""About how many source rows a slice should have: enough that starting it costs little, few enough to stay small."""

_REREADING = 1.25
"""How many times the source may be read in all: where days overlap in its row groups more than this, it is not cut."""

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - statistics are in UTC and do not say so
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Slice:
    """Days ``first``..``last``, both included; None is an open end. ``files`` are those of each table it needs."""

    first: date | None
    last: date | None
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, config: AnalyticsConfig, *, narrowed: bool) -> AnalyticsConfig:
        """Return the pipeline restricted to the slice; ``narrowed`` to its files, where no bucket leaves its day."""
        files = {name: list(paths) for name, paths in self.files.items() if paths} if narrowed else {}
        tables = {name: config.TABLES[name].model_copy(update={"path": paths}) for name, paths in files.items()}
        return config.model_copy(
            update={"START_DATE": self.first, "END_DATE": self.last, "TABLES": {**config.TABLES, **tables}}
        )


@dataclass(frozen=True)
class RowGroup:
    """A row group of events: its file, its rows, and the range of event times that it may tell something of."""

    file: str
    rows: int
    low: datetime
    high: datetime

    def reaches(self, first: date | None, last: date | None, margin: Margin = NO_MARGIN) -> bool:
        """Tell whether events may tell of buckets of these days; one at the midnight after them may fall in one."""
        begins = None if first is None or margin.before is None else _later(first, -margin.before)
        ends = None if last is None else _later(last + _DAY, margin.after)
        return (begins is None or self.high >= begins) and (ends is None or self.low <= ends)


def _later(day: date, nanoseconds: int) -> datetime:
    """Return a midnight moved by a time, away from it by less than a microsecond more."""
    away = 1 if nanoseconds > 0 else -1
    return datetime.combine(day, time()) + timedelta(microseconds=away * -(-abs(nanoseconds) // 1000))


def day_slices(
    connection: duckdb.DuckDBPyConnection, events: Sequence[EventTable], config: AnalyticsConfig
) -> list[Slice]:
    """Return the slices in which a pass over tables of events is best run; one of the whole range where it is not cut.

    Only local Parquet files are cut, by the statistics of their row groups, and only where those are in order of time,
    so that no slice reads much of what belongs to another.
    """
    whole = [Slice(config.START_DATE, config.END_DATE)]
    if not events or not all(_can_be_cut(each, config) for each in events):
        return whole
    groups = {each: _row_groups(connection, each, config) for each in events}
    if not all(found and _is_in_order(found) for found in groups.values()):
        return whole
    edges = _edges(_rows_by_day((group for found in groups.values() for group in found), config))
    firsts = [config.START_DATE, *(edge + _DAY for edge in edges)]
    return [_slice(first, last, groups) for first, last in zip(firsts, [*edges, config.END_DATE], strict=True)]


def _slice(first: date | None, last: date | None, groups: Mapping[EventTable, list[RowGroup]]) -> Slice:
    files = {
        events.table: tuple(dict.fromkeys(each.file for each in found if each.reaches(first, last, events.margin)))
        for events, found in groups.items()
    }
    return Slice(first, last, files)


def _can_be_cut(events: EventTable, config: AnalyticsConfig) -> bool:
    """Tell whether the days of a table can be read by themselves: local Parquet files, with a margin that ends."""
    table = config.TABLES.get(events.table)
    if events.column is None or events.margin.before is None or table is None:
        return False
    files = [path for path in table.path if "://" not in path and path.lower().endswith((".parquet", ".pq"))]
    return bool(table.path) and files == table.path


def _row_groups(connection: duckdb.DuckDBPyConnection, events: EventTable, config: AnalyticsConfig) -> list[RowGroup]:
    """Return the row groups that tell of the run's dates; none when the statistics of one say nothing."""
    files = "[" + ", ".join(str(Literal(path)) for path in config.TABLES[events.table].path) + "]"
    query = f"""
        SELECT file_name, row_group_num_rows, stats_min_value, stats_max_value FROM parquet_metadata({files})
        WHERE path_in_schema = {Literal(events.column)}
        ORDER BY ALL
    """
    found = []
    for file, rows, low, high in connection.execute(query).fetchall():
        begin, end = _moment(low), _moment(high)
        if begin is None or end is None:
            return []
        group = RowGroup(file, rows, begin, end)
        if group.reaches(config.START_DATE, config.END_DATE, events.margin):
            found.append(group)
    return found


def _is_in_order(groups: list[RowGroup]) -> bool:
    """Tell whether slices can be read without reading much of what belongs to others."""
    total = sum(each.rows for each in groups)
    read = sum(each.rows * ((each.high.date() - each.low.date()).days + 1) for each in groups)
    return read <= _REREADING * total


def _rows_by_day(groups: Iterable[RowGroup], config: AnalyticsConfig) -> Counter[date]:
    """Return about how many rows each day has; what lies around the run's dates counts for the nearest of them."""
    found: Counter[date] = Counter()
    for each in groups:
        day = max(each.high.date(), config.START_DATE or date.min)
        found[min(day, config.END_DATE or date.max)] += each.rows
    return found


def _moment(statistic: str | None) -> datetime | None:
    """Return a row group's statistic, in UTC and cut to microseconds: a timestamp as text, or integer nanoseconds."""
    if statistic is None:
        return None
    if statistic.lstrip("-").isdigit():
        return _EPOCH + timedelta(microseconds=int(statistic) // 1000)
    try:
        return datetime.fromisoformat(statistic[:26]).replace(tzinfo=None)
    except ValueError:
        return None


def _edges(rows: Mapping[date, int]) -> list[date]:
    """Return the last day of each slice but the last."""
    edges: list[date] = []
    filled = 0
    days = sorted(rows)
    for day, following in pairwise(days):
        filled += rows[day]
        if filled + rows[following] > ROWS_PER_SLICE:
            edges.append(day)
            filled = 0
    return edges
