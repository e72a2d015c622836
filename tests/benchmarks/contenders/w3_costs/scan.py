"""DuckDB reading just the columns needed."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.contenders.reading import scan
from tests.benchmarks.datasets import Dataset

_NUMBERS = ("ListingId", "LocalPrice", "Size", "AggressorSide")
_TEXTS = ("MIC", "Ticker", "Classification")
_OF_QUOTES = ("ListingId", "BMLLSequenceNo", "BidPrice1", "AskPrice1")


def run(data: Dataset, folder: Path) -> None:  # noqa: ARG001 - nothing is written
    scan(data.files, "TradeTimestamp", _NUMBERS, _TEXTS)
    scan(data.quotes, "EventTimestamp", _OF_QUOTES)
