from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from command_line import FIVE_MINUTES, MINUTES, TABLES, Command, write_pipeline

GIT = shutil.which("git") or "git"
PRICES = {"measures": "OHLC", "attribute_filters": {"Size": [5]}}
ASKED = {"generic_metrics": [{"measures": ["Volume", "VWAP"]}, PRICES]}
TEXT_LISTINGS = {"trades": {"path": "trades.parquet", "columns": {"ListingId": "ListingId::VARCHAR"}}}
OTHER: dict[str, Any] = {
    "TABLES": TEXT_LISTINGS,
    "PASSES": [{**MINUTES, "time_bucket_seconds": 30, "trade_analytics": ASKED}],
}
COLUMNS = """\
pass minutes
  ~ rows
      - trade, 60 s buckets (start, end], labelled by their end; one row per ListingId, TimeBucket
      + trade, 30 s buckets (start, end], labelled by their end; one row per ListingId, TimeBucket
  + TradeTotalVWAP  DOUBLE  Volume-weighted average price (Total) [price]
  ~ ListingId  BIGINT -> VARCHAR
  ~ Open  formula
      - first(LocalPrice)
      + first(LocalPrice) where Size IN (5)
"""
NO_MORE = """; one row per ListingId, TimeBucket
  - ListingId  BIGINT  ListingId
  - TimeBucket  TIMESTAMP  300 s buckets (start, end], labelled by their end [UTC]
  - TradeTotalVolume  DOUBLE  Traded quantity (Total) [quantity]
  - Close  DOUBLE  Last trade price by time and sequence (Total) [price]

--- before/minutes.sql
+++ after/minutes.sql
"""


def git(folder: Path, *arguments: str) -> None:
    settings = (
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b",
        "-c",
        "init.defaultBranch=main",
        "-c",
        "commit.gpgsign=false",
    )
    subprocess.run([GIT, "-C", str(folder), *settings, *arguments], check=True, capture_output=True)


def test_says_what_became_of_columns_then_of_the_sql(command: Command) -> None:
    write_pipeline(OTHER, "other.yaml")
    done = command("compile", "other.yaml", "--diff", "pipeline.yaml")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(COLUMNS)
    assert "\npass five_minutes is no more: generic, 300 s buckets (start, end], labelled by their end; one" in done.out
    assert NO_MORE in done.out
    assert "\n-    -- 60 s buckets (start, end], labelled by their end;" in done.out
    assert "\n+    -- 30 s buckets (start, end], labelled by their end;" in done.out


def test_a_pass_may_be_new(command: Command) -> None:
    write_pipeline(OTHER, "other.yaml")
    done = command("compile", "pipeline.yaml", "--diff", "other.yaml", "--pass", "five_minutes")
    assert done.out.startswith("pass five_minutes is new: generic, 300 s buckets")
    assert "minutes.sql" in done.out
    assert "VWAP" not in done.out


def test_settings_are_of_this_pipeline_and_dates_of_both(command: Command) -> None:
    same = command("compile", "pipeline.yaml", "--diff", "pipeline.yaml", "--start-date", "2025-03-04")
    assert (same.code, same.out) == (0, "no differences\n")
    asked = ("--set", "PASSES[minutes].trade_analytics.generic_metrics[0].measures=[Volume, OHLC, Count]")
    done = command("compile", "pipeline.yaml", "--diff", "pipeline.yaml", *asked)
    assert done.out.startswith("pass minutes\n  + TradeTotalCount  BIGINT  Number of trades (Total)")


def test_a_git_revision_of_the_pipeline(command: Command, folder: Path) -> None:
    git(folder, "init")
    git(folder, "add", "pipeline.yaml")
    git(folder, "commit", "-m", "first")
    write_pipeline({"TABLES": TABLES, "PASSES": [{**MINUTES, "time_bucket_closed": "left"}, FIVE_MINUTES]})
    done = command("compile", "pipeline.yaml", "--diff", "HEAD")
    assert (done.code, done.err) == (0, "")
    assert "- trade, 60 s buckets (start, end], labelled by their end;" in done.out
    assert "+ trade, 60 s buckets [start, end), labelled by their end;" in done.out
    assert {path.name for path in folder.iterdir()} == {".git", "pipeline.yaml", "trades.parquet"}


def test_a_revision_in_python_imports_its_neighbours(command: Command, folder: Path) -> None:
    (folder / "shared_passes.py").write_text(f"TABLES = {TABLES!r}\n")
    text = f"from shared_passes import TABLES\nUSER_CONFIG = {{'TABLES': TABLES, 'PASSES': [{MINUTES!r}]}}\n"
    (folder / "pipeline.py").write_text(text)
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "first")
    (folder / "pipeline.py").write_text(text.replace("60", "30"))
    assert "-    -- 60 s buckets" in command("compile", "pipeline.py", "--diff", "HEAD").out


def test_the_json_of_an_earlier_compile(command: Command) -> None:
    command("compile", "pipeline.yaml", "--format", "json", "-o", "before")
    assert command("compile", "pipeline.yaml", "--diff", "before/pipeline.json").out == "no differences\n"
    write_pipeline(OTHER, "other.yaml")
    done = command("compile", "other.yaml", "--diff", "before/pipeline.json")
    assert done.out.startswith(COLUMNS)


def test_differences_as_json(command: Command) -> None:
    write_pipeline(OTHER, "other.yaml")
    done = command("compile", "other.yaml", "--diff", "pipeline.yaml", "--format", "json")
    told = json.loads(done.out)
    minutes, more = told["passes"]
    assert [column["name"] for column in minutes["added"]] == ["TradeTotalVWAP"]
    assert {"column": "ListingId", "what": "type", "before": "BIGINT", "after": "VARCHAR"} in minutes["changed"]
    assert (more["name"], more["after"]) == ("five_minutes", None)


def test_scripts_can_be_compared(command: Command) -> None:
    write_pipeline(OTHER, "other.yaml")
    done = command("compile", "other.yaml", "--diff", "pipeline.yaml", "--as", "views")
    assert "\n+COMMENT ON COLUMN minutes.TradeTotalVWAP" in done.out


def test_what_is_neither_a_file_nor_a_revision(command: Command, folder: Path) -> None:
    done = command("compile", "pipeline.yaml", "--diff", "before.yaml")
    assert (done.code, done.out) == (2, "")
    assert (
        "error BAS104: --diff\n  'before.yaml' is not a file, and not a git revision of the pipeline: git " in done.err
    )
    assert "a revision does not begin with a dash" in command("compile", "pipeline.yaml", "--diff", "--output=x").err
    (folder / "old.json").write_text('{"passes": {"a": {"name": "a"}}}')
    old = command("compile", "pipeline.yaml", "--diff", "old.json")
    assert old.code == 2
    assert "old.json is not what this version of basalt compile --format json writes: passes.a." in old.err


def test_files_are_not_differences(command: Command) -> None:
    done = command("compile", "pipeline.yaml", "--diff", "pipeline.yaml", "-o", "out")
    assert (done.code, done.err.splitlines()[0]) == (2, "error BAS104: --output")
