"""Applies TA-Lib to a pass: sorted Arrow columns, one contiguous slice per series."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from basalt.catalog.indicators import indicator_function
from basalt.compiler.indicators import Indicator
from basalt.errors import IndicatorError, RunError

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Series:
    """Rows ``start``..``stop`` of a table sorted by series and time."""

    start: int
    stop: int
    key: str


def add_indicators(
    table: pa.Table, indicators: Sequence[Indicator], series_keys: Sequence[str], place: str
) -> pa.Table:
    """Return a table sorted by ``series_keys`` and ``TimeBucket`` with the outputs of the indicators added.

    Nulls of the input are skipped and come back null; the first ``lookback`` values of a series are null. Raises
    IndicatorError naming the series, the function and the reason when a function fails, RunError when the table is
    not sorted.
    """
    series = list(_series(table, series_keys, place))
    for indicator in indicators:
        for name, values in zip(
            [output.column for output in indicator.outputs], _outputs(table, indicator, series, place), strict=True
        ):
            table = table.append_column(name, values)
    return table


def _series(table: pa.Table, keys: Sequence[str], place: str) -> Iterator[Series]:
    """Yield the series of a table; refuses one that is not sorted, where slices would mix series."""
    if table.num_rows == 0:
        return
    codes = [_codes(table.column(key)) for key in keys]
    changes = np.zeros(table.num_rows - 1, dtype=bool)
    for code in codes:
        changes |= np.diff(code) != 0
    starts = np.concatenate(([0], np.flatnonzero(changes) + 1))
    times = table.column("TimeBucket").cast(pa.int64()).to_numpy()
    backwards = (np.diff(times) < 0) & ~changes
    distinct = len(np.unique(np.stack(codes), axis=1).T) if codes else 1
    if backwards.any() or distinct != len(starts):
        message = f"{place}: rows came out of order before indicators"
        raise RunError(message)
    stops = np.concatenate((starts[1:], [table.num_rows]))
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        key = ", ".join(f"{name}={table.column(name)[start].as_py()}" for name in keys)
        yield Series(start, stop, key or "the whole pass")


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Return a number per distinct value, -1 for null."""
    indices = column.combine_chunks().dictionary_encode().indices
    return np.asarray(pc.fill_null(indices, -1).to_numpy(zero_copy_only=False), dtype=np.int64)


def _outputs(table: pa.Table, indicator: Indicator, series: Sequence[Series], place: str) -> list[pa.Array]:
    column = table.column(indicator.input_col).cast(pa.float64()).combine_chunks()
    values: Floats = column.to_numpy(zero_copy_only=False)  # nulls arrive as NaN, in one float64 array
    results = [np.full(len(values), np.nan) for _ in indicator.outputs]
    for each in series:
        _apply(indicator, values, each, results, place)
    types = [pa.int32() if output.type == "INTEGER" else pa.float64() for output in indicator.outputs]
    return [pa.array(result, mask=np.isnan(result)).cast(type_) for result, type_ in zip(results, types, strict=True)]


def _apply(indicator: Indicator, values: Floats, series: Series, results: list[Floats], place: str) -> None:
    """Compute one series and put each output where its input stood."""
    window = values[series.start : series.stop]
    missing = np.isnan(window)
    given = window[~missing] if missing.any() else window
    if len(given) <= indicator.lookback:
        return
    try:
        outputs = indicator_function(indicator.function).call(given, indicator.parameters)
    except Exception as error:
        message = f"{indicator} failed for {series.key}: {error}"
        raise IndicatorError(message, place=place) from error
    places = np.flatnonzero(~missing)[indicator.lookback :] + series.start
    for output, result in zip(indicator.outputs, results, strict=True):
        result[places] = outputs[output.index][indicator.lookback :]
