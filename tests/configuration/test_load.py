"""Files that cannot be read say why, and what was probably meant."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pipeline_examples import TWO_PASSES_YAML

from basalt.configuration.load import load_pipeline
from basalt.errors import ConfigurationError, PipelineFileError

if TYPE_CHECKING:
    from pathlib import Path


def told(file: Path) -> list[str]:
    """Return the problems of a file, with the file itself written FILE."""
    with pytest.raises(PipelineFileError) as refused:
        load_pipeline(file)
    assert refused.value.code == "BAS102"
    return [str(problem).replace(str(file), "FILE") for problem in refused.value.problems]


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "pipeline.yaml").write_text(TWO_PASSES_YAML)
    (tmp_path / "notes.txt").touch()
    assert told(tmp_path / "pipelin.yml") == ["FILE: there is no such file (did you mean 'pipeline.yaml'?)"]
    assert told(tmp_path / "x.py") == ["FILE: there is no such file (in the folder: pipeline.yaml)"]


def test_a_missing_folder_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / "b.toml").touch()
    (tmp_path / "a.py").touch()
    assert told(tmp_path / "no" / "pipeline.py") == [f"FILE: there is no folder '{tmp_path}/no'"]
    assert told(tmp_path) == ["FILE: this is a folder, not a pipeline file (in the folder: a.py, b.toml)"]


def test_an_unknown_extension(tmp_path: Path) -> None:
    for name, ending in (("pipeline.txt", ".txt"), ("pipeline", "nothing")):
        (tmp_path / name).write_text(TWO_PASSES_YAML)
        expected = f"FILE: a pipeline file ends in .py, .yaml, .yml, .toml, .json, not in {ending}"
        assert told(tmp_path / name) == [expected]


def test_an_extension_in_capitals(tmp_path: Path) -> None:
    (tmp_path / "PIPELINE.YAML").write_text(TWO_PASSES_YAML)
    assert len(load_pipeline(tmp_path / "PIPELINE.YAML").PASSES) == 2


EMPTY = "FILE: the file is empty (a pipeline is a mapping with PASSES in it)"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.yaml", b"", [EMPTY]),
        ("a.yaml", b"# nothing\n", [EMPTY]),
        ("a.toml", b" \n", [EMPTY]),
        ("a.json", b"\n", [EMPTY]),
        ("a.yaml", b"- a\n- b\n", ["FILE: a pipeline is a mapping with PASSES in it, not a list of 2"]),
        ("a.yaml", b"just text", ["FILE: a pipeline is a mapping with PASSES in it, not 'just text'"]),
        ("a.json", b"3", ["FILE: a pipeline is a mapping with PASSES in it, not 3"]),
        (
            "a.yaml",
            b"PASSES: []\nTABLES: {a: x, a: y}\nPASSES: []\n",
            ["FILE:2:16: TABLES.a is given twice, first on line 2", "FILE:3:1: PASSES is given twice, first on line 1"],
        ),
        ("a.json", b'{"PASSES": [], "PASSES": []}', ["FILE: PASSES is given twice"]),
        ("a.json", b'{"PASSES": [\n}', ["FILE:2:1: expecting value"]),
        ("a.toml", b"a = 1\na = 2\n", ["FILE:2:6: cannot overwrite a value"]),
        (
            "a.yaml",
            b"a: b: c",
            ["FILE:1:5: mapping values are not allowed here (a text with ': ' in it stands in quotes)"],
        ),
        ("a.yaml", b"a: 1\nb: '\xff'\n", ["FILE:2:5: the text is not UTF-8 (save the file as UTF-8)"]),
        ("a.yaml", b"\xef\xbb\xbf\xc3\xa9: \xff\n", ["FILE:1:4: the text is not UTF-8 (save the file as UTF-8)"]),
        (
            "a.yaml",
            b"PASSES: !!python/name:os.system",
            ["FILE:1:9: the tag '!!python/name:os.system' has no meaning here"],
        ),
    ],
)
def test_a_text_that_cannot_be_read(tmp_path: Path, name: str, content: bytes, expected: list[str]) -> None:
    (tmp_path / name).write_bytes(content)
    assert told(tmp_path / name) == expected


@pytest.mark.parametrize("name", ["a.json", "a.toml", "a.yaml"])
def test_a_number_longer_than_python_reads(tmp_path: Path, name: str) -> None:
    digits = "9" * 5000
    text = {"a.json": f'{{"a": {digits}}}', "a.toml": f"a = {digits}", "a.yaml": f"a: {digits}"}[name]
    (tmp_path / name).write_text(text)
    (problem,) = told(tmp_path / name)
    assert problem.startswith("FILE")
    assert "Exceeds the limit" in problem


def test_mistakes_of_yaml_have_line_and_column(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yaml"
    text = (
        TWO_PASSES_YAML.replace("sides: Total", "side: Total")
        .replace("15m", "15x")
        .replace("name: pass2", "name: pass1")
    )
    file.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        load_pipeline(file)
    assert [problem.place for problem in refused.value.problems] == [
        f"{file}:14:11: PASSES[0].trade_analytics.generic_metrics[0].side",
        f"{file}:15:5: PASSES[1].name",
        f"{file}:19:7: PASSES[1].generic_analytics.resample_rule",
    ]


def test_a_mistake_behind_an_anchor_has_the_place_of_what_is_written(tmp_path: Path) -> None:
    file = tmp_path / "pipeline.yaml"
    file.write_text("PASSES:\n  - &p {name: a, modules: trade}\n  - <<: *p\n    name: b\n")
    with pytest.raises(ConfigurationError) as refused:
        load_pipeline(file)
    assert [problem.place for problem in refused.value.problems] == [
        f"{file}:2:5: PASSES[0].trade_analytics",
        f"{file}:3:5: PASSES[1].trade_analytics",
    ]


def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "p.yaml").write_text(TWO_PASSES_YAML)
    assert load_pipeline("~/p.yaml").DATASETNAME == "demo"


def test_reading_pipelines_needs_no_engine() -> None:
    heavy = {"duckdb", "pyarrow", "pandas", "polars", "numpy", "yaml", "jinja2", "sqlglot"}
    program = f"import sys, basalt.configuration.load; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
