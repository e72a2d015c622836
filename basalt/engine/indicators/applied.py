"""Applies TA-Lib to a pass: sorted Arrow columns, one contiguous slice per series."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from basalt.catalog.indicators import IndicatorFunction, Parameter, Series, indicator_function
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
        results = [np.empty(len(self.stretches.inputs[0])) for _ in self.indicator.outputs]
        lookback = self.indicator.lookback
        for stretch in self.stretches:
            if stretch.stop - stretch.start > lookback:
                for result, values in zip(results, self.outputs(stretch), strict=True):
                    result[stretch] = values
            for result in results:
                result[stretch.start : min(stretch.start + lookback, stretch.stop)] = np.nan
        types = [pa.int32() if output.type == "INTEGER" else pa.float64() for output in self.indicator.outputs]
        return [
            _nullable(self.stretches.spread(values)).cast(type_) for values, type_ in zip(results, types, strict=True)
        ]

    def outputs(self, stretch: slice) -> list[Series]:
        """Return the outputs wanted on one slice. Raises IndicatorError."""
        try:
            found = self._function.call([values[stretch] for values in self.stretches.inputs], self._parameters)
        except Exception as error:
            series = self.name(self.stretches.row(stretch.start))
            message = f"{self.indicator} failed for {series}: {error}"
            raise IndicatorError(message, place=self.place) from error
        return [found[index] for index in self._places]

    @cached_property
    def _function(self) -> IndicatorFunction:
        return indicator_function(self.indicator.function)

    @cached_property
    def _parameters(self) -> Mapping[str, Parameter]:
        return self.indicator.parameters

    @cached_property
    def _places(self) -> tuple[int, ...]:
        return tuple(output.index for output in self.indicator.outputs)


def _nullable(values: Floats) -> pa.Array:
    """Return values as Arrow has them, without a copy: null where there is none, or none that is finite."""
    is_valid = np.isfinite(values)
    if is_valid.all():
        return pa.array(values)
    bits = pa.py_buffer(np.packbits(is_valid, bitorder="little"))
    return pa.Array.from_buffers(pa.float64(), len(values), [bits, pa.py_buffer(values)])
