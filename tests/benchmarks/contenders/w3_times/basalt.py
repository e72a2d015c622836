"""Basalt's public API."""

from __future__ import annotations

from pathlib import Path

from basalt import run as run_pipeline
from tests.benchmarks import pipelines
from tests.benchmarks.datasets import Dataset


def run(data: Dataset, folder: Path) -> None:
    run_pipeline(pipelines.w3_times(data, folder)).close()
