"""Basalt's public API."""

from __future__ import annotations

from pathlib import Path

import talib.abstract  # noqa: F401 - what the run loads when it gets there counts as start-up

from basalt import run as run_pipeline
from tests.benchmarks import pipelines
from tests.benchmarks.datasets import Dataset


def run(data: Dataset, folder: Path) -> None:
    """Write whatever is there: a turn before has written the same."""
    run_pipeline(pipelines.w1(data, folder), restate=True).close()
