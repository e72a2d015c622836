"""A pipeline with everything in it that dbt's templates could trip over, and its rows by a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

TRADES = pa.table(
    {
        "ListingId": [1, 1, 1, 2, 2, 2],
        "TradeTimestampNanoseconds": [10**9 * each for each in (30, 90, 1_000, 40, 1_900, 50)],
        "LocalPrice": [10.0, 11.0, 12.0, 20.0, 21.0, 22.0],
        "Size": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "MIC": ["{{ X }}", "{{ X }}", "{% Y %}", "{# Z #}", "{{ X }}", "other"],
    }
)
FILTER = "MIC IN ('{{ X }}', '{% Y %}', '{# Z #}')"


def write(folder: Path) -> dict[str, Any]:
    """Write the sources into a folder with braces in its name, and return the pipeline."""
    data = folder / "data {of} today"
    data.mkdir()
    pq.write_table(TRADES, data / "trades.parquet")
    pq.write_table(pa.table({"ListingId": [1, 2], "InstrumentId": [7, 7]}), data / "reference.parquet")
    minutes = {"generic_metrics": [{"measures": ["OHLC", "VWAP"]}]}
    quarters = {
        "source_pass": "minutes",
        "group_by": ["InstrumentId", "TimeBucket"],
        "resample_rule": "15m",
        "aggregations": {"TradeTotalVWAP": "auto", "Close": "last"},
        "talib_indicators": [{"name": "SMA", "input_col": "Close", "timeperiod": 2}],
    }
    return {
        "DATASETNAME": "2-markets",
        "TABLES": {
            "trades": {"path": str(data / "trades.parquet"), "filter": FILTER},
            "reference": str(data / "reference.parquet"),
        },
        "PASSES": [
            {"name": "minutes", "modules": ["trade"], "trade_analytics": minutes},
            {"name": "quarters", "modules": ["generic"], "generic_analytics": quarters},
        ],
    }


def write_files(files: dict[str, str], folder: Path) -> None:
    """Write a project."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
