"""Every function of the installed TA-Lib, on real bars, against TA-Lib itself."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
import talib
from talib import abstract
from vendor_bars import by_listing, in_order, indicator, needs_data, numbers, pipeline, real_bars

if TYPE_CHECKING:
    import numpy.typing as npt

NAMES = sorted(talib.get_functions())


def told_by_talib(name: str, bars: pa.Table) -> list[npt.NDArray[np.float64]]:
    """Every output of a function over one series, as TA-Lib's own interface gives it; NaN where it has no value."""
    arrays = {series: bars.column(series.capitalize()).to_numpy() for series in ("open", "high", "low", "close")}
    arrays |= {"volume": bars.column("Volume").to_numpy(), "periods": bars.column("Period").to_numpy()}
    function = abstract.Function(name)
    outputs = function(arrays)
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    found = [output.astype(np.float64) for output in outputs]
    for output in found:
        output[: function.lookback] = np.nan
        output[np.isinf(output)] = np.nan
    return found


@pytest.fixture(scope="module")
def bars() -> pa.Table:
    return real_bars()


@pytest.fixture(scope="module")
def computed(bars: pa.Table) -> pa.Table:
    """All functions with TA-Lib's parameters, in one pass."""
    return in_order(pipeline(bars, *(indicator(name) for name in NAMES)))


@needs_data
@pytest.mark.parametrize("name", NAMES)
def test_a_function_gives_what_talib_gives(name: str, bars: pa.Table, computed: pa.Table) -> None:
    prefix = [column for column in computed.column_names if column == name or column.startswith(f"{name}_")]
    longer = [other for other in NAMES if other.startswith(f"{name}_")]
    columns = [column for column in prefix if not any(column.startswith(other) for other in longer)]
    expected = [told_by_talib(name, each) for each in by_listing(bars)]
    assert len(columns) == len(expected[0])
    for place, column in enumerate(columns):
        np.testing.assert_array_equal(numbers(computed, column), np.concatenate([each[place] for each in expected]))


@needs_data
def test_codes_and_places_are_whole_numbers(computed: pa.Table) -> None:
    for name in ("CDLDOJI", "MAXINDEX_30", "HT_TRENDMODE"):
        assert computed.schema.field(name).type == pa.int32()
    assert set(computed.column("CDLENGULFING").drop_null().unique().to_pylist()) == {-100, 0, 100, 80, -80}


@needs_data
def test_several_indicators_are_all_different(computed: pa.Table) -> None:
    names = ("SMA_30", "EMA_30", "RSI_14", "MACD_12_26_9", "MACD_12_26_9_Signal", "MACD_12_26_9_Hist", "ADX_14", "OBV")
    for one, other in combinations(names, 2):
        assert not np.array_equal(numbers(computed, one), numbers(computed, other), equal_nan=True)
