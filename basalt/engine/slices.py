"""Cuts a run over a lot of data into runs of days, so that memory depends on a slice and not on the range.

A bucket belongs to the day it starts on, so the rows of the slices together are exactly the rows of the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import duckdb

from basalt.compiler.sql import Literal
from basalt.configuration import AnalyticsConfig, TableConfig

ROWS_PER_SLICE = 1_500_000
"""About how many source rows a slice should have: enough that starting it costs little, few enough to stay small."""

_REREADING = 1.25
"""How many times the source may be read in all: where days overlap in its row groups more than this, it is not cut."""

_TABLE = "trades"
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - statistics are in UTC and do not say so


@dataclass(frozen=True)
class Slice:
    """Days ``first``..``last``, both included; None is an open end. ``files`` are those of the trades on them."""

    first: date | None
    last: date | None
    files: tuple[str, ...] = ()

    def of(self, config: AnalyticsConfig, *, narrowed: bool) -> AnalyticsConfig:
        """Return the pipeline restricted to the slice; ``narrowed`` to its files, where no bucket leaves its day."""
        tables = config.TABLES
        if narrowed and self.files:
            tables = {**tables, _TABLE: tables[_TABLE].model_copy(update={"path": list(self.files)})}
        return config.model_copy(update={"START_DATE": self.first, "END_DATE": self.last, "TABLES": tables})


@dataclass(frozen=True)
class RowGroup:
    """A row group of the trades: its file, its rows, and the range of its event times."""

    file: str
    rows: int
    low: datetime
    high: datetime

    def reaches(self, first: date | None, last: date | None) -> bool:
        """Tell whether events may fall in buckets of these days; one at the midnight after them may."""
        begins = None if first is None else datetime.combine(first, time())
        ends = None if last is None else datetime.combine(last + timedelta(days=1), time())
        return (begins is None or self.high >= begins) and (ends is None or self.low <= ends)


def day_slices(
    connection: duckdb.DuckDBPyConnection, table: TableConfig | None, column: str | None, config: AnalyticsConfig
) -> list[Slice]:
    """Return the slices in which a pass over a table is best run; one of the whole range where it should not be cut.

    ``column`` holds the event time. Only local Parquet files are cut, by the statistics of their row groups, and only
    where those are in order of time, so that no slice reads what belongs to another.
    """
    whole = [Slice(config.START_DATE, config.END_DATE)]
    if column is None or table is None or not _is_local_parquet(table):
        return whole
    groups = _row_groups(connection, table.path, column, config)
    if not groups or not _is_in_order(groups):
        return whole
    edges = _edges(_rows_by_day(groups))
    firsts = [config.START_DATE, *(edge + timedelta(days=1) for edge in edges)]
    return [
        Slice(first, last, tuple(dict.fromkeys(each.file for each in groups if each.reaches(first, last))))
        for first, last in zip(firsts, [*edges, config.END_DATE], strict=True)
    ]


def _is_local_parquet(table: TableConfig) -> bool:
    files = [path for path in table.path if "://" not in path and path.lower().endswith((".parquet", ".pq"))]
    return bool(table.path) and files == table.path


def _row_groups(
    connection: duckdb.DuckDBPyConnection, paths: list[str], column: str, config: AnalyticsConfig
) -> list[RowGroup]:
    """Return the row groups of the run's dates; none when the statistics of one say nothing."""
    files = "[" + ", ".join(str(Literal(path)) for path in paths) + "]"
    query = f"""
        SELECT file_name, row_group_num_rows, stats_min_value, stats_max_value FROM parquet_metadata({files})
        WHERE path_in_schema = {Literal(column)}
        ORDER BY ALL
    """
    found = []
    for file, rows, low, high in connection.execute(query).fetchall():
        begin, end = _moment(low), _moment(high)
        if begin is None or end is None:
            return []
        group = RowGroup(file, rows, begin, end)
        if group.reaches(config.START_DATE, config.END_DATE):
            found.append(group)
    return found


def _is_in_order(groups: list[RowGroup]) -> bool:
    """Tell whether slices can be read without reading much of what belongs to others."""
    total = sum(each.rows for each in groups)
    read = sum(each.rows * ((each.high.date() - each.low.date()).days + 1) for each in groups)
    return read <= _REREADING * total


def _rows_by_day(groups: list[RowGroup]) -> Counter[date]:
    """Return about how many rows each day has."""
    found: Counter[date] = Counter()
    for each in groups:
        found[each.high.date()] += each.rows
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
