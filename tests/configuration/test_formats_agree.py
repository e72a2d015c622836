"""One pipeline is the same configuration in every format it can be written in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given
from pipeline_examples import TWO_PASSES, TWO_PASSES_YAML, as_toml, pipelines

from basalt.configuration import AnalyticsConfig
from basalt.configuration.load import load_pipeline

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


def in_every_format(pipeline: dict[str, Any]) -> dict[str, str]:
    return {
        "json": json.dumps(pipeline),
        "toml": as_toml(pipeline),
        "yaml": yaml.safe_dump(pipeline, allow_unicode=True),
        "yml": json.dumps(pipeline),
        "py": f"USER_CONFIG = {pipeline!r}",
        "config.py": (
            f"from basalt.configuration import AnalyticsConfig\nCONFIG = AnalyticsConfig.model_validate({pipeline!r})\n"
        ),
    }


@given(pipeline=pipelines())
def test_every_format_gives_the_same_configuration(pipeline: dict[str, Any], folder: Path) -> None:
    expected = AnalyticsConfig.model_validate(pipeline)
    for extension, text in in_every_format(pipeline).items():
        file = folder / f"pipeline.{extension}"
        file.write_text(text, encoding="utf-8")
        assert load_pipeline(file) == expected, extension


def test_the_pipeline_written_by_hand_is_the_one_written_as_data(folder: Path) -> None:
    written, data = folder / "hand.yaml", folder / "data.json"
    written.write_text(TWO_PASSES_YAML)
    data.write_text(json.dumps(TWO_PASSES))
    assert load_pipeline(written) == load_pipeline(data)
    assert load_pipeline(written).PASSES[1].generic_analytics.aggregations == {"Close": ["last"]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_byte_order_mark_and_line_ends_change_nothing(folder: Path, encoding: str, newline: str) -> None:
    file = folder / "marked.yaml"
    file.write_bytes(TWO_PASSES_YAML.replace("\n", newline).encode(encoding))
    plain = folder / "plain.yaml"
    plain.write_text(TWO_PASSES_YAML)
    assert load_pipeline(file) == load_pipeline(plain)


def test_dates_and_times_of_toml_are_read(folder: Path) -> None:
    file = folder / "dates.toml"
    file.write_text(
        "START_DATE = 2025-03-03\n"
        "[[PASSES]]\nname = 'a'\nmodules = 'trade'\ntime_bucket_origin = 13:30:00\n"
        "trade_analytics.generic_metrics = [{measures = 'VWAP'}]\n"
    )
    config = load_pipeline(file)
    assert str(config.START_DATE) == "2025-03-03"
    assert config.PASSES[0].time_bucket_origin == "13:30:00"


def test_a_schema_for_editors_is_no_part_of_the_pipeline(folder: Path) -> None:
    file, plain = folder / "schema.json", folder / "no_schema.json"
    file.write_text(json.dumps({"$schema": "./basalt.schema.json", **TWO_PASSES}))
    plain.write_text(json.dumps(TWO_PASSES))
    assert load_pipeline(file) == load_pipeline(plain)
