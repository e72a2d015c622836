"""What was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class SampleManifest:
    """The files of a sample and how many rows its tables have."""

    folder: Path
    rows: Mapping[str, int]
    """Rows by table, over all its files: trades, l2, reference, marketstate."""
    files: tuple[Path, ...]
    """All files that were written, the Parquet files first, then the pipeline."""
    pipeline: Path
    """The example pipeline over the sample."""
