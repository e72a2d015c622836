"""The indicators of W1 as a person would add them by hand: TA-Lib on slices of sorted columns."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import talib

Floats = npt.NDArray[np.float64]


def with_indicators(rows: pa.Table) -> pa.Table:
    """Return rows sorted by InstrumentId and TimeBucket with the averages, strength and trend of their Close."""
    close = rows.column("Close").to_numpy()
    outputs = {name: np.full(len(close), np.nan) for name in _outputs(close[:0])}
    for window in _series(rows.column("InstrumentId").to_numpy()):
        for name, values in _outputs(close[window]).items():
            outputs[name][window] = values
    for name, values in outputs.items():
        rows = rows.append_column(name, pa.array(values, mask=np.isnan(values)))
    return rows


def _outputs(close: Floats) -> dict[str, Floats]:
    macd, signal, histogram = talib.MACD(close)
    return {
        "SMA_14": talib.SMA(close, 14),
        "RSI_14": talib.RSI(close, 14),
        "MACD_12_26_9": macd,
        "MACD_12_26_9_Signal": signal,
        "MACD_12_26_9_Hist": histogram,
    }


def _series(keys: npt.NDArray[np.int64]) -> list[slice]:
    """Return the rows of each key, which stand together."""
    edges = np.concatenate(([0], np.flatnonzero(np.diff(keys)) + 1, [len(keys)]))
    return [slice(start, stop) for start, stop in pairwise(edges)]
