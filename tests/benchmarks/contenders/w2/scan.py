"""DuckDB reading just the columns needed."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.contenders.reading import scan
from tests.benchmarks.datasets import Dataset

_NUMBERS = (
    "ListingId", "BMLLSequenceNo", "LocalPrice", "Size", "AggressorSide", "TradeNotional", "TradeNotionalEUR",
    "TradeNotionalUSD",
)  # fmt: skip
_TEXTS = ("MIC", "Ticker", "Classification", "BMLLParticipantType", "IsBlock")


def run(data: Dataset, folder: Path) -> None:  # noqa: ARG001 - nothing is written
    scan(data.files, "TradeTimestamp", _NUMBERS, _TEXTS)
