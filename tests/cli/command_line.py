"""Pipelines over a few trades, and the command line in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

TRADES = [
    # listing, time, price, size
    (1, datetime(2025, 3, 3, 9, 0, 10), 10.0, 100.0),  # noqa: DTZ001 - UTC without a zone, as the tables have it
    (1, datetime(2025, 3, 3, 9, 0, 50), 11.0, 50.0),  # noqa: DTZ001
    (1, datetime(2025, 3, 3, 9, 1, 30), 12.0, 10.0),  # noqa: DTZ001
    (1, datetime(2025, 3, 3, 9, 6, 0), 13.0, 5.0),  # noqa: DTZ001
    (1, datetime(2025, 3, 4, 9, 0, 30), 14.0, 7.0),  # noqa: DTZ001
]
"""One-minute bars: 09:01, 09:02 and 09:06 on the first day, 09:01 on the second. Five-minute bars: two and one."""

MINUTES = {
    "name": "minutes",
    "modules": ["trade"],
    "time_bucket_seconds": 60,
    "trade_analytics": {"generic_metrics": [{"measures": ["Volume", "OHLC"]}]},
}
FIVE_MINUTES = {
    "name": "five_minutes",
    "modules": ["generic"],
    "generic_analytics": {
        "source_pass": "minutes",
        "resample_rule": "5m",
        "aggregations": {"TradeTotalVolume": "sum", "Close": "last"},
    },
}
TABLES = {"trades": "trades.parquet"}
PIPELINE = {"TABLES": TABLES, "PASSES": [MINUTES, FIVE_MINUTES]}


@dataclass(frozen=True)
class Outcome:
    """What a command said on its two outputs, and its exit code."""

    code: int
    out: str
    err: str


Command = Callable[..., Outcome]


def write_trades() -> None:
    """Write the trades into the working folder."""
    names = ["ListingId", "TradeTimestamp", "LocalPrice", "Size"]
    columns = [list(column) for column in zip(*TRADES, strict=True)]
    pq.write_table(pa.table(dict(zip(names, columns, strict=True))), "trades.parquet")


def write_pipeline(pipeline: dict[str, Any], name: str = "pipeline.yaml") -> None:
    """Write a pipeline file into the working folder."""
    Path(name).write_text(yaml.safe_dump(pipeline, sort_keys=False), encoding="utf-8")


def process_arguments(*arguments: str) -> list[str]:
    """Return what starts the command line in a process of its own."""
    return [sys.executable, "-c", "from basalt.cli.main import main; main()", *arguments]


def in_process_of_its_own(*arguments: str, **options: Any) -> Outcome:  # noqa: ANN401 - whatever Popen takes
    """Run the command line in a process of its own."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    done = subprocess.run(process_arguments(*arguments), check=False, text=True, timeout=120, **pipes)
    return Outcome(done.returncode, done.stdout or "", done.stderr or "")
