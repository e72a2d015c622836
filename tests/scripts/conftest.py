"""A small sample market that all tests of scripts read."""

from __future__ import annotations

from pathlib import Path

import pytest
from sampled import write_market


@pytest.fixture(scope="session")
def market(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a market."""
    folder = tmp_path_factory.mktemp("market")
    write_market(folder)
    return folder
