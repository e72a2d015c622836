from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
import yaml

from basalt.configuration import AnalyticsConfig
from basalt.errors import OutputError
from basalt.sample import SampleOptions, write_sample

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import WrittenSample

SMALL = SampleOptions(instruments=1, venues=2, days=2, trades=40, updates=80, levels=2)


def tree(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_the_manifest_lists_the_files_and_their_rows(sample: WrittenSample) -> None:
    folder = sample.manifest.folder
    assert tree(folder) == [
        "data/l2/date=2025-03-03/l2.parquet",
        "data/l2/date=2025-03-04/l2.parquet",
        "data/marketstate.parquet",
        "data/reference.parquet",
        "data/trades/date=2025-03-03/trades.parquet",
        "data/trades/date=2025-03-04/trades.parquet",
        "pipeline.yaml",
    ]
    assert sorted(str(path.relative_to(folder)) for path in sample.manifest.files) == tree(folder)
    assert sample.manifest.pipeline == folder / "pipeline.yaml"
    counted = {table: sample.value(f"SELECT count(*) FROM {table}") for table in sample.manifest.rows}
    assert counted == dict(sample.manifest.rows)
    assert set(counted) == {"trades", "l2", "reference", "marketstate"}


def test_files_say_what_made_them(sample: WrittenSample) -> None:
    metadata = pq.read_metadata(sample.manifest.files[0]).metadata
    assert metadata[b"basalt.sample"].startswith(b"seed 11: 4 instruments on 3 venues, 2 days from 2025-03-03")


def test_the_example_pipeline_is_a_valid_configuration(sample: WrittenSample) -> None:
    text = sample.manifest.pipeline.read_text(encoding="utf-8")
    config = AnalyticsConfig.model_validate(yaml.safe_load(text))
    assert [each.name for each in config.PASSES] == ["pass1", "pass2"]
    assert set(config.TABLES) == {"trades", "reference"}
    assert (str(config.START_DATE), str(config.END_DATE)) == ("2025-03-03", "2025-03-04")
    assert config.OUTPUT_TARGET is not None
    assert all(list(sample.manifest.folder.glob(table.path[0])) for table in config.TABLES.values())


def test_a_single_listing_is_a_market(tmp_path: Path) -> None:
    options = SampleOptions(instruments=1, venues=1, days=1, trades=5, updates=30, levels=1)
    assert dict(write_sample(tmp_path, options).rows)["trades"] == 5


def test_an_earlier_sample_is_not_overwritten_unasked(tmp_path: Path) -> None:
    write_sample(tmp_path, SMALL)
    with pytest.raises(OutputError, match="already holds sample files"):
        write_sample(tmp_path, SMALL)


def test_overwriting_removes_days_that_the_new_sample_lacks_and_nothing_else(tmp_path: Path) -> None:
    write_sample(tmp_path, SMALL)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "data" / "other.parquet").write_bytes(b"mine as well")
    write_sample(tmp_path, replace(SMALL, days=1, overwrite=True))
    assert tree(tmp_path) == [
        "data/l2/date=2025-03-03/l2.parquet",
        "data/marketstate.parquet",
        "data/other.parquet",
        "data/reference.parquet",
        "data/trades/date=2025-03-03/trades.parquet",
        "notes.txt",
        "pipeline.yaml",
    ]


@pytest.mark.parametrize("name", ["data/reference.parquet", "data/trades/2024.parquet", "pipeline.yaml"])
def test_files_of_others_are_never_overwritten(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="not part of a sample"):
        write_sample(tmp_path, replace(SMALL, overwrite=True))
    assert tree(tmp_path) == [name]
    assert path.read_bytes() == b"mine"


def test_a_folder_that_cannot_be_written_is_an_output_error(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(OutputError, match="cannot be written"):
        write_sample(tmp_path, SMALL)
