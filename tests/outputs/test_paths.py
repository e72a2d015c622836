"""Where a pass is written: its template, filled in from the pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from trade_outputs import Config, files, minutes, quarters, trades, written

import basalt
from basalt.configuration import AnalyticsConfig, ParquetTarget
from basalt.errors import ConfigurationError, OutputError
from basalt.outputs.paths import output_path

EVERYTHING = "{datasetname}/{pass}/{universe}/{start_date}..{end_date}/{pass}.parquet"


def path_of(template: str, **settings: object) -> str:
    """Return the path that a template gives for the pass ``minutes``."""
    config = AnalyticsConfig.model_validate({"PASSES": [minutes()], **settings})
    return str(output_path(ParquetTarget(path_template=template).path_template, "minutes", config))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "basalt/minutes/all/first..last/minutes.parquet"),
        ({"DATASETNAME": "us-equities"}, "us-equities/minutes/all/first..last/minutes.parquet"),
        ({"START_DATE": "2025-03-03"}, "basalt/minutes/all/2025-03-03..last/minutes.parquet"),
        ({"END_DATE": "2025-03-04"}, "basalt/minutes/all/first..2025-03-04/minutes.parquet"),
        (
            {"START_DATE": "0999-01-01", "END_DATE": "2025-12-31"},
            "basalt/minutes/all/0999-01-01..2025-12-31/minutes.parquet",
        ),
        ({"UNIVERSE": [1, 2]}, "basalt/minutes/universe/first..last/minutes.parquet"),
        (
            {"UNIVERSE": {"name": "cac40", "where": {"MIC": ["XPAR"]}}},
            "basalt/minutes/cac40/first..last/minutes.parquet",
        ),
    ],
)
def test_every_field_is_filled_in(settings: Config, expected: str) -> None:
    assert path_of(EVERYTHING, **settings) == expected


def test_braces_can_be_written() -> None:
    assert path_of("{{{pass}}}.parquet") == "{minutes}.parquet"


def test_a_template_without_fields_is_a_path() -> None:
    assert path_of("results.parquet") == "results.parquet"


@pytest.mark.parametrize("template", ["{date}", "{}", "{0}", "{pass.name}", "{pass!r}", "{pass:>9}", "{pass", "", "  "])
def test_a_template_that_cannot_be_filled_in_is_refused(template: str) -> None:
    with pytest.raises(ConfigurationError):
        basalt.compile({"PASSES": [minutes(output={"path_template": template})]}, schemas={})


def test_the_default_is_a_file_by_dataset_pass_and_dates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = written(tmp_path, trades(50), START_DATE="2025-03-03", DATASETNAME="sample", OUTPUT_TARGET={})
    with basalt.run(config) as result:
        assert sorted(result.outputs) == ["minutes", "quarters"]
    assert files(tmp_path) == [f"data/sample/{name}/2025-03-03_last.parquet" for name in ("minutes", "quarters")]


def test_a_run_tells_the_files_it_wrote(tmp_path: Path) -> None:
    with basalt.run(written(tmp_path / "new" / "folder", trades(50))) as result:
        assert result.outputs == {name: tmp_path / "new/folder" / f"{name}.parquet" for name in result}
        assert {report.name: report.path for report in result.reports} == result.outputs
    assert files(tmp_path) == ["new/folder/minutes.parquet", "new/folder/quarters.parquet"]


def test_an_output_of_a_passs_own_goes_before_that_of_the_pipeline(tmp_path: Path) -> None:
    own = quarters(output={"path_template": f"{tmp_path}/own/{{pass}}-{{end_date}}.parquet"})
    basalt.run(written(tmp_path, trades(50), minutes(), own)).close()
    assert files(tmp_path) == ["minutes.parquet", "own/quarters-last.parquet"]


def test_without_an_output_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with basalt.run(written(tmp_path, trades(50), OUTPUT_TARGET=None)) as result:
        assert result["quarters"].arrow().num_rows > 0
        assert result.outputs == {}
    assert files(tmp_path) == []


def test_a_relative_path_in_a_pipeline_file_is_relative_to_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"PASSES": [minutes(), quarters()], "OUTPUT_TARGET": {"path_template": "out/{pass}.parquet"}}
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "pipelines" / "p.json").write_text(json.dumps(config), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "elsewhere")
    tables = written(tmp_path, trades(50))["TABLES"]
    basalt.run("../pipelines/p.json", tables=tables).close()
    out = tmp_path / "pipelines" / "out"
    assert files(out) == ["minutes.parquet", "quarters.parquet"]
    assert files(tmp_path / "elsewhere") == []


def test_a_path_with_quotes_and_spaces_is_a_path(tmp_path: Path) -> None:
    folder = tmp_path / 'it\'s a "folder"; --'
    with basalt.run(written(folder, trades(50))) as result:
        assert result["minutes"].arrow().num_rows > 0
    assert files(folder) == ["minutes.parquet", "quarters.parquet"]


def test_two_passes_are_never_written_to_one_file(tmp_path: Path) -> None:
    config = written(tmp_path, trades(50), OUTPUT_TARGET={"path_template": f"{tmp_path}/results.parquet"})
    with pytest.raises((ConfigurationError, OutputError), match=r"results\.parquet"):
        basalt.run(config)
    assert files(tmp_path) == []


def test_a_universe_has_no_name_that_leads_out_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="universe name"):
        basalt.run(written(tmp_path, trades(50), UNIVERSE={"name": "../x", "where": {"ListingId": [1]}}))
