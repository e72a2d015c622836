"""DuckDB reading just the columns needed."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.contenders.reading import scan
from tests.benchmarks.datasets import Dataset

_NUMBERS = ("ListingId", "BMLLSequenceNo", "BidPrice1", "BidQuantity1", "AskPrice1", "AskQuantity1")


def run(data: Dataset, folder: Path) -> None:  # noqa: ARG001 - nothing is written
    scan(data.quotes, "EventTimestamp", _NUMBERS)
