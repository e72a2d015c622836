"""Five days of trades, a file a day, and a pipeline over them that lands day by day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

FIRST = date(2025, 3, 6)
"""A Thursday: the weekend is among the days."""
DAYS = [FIRST + timedelta(days=number) for number in range(5)]
_DAY = 86_400_000_000_000
_COUNT = 200


def trades(day: date, price: float = 10.0) -> pa.Table:
    """Trades of two listings all through a day; prices and sizes whose sums are exact."""
    midnight = (day - date(1970, 1, 1)).days * _DAY
    numbers = range(_COUNT)
    return pa.table(
        {
            "ListingId": pa.array([number % 2 for number in numbers], pa.int64()),
            "TradeTimestamp": pa.array(
                [midnight + 1 + number * (_DAY // _COUNT) for number in numbers], pa.timestamp("ns")
            ),
            "BMLLSequenceNo": pa.array(numbers, pa.int64()),
            "LocalPrice": pa.array([price + (number * 7 + day.day) % 16 / 8 for number in numbers]),
            "Size": pa.array([float(1 + number % 9) for number in numbers]),
        }
    )


def write_source(folder: Path, days: list[date] = DAYS, price: float = 10.0) -> None:
    """Write the file of each day."""
    (folder / "trades").mkdir(parents=True, exist_ok=True)
    for day in days:
        pq.write_table(trades(day, price), folder / "trades" / f"{day}.parquet")


def pipeline(folder: Path, **settings: object) -> dict[str, Any]:
    """Bars of ten minutes, and of five hours with indicators, which look back and reach over midnight."""
    metrics = {"generic_metrics": [{"measures": ["Volume", "VWAP"], "sides": "Total"}, {"measures": ["OHLC"]}]}
    indicators = [
        {"name": "EMA", "input_col": "Close", "timeperiod": 3},
        {"name": "SMA", "input_col": "Close", "timeperiod": 2},
    ]
    coarse = {
        "source_pass": "bars",
        "resample_rule": "5h",
        "aggregations": {"TradeTotalVolume": "sum", "TradeTotalVWAP": "auto", "Close": "last"},
        "talib_indicators": indicators,
    }
    return {
        "TABLES": {"trades": {"path": f"{folder}/trades/*.parquet"}},
        "START_DATE": DAYS[0],
        "END_DATE": DAYS[-1],
        "OUTPUT_TARGET": {"path_template": f"{folder}/out/{{pass}}/{{start_date}}_{{end_date}}.parquet"},
        "PASSES": [
            {"name": "bars", "modules": "trade", "time_bucket_seconds": 600, "trade_analytics": metrics},
            {"name": "coarse", "modules": "generic", "generic_analytics": coarse},
        ],
        **settings,
    }


def landed(folder: Path, name: str) -> pa.Table:
    """All rows of a pass that stand in its files, as a glob reads them, sorted."""
    files = sorted((folder / "out" / name).glob("*.parquet"))
    return pa.concat_tables([pq.read_table(file) for file in files]).sort_by(
        [("ListingId", "ascending"), ("TimeBucket", "ascending")]
    )
