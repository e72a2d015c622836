"""Cuts a run over a lot of data into runs of days, so that memory depends on a slice and not on the range.

A bucket belongs to the day it starts on, so the rows of the slices together are exactly the rows of the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import duckdb

from basalt.compiler.sql import Literal
from basalt.configuration import AnalyticsConfig, TableConfig

ROWS_PER_SLICE = 4_000_000
"""About how many source rows a slice should have: enough that starting it costs little, few enough to stay small."""

_REREADING = 1.25
"""How many times the source may be read in all: where days overlap in its row groups more than this, it is not cut."""

_DAY_NANOSECONDS = 86_400_000_000_000


@dataclass(frozen=True)
class Slice:
    """Days ``first``..``last``, both included; None is an open end."""

    first: date | None
    last: date | None

    def of(self, config: AnalyticsConfig) -> AnalyticsConfig:
        """Return the pipeline restricted to the slice."""
        return config.model_copy(update={"START_DATE": self.first, "END_DATE": self.last})


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
    rows = _rows_by_day(connection, table.path, column, config)
    if rows is None:
        return whole
    edges = _edges(rows)
    firsts = [config.START_DATE, *(edge + timedelta(days=1) for edge in edges)]
    return [Slice(first, last) for first, last in zip(firsts, [*edges, config.END_DATE], strict=True)]


def _is_local_parquet(table: TableConfig) -> bool:
    files = [path for path in table.path if "://" not in path and path.lower().endswith((".parquet", ".pq"))]
    return bool(table.path) and files == table.path


def _rows_by_day(
    connection: duckdb.DuckDBPyConnection, paths: list[str], column: str, config: AnalyticsConfig
) -> Mapping[date, int] | None:
    """Return about how many rows each day has, or None when row groups say nothing or mix days."""
    files = "[" + ", ".join(str(Literal(path)) for path in paths) + "]"
    query = f"""
        SELECT row_group_num_rows, stats_min_value, stats_max_value FROM parquet_metadata({files})
        WHERE path_in_schema = {Literal(column)}
    """
    found: Counter[date] = Counter()
    total = read = 0
    for rows, low, high in connection.execute(query).fetchall():
        first, last = _day(low), _day(high)
        if first is None or last is None:
            return None
        if (config.START_DATE and last < config.START_DATE) or (config.END_DATE and first > config.END_DATE):
            continue
        span = (last - first).days + 1
        total += rows
        read += rows * span
        found[last] += rows
    return found if total and read <= _REREADING * total else None


def _day(statistic: str | None) -> date | None:
    """Return the UTC day of a row group's statistic: a timestamp as text, or integer nanoseconds."""
    if statistic is None:
        return None
    if statistic.lstrip("-").isdigit():
        return datetime.fromtimestamp(int(statistic) // _DAY_NANOSECONDS * 86_400, tz=UTC).date()
    try:
        return date.fromisoformat(statistic[:10])
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
