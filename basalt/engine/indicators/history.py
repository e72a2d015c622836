"""Reads back what indicators need of the time before a run's range.

A run over a range of dates gives what a run over all dates gives for them, to 1e-9: before the first day are read, in
steps of whole days that grow, the rows of the same pass until every series of the range has enough of them. Enough is

- for a function of a window (SMA, BBANDS, patterns): as many bars as its lookback;
- for one whose memory fades (EMA, RSI, MACD, ADX): so many that its last values computed from all of them, and from the
  later half of them, agree to 1e-10, which leaves an error far below that;
- for one that sums up since the first bar (OBV, AD, SAR, positions such as MAXINDEX): all there are;

and never more than there are. A series that begins anew each day needs nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from basalt.catalog.indicators import Series
from basalt.compiler.indicators import Indicator
from basalt.engine.indicators.applied import Applied
from basalt.engine.indicators.series import Key, SortedRows

ReadDays = Callable[[date | None, date], pa.Table]
"""Returns the rows of a pass for some days, both included, without its indicators; None is an open end."""

_STEPS = (2, 8, 32, 128, 512)
"""How many days before the range have been read after each step, before everything is."""

_FADED = 1e-10
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ReadBack:
    """What to read before the day ``first``: for which indicators, and whether days can be read one by one."""

    indicators: tuple[Indicator, ...]
    keys: tuple[str, ...]
    first: date
    is_by_days: bool
    place: str

    def extended(self, present: SortedRows, read: ReadDays) -> tuple[SortedRows, pa.Array]:
        """Return the rows of the range with those from before it that are needed, and which of all are the range's."""
        past = self._past(present, read)
        if past is None:
            return present, pa.array([True] * present.table.num_rows, pa.bool_())
        found = pa.concat_tables([past, present.table], promote_options="default")
        order = pc.sort_indices(found, [(name, "ascending") for name in (*self.keys, "TimeBucket")])
        return SortedRows(found.take(order), self.keys), pc.greater_equal(order, past.num_rows)

    def _past(self, present: SortedRows, read: ReadDays) -> pa.Table | None:
        needing = [each for each in self.indicators if self._needs_past(each)]
        if not needing or present.table.num_rows == 0:
            return None
        series = set(present.series_keys())
        found: list[pa.Table] = []
        for start, end in self._steps(needing):
            found.append(read(start, end))
            past = _sorted(pa.concat_tables(found), self.keys)
            if all(series <= self._supplied(each, past) for each in needing):
                break
        return _before(past.table, present.table)

    def _needs_past(self, indicator: Indicator) -> bool:
        is_of_one_bar = indicator.memory == "window" and indicator.lookback == 0
        is_of_one_day = indicator.day_offset is not None and self.is_by_days
        return not (is_of_one_bar or is_of_one_day)

    def _steps(self, needing: Sequence[Indicator]) -> Iterator[tuple[date | None, date]]:
        """Yield runs of days, each before the one before it."""
        end = self.first - _ONE_DAY
        if self.is_by_days and all(each.memory != "unlimited" for each in needing):
            for days in _STEPS:
                start = self.first - timedelta(days=days)
                yield start, end
                end = start - _ONE_DAY
        yield None, end

    def _supplied(self, indicator: Indicator, past: SortedRows) -> set[Key]:
        """Return the series that have enough bars for an indicator."""
        applied = Applied(indicator, past.stretches(indicator), past.name, self.place)
        stretches: defaultdict[int, list[slice]] = defaultdict(list)
        for each in applied.stretches:
            stretches[past.series_of(applied.stretches.row(each.start))].append(each)
        keys = past.series_keys()
        return {keys[series] for series, all_ in stretches.items() if len(all_) > 1 or _is_enough(applied, all_[0])}


def _is_enough(applied: Applied, stretch: slice) -> bool:
    """Tell whether what follows a stretch does not depend on what was before it."""
    lookback, count = applied.indicator.lookback, stretch.stop - stretch.start
    if applied.indicator.memory == "window":
        return bool(count >= lookback)
    later = slice(stretch.start + count // 2, stretch.stop)
    compared = lookback + 1
    if applied.indicator.memory == "unlimited" or later.stop - later.start < lookback + compared:
        return False
    return all(
        _agree(one[-compared:], other[-compared:])
        for one, other in zip(applied.outputs(stretch), applied.outputs(later), strict=True)
    )


def _agree(one: Series, other: Series) -> bool:
    scale = float(np.max(np.abs(one), initial=0.0, where=np.isfinite(one)))
    return bool(np.allclose(one, other, rtol=0, atol=_FADED * scale, equal_nan=True))


def _sorted(table: pa.Table, keys: tuple[str, ...]) -> SortedRows:
    return SortedRows(table.sort_by([(name, "ascending") for name in (*keys, "TimeBucket")]), keys)


def _before(past: pa.Table, present: pa.Table) -> pa.Table:
    """Return the rows of the past without those of a bucket that reaches into the range."""
    first = pc.min(present.column("TimeBucket"))
    return past.filter(pc.less(past.column("TimeBucket"), first))
