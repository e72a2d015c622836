"""Basalt's public API."""

from __future__ import annotations

from pathlib import Path

from basalt import run as run_pipeline
from tests.benchmarks import pipelines
from tests.benchmarks.datasets import Dataset


def run(data: Dataset, folder: Path) -> None:
    """Write whatever is there: a turn before has written the same."""
    run_pipeline(pipelines.w2(data, folder), restate=True).close()
