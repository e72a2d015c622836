"""Applies TA-Lib to a pass: sorted Arrow columns, one contiguous slice per series."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from basalt.catalog.indicators import Series, indicator_function
from basalt.compiler.indicators import Indicator
from basalt.engine.indicators.series import Floats, SortedRows, Stretches
from basalt.errors import IndicatorError


def add_indicators(rows: SortedRows, indicators: Sequence[Indicator], place: str) -> pa.Table:
    """Return the rows with the outputs of the indicators added; null where an indicator has no finite value.

    Raises IndicatorError naming the series, the function and the reason when a function fails, RunError when the rows
    are not sorted.
    """
    rows.check_order(place)
    table = rows.table
    for indicator in indicators:
        applied = Applied(indicator, rows.stretches(indicator), rows.name, place)
        for output, values in zip(indicator.outputs, applied.columns(), strict=True):
            table = table.append_column(output.column, values)
    return table


@dataclass(frozen=True)
class Applied:
    """An indicator on stretches of rows; ``name`` tells the series of a row, for a message."""

    indicator: Indicator
    stretches: Stretches
    name: Callable[[int], str]
    place: str

    def columns(self) -> list[pa.Array]:
        """Return each output, a value per row. Raises IndicatorError."""
        results = [np.full(len(self.stretches.inputs[0]), np.nan) for _ in self.indicator.outputs]
        lookback = self.indicator.lookback
        for stretch in self.stretches:
            if stretch.stop - stretch.start > lookback:
                for result, values in zip(results, self.outputs(stretch), strict=True):
                    result[stretch.start + lookback : stretch.stop] = values[lookback:]
        types = [pa.int32() if output.type == "INTEGER" else pa.float64() for output in self.indicator.outputs]
        return [
            _nullable(self.stretches.spread(values)).cast(type_) for values, type_ in zip(results, types, strict=True)
        ]

    def outputs(self, stretch: slice) -> list[Series]:
        """Return the outputs wanted on one slice. Raises IndicatorError."""
        function = indicator_function(self.indicator.function)
        try:
            found = function.call([values[stretch] for values in self.stretches.inputs], self.indicator.parameters)
        except Exception as error:
            series = self.name(self.stretches.row(stretch.start))
            message = f"{self.indicator} failed for {series}: {error}"
            raise IndicatorError(message, place=self.place) from error
        return [found[output.index] for output in self.indicator.outputs]


def _nullable(values: Floats) -> pa.Array:
    """Return values as Arrow has them: null where there is none, or none that is finite."""
    if np.isinf(values).any():
        values = np.where(np.isfinite(values), values, np.nan)
    return pa.array(values, from_pandas=True)
