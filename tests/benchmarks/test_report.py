"""What the report of a benchmark says of contenders that could not be measured."""

from __future__ import annotations

import pytest

from . import workloads
from .measuring import Comparison, Cost
from .report import comparison_text
from .workloads import WORKLOADS


def test_a_contender_that_is_not_installed_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workloads, "find_spec", lambda package: None if package == "chdb" else package)
    workload = WORKLOADS["w2"]
    assert workload.absent == {"clickhouse": "chdb"}
    assert "clickhouse" not in workload.present
    costs = dict.fromkeys(workload.present, Cost(2.0, 1.0, 2.0, 1e9))
    text = comparison_text(Comparison("w2", 1_000, 1, costs))
    assert "  clickhouse     not run: chdb is not installed (pip install 'basalt[bench]')\n" in text
