"""Cuts a run over a lot of data into runs of days, so that memory depends on a slice and not on the range.

A bucket belongs to the day it starts on, so the rows of the slices together are exactly the rows of the whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

from basalt.compiler.events import EventTable
from basalt.configuration import AnalyticsConfig
from basalt.engine.row_groups import RowGroup, RowGroups

ROWS_PER_SLICE = 1_500_000
"""About how many source rows a slice should have: enough that starting it costs little, few enough to stay small."""

_REREADING = 1.25
"""How many times the source may be read in all: where days overlap in its row groups more than this, it is not cut."""

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


def day_slices(row_groups: RowGroups, events: Sequence[EventTable], config: AnalyticsConfig) -> list[Slice]:
    """Return the slices in which a pass over tables of events is best run; one of the whole range where it is not cut.

    Only local Parquet files are cut, by the statistics of their row groups, and only where those are in order of time,
    so that no slice reads much of what belongs to another.
    """
    whole = [Slice(config.START_DATE, config.END_DATE)]
    groups = {each: _groups(row_groups, each, config) for each in events}
    if not groups or not all(found and _is_in_order(found) for found in groups.values()):
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


def _groups(row_groups: RowGroups, events: EventTable, config: AnalyticsConfig) -> list[RowGroup]:
    """Return the row groups that tell of the run's dates; none where the days cannot be read by themselves."""
    if events.margin.before is None:
        return []
    found = row_groups.of(events, config)
    return [each for each in found if each.reaches(config.START_DATE, config.END_DATE, events.margin)]


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
