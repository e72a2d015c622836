"""The row groups of Parquet files of events: what their statistics tell of days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import duckdb

from basalt.compiler.events import NO_MARGIN, EventTable, Margin
from basalt.compiler.sql import Literal
from basalt.configuration import AnalyticsConfig

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - statistics are in UTC and do not say so
_DAY = timedelta(days=1)


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


class RowGroups:
    """The row groups of tables of events; a footer is read once, however many runs of days ask for it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._found: dict[tuple[tuple[str, ...], str], tuple[RowGroup, ...]] = {}

    def of(self, events: EventTable, config: AnalyticsConfig) -> tuple[RowGroup, ...]:
        """Return the row groups of a table, for the days of all events.

        There are none where the table is not local Parquet files with a column of event times, or the statistics of one
        say nothing.
        """
        table = config.TABLES.get(events.table)
        if events.column is None or table is None or not _are_local_parquet(table.path):
            return ()
        key = (tuple(table.path), events.column)
        if key not in self._found:
            self._found[key] = self._read(*key)
        return self._found[key]

    def _read(self, paths: Sequence[str], column: str) -> tuple[RowGroup, ...]:
        files = "[" + ", ".join(str(Literal(path)) for path in paths) + "]"
        query = f"""
            SELECT file_name, row_group_num_rows, stats_min_value, stats_max_value FROM parquet_metadata({files})
            WHERE path_in_schema = {Literal(column)}
            ORDER BY ALL
        """
        found = []
        for file, rows, low, high in self._connection.execute(query).fetchall():
            begin, end = _moment(low), _moment(high)
            if begin is None or end is None:
                return ()
            found.append(RowGroup(file, rows, begin, end))
        return tuple(found)


def _are_local_parquet(paths: Sequence[str]) -> bool:
    return bool(paths) and all("://" not in path and path.lower().endswith((".parquet", ".pq")) for path in paths)


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
