"""Trades, and pipelines that write what they make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
from markets.pipelines import generic_pass_config

if TYPE_CHECKING:
    from pathlib import Path

Config = dict[str, Any]

START = 1_740_988_800_000_000_000
"""2025-03-03 08:00."""
SECOND = 1_000_000_000


def trades(count: int, price: float = 10.0) -> pa.Table:
    """Trades of two listings, one every seven seconds; the price is text, as it comes from somewhere."""
    numbers = range(count)
    return pa.table(
        {
            "ListingId": pa.array([number % 2 for number in numbers], pa.int64()),
            "TradeTimestamp": pa.array([START + 1 + number * 7 * SECOND for number in numbers], pa.timestamp("ns")),
            "BMLLSequenceNo": pa.array(numbers, pa.int64()),
            "MIC": pa.array(["XPAR"] * count),
            "Text": pa.array([str(price + number % 8 / 8) for number in numbers]),
            "AggressorSide": pa.array([number % 3 for number in numbers], pa.int64()),
            "Size": pa.array([float(1 + number % 9) for number in numbers]),
        }
    )


def with_a_bad_price(table: pa.Table) -> pa.Table:
    """The same trades, the last of which has no number for a price."""
    last = table.num_rows - 1
    texts = [*table["Text"].slice(0, last).to_pylist(), "broken"]
    return table.set_column(table.column_names.index("Text"), "Text", pa.array(texts))


def source(table: pa.Table) -> Config:
    """The trades as a source whose prices become numbers while it is read."""
    return {"data": table, "columns": {"LocalPrice": "CAST(Text AS DOUBLE)"}}


def minutes(**settings: object) -> Config:
    """A trade pass."""
    metrics = [{"measures": ["Volume", "Count", "OHLC", "VWAP"], "sides": ["Total", "Bid"]}]
    return {"name": "minutes", "modules": "trade", "trade_analytics": {"generic_metrics": metrics}} | settings


def quarters(**settings: object) -> Config:
    """A pass that reads the minutes, with averages."""
    columns = {"Close": "last", "TradeTotalVolume": "sum", "TradeTotalCount": "sum"}
    averages = [{"name": "SMA", "input_col": "Close", "timeperiod": 2}, {"name": "MACD", "input_col": "Close"}]
    return generic_pass_config("minutes", columns, rule="15m", indicators=averages, name="quarters") | settings


def written(folder: Path, table: pa.Table, *passes: Config, **settings: object) -> Config:
    """A pipeline that writes every pass into a folder."""
    target = {"path_template": f"{folder}/{{pass}}.parquet"}
    passes = passes or (minutes(), quarters())
    return {"TABLES": {"trades": source(table)}, "PASSES": list(passes), "OUTPUT_TARGET": target, **settings}


def files(folder: Path) -> list[str]:
    """The names of all files below a folder, hidden ones as well, but for the records of what was written."""
    found = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return sorted(str(path) for path in found if not ("_basalt" in path.parts and path.suffix == ".json"))
