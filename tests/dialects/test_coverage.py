"""The README's table of metrics and engines is what the compiler refuses, and does not."""

from __future__ import annotations

from coverage_table import README, written


def test_the_table_is_current() -> None:
    text = README.read_text()
    assert written(text) == text
