"""The contenders of the benchmarks compute the same numbers, and a large pipeline compiles quickly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .child import WORK_SECONDS, run_in_child
from .workloads import WORKLOADS

if TYPE_CHECKING:
    from pathlib import Path

TRADES = 20_000


@pytest.mark.parametrize("workload", WORKLOADS)
def test_contenders_agree(workload: str, tmp_path: Path) -> None:
    outcome = run_in_child("agree", workload=workload, cache=str(tmp_path), trades=TRADES)

    assert outcome["disagreements"] == []


def test_two_hundred_columns_compile_in_a_quarter_of_a_second() -> None:
    outcome = run_in_child("time_compile", repeat=5)

    assert outcome["columns"] >= 200
    slowness = max(1.0, min(outcome["work"]) / WORK_SECONDS)
    assert min(outcome["later"]) < 0.25 * slowness, "CPU seconds of the fastest, which others disturb least"
