"""The indicators of a pass against the bare loop of TA-Lib over NumPy slices: CPU of both, in turns, in one process."""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from basalt.compiler.indicators import Rows, resolve_indicators
from basalt.configuration import TalibIndicatorConfig
from basalt.engine.indicators import SortedRows, add_indicators
from tests.benchmarks.indicators import with_indicators

if TYPE_CHECKING:
    from collections.abc import Callable

LISTINGS, BARS, ROUNDS = 2_000, 2_550, 9


def sorted_bars() -> pa.Table:
    """Bars of all listings, in order."""
    draw = np.random.default_rng(0)
    close = 100 + np.cumsum(draw.normal(0, 0.05, LISTINGS * BARS)) % 50
    minutes = np.tile(np.arange(BARS) * 60_000_000, LISTINGS)
    return pa.table(
        {
            "InstrumentId": np.repeat(np.arange(LISTINGS), BARS),
            "TimeBucket": pa.array(minutes, pa.timestamp("us")),
            "Close": close,
        }
    )


def ours(rows: pa.Table) -> pa.Table:
    """What a run does with the sorted rows of a pass."""
    asked = [
        TalibIndicatorConfig(name="SMA", timeperiod=14),
        TalibIndicatorConfig(name="RSI", timeperiod=14),
        TalibIndicatorConfig(name="MACD"),
    ]
    indicators = resolve_indicators(asked, Rows(tuple(rows.column_names), label_offset=0), "pass p")
    return add_indicators(SortedRows(rows, ("InstrumentId",)), indicators, "pass p")


def seconds(work: Callable[[pa.Table], pa.Table], rows: pa.Table) -> float:
    """Return the CPU seconds of one call."""
    started = time.process_time()
    work(rows)
    return time.process_time() - started


def main() -> None:
    """Print how much CPU ours takes, as a multiple of the bare loop's."""
    rows = sorted_bars()
    assert ours(rows).equals(with_indicators(rows))
    pairs = [(seconds(with_indicators, rows), seconds(ours, rows)) for _ in range(ROUNDS)]
    ratio = median(mine for _, mine in pairs) / median(bare for bare, _ in pairs)
    print(f"{LISTINGS} listings x {BARS} bars, SMA, RSI, MACD: {ratio:.2f} times the bare loop")


if __name__ == "__main__":
    main()
