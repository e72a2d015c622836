"""The README shows what Basalt does: its SQL is the compiled one, and its example runs word for word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb

import basalt

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def block(language: str, containing: str) -> str:
    """The one code block of a language that contains a text."""
    (found,) = [text for text in re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL) if containing in text]
    return found


def test_the_sql_of_pass_2_is_the_compiled_one() -> None:
    assert block("sql", "grouped_bars") == (ROOT / "tests/golden/two_pass/pass2.sql").read_text()


def test_the_example_runs_word_for_word(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    sample = [sys.executable, "-m", "basalt", "sample", "demo"]
    subprocess.run(sample, cwd=tmp_path, env=environment, check=True, capture_output=True)
    example = block("python", "PassConfig(") + '    bars.write_parquet("bars.parquet")\n'
    done = subprocess.run(
        [sys.executable, "-c", example], cwd=tmp_path, env=environment, check=True, capture_output=True
    )
    assert b"FROM pass1__states" in done.stdout
    bars = duckdb.read_parquet(str(tmp_path / "bars.parquet"))
    assert bars.columns == [
        "InstrumentId", "TimeBucket", "TradeTotalVolume", "TradeTotalNotionalEUR", "Close", "SMA_14",
    ]  # fmt: skip
    assert len(bars) > 100


def test_the_yaml_example_is_a_valid_pipeline(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text(block("yaml", "DATASETNAME"))
    config = basalt.load(tmp_path / "pipeline.yaml")
    assert [each.name for each in config.PASSES] == ["minutes", "quarters"]
