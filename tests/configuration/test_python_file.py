"""A Python pipeline file runs on its own, and its mistakes are told with file and line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from basalt.configuration import AnalyticsConfig
from basalt.configuration.load import load_pipeline
from basalt.errors import ConfigurationError, PipelineFileError

if TYPE_CHECKING:
    from pathlib import Path

IMPORT = "from basalt.configuration import AnalyticsConfig, PassConfig\n"
VWAP_ONLY = "{'name': 'a', 'modules': 'trade', 'trade_analytics': {'generic_metrics': [{'measures': 'VWAP'}]}}"


def written(folder: Path, text: str, name: str = "pipeline.py") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def refused(file: Path) -> PipelineFileError:
    with pytest.raises(PipelineFileError) as error:
        load_pipeline(file)
    return error.value


def test_config_and_user_config(tmp_path: Path) -> None:
    config = load_pipeline(written(tmp_path, f"{IMPORT}CONFIG = AnalyticsConfig(PASSES=[{VWAP_ONLY}])"))
    mapping = load_pipeline(written(tmp_path, f"USER_CONFIG = {{'PASSES': [{VWAP_ONLY}]}}"))
    assert isinstance(config, AnalyticsConfig)
    assert config == mapping


@pytest.mark.parametrize(
    ("text", "message", "suggestion"),
    [
        (
            "x = 1",
            "defines neither CONFIG nor USER_CONFIG",
            "write CONFIG = AnalyticsConfig(...), or USER_CONFIG = {...}",
        ),
        (
            "CONFIG = 1\nUSER_CONFIG = {}",
            "defines both CONFIG and USER_CONFIG",
            "write CONFIG = AnalyticsConfig(...), or USER_CONFIG = {...}",
        ),
        (
            "CONFIG = {'PASSES': []}",
            "CONFIG must be an AnalyticsConfig, not a mapping with the keys PASSES",
            "call a dictionary USER_CONFIG",
        ),
        (
            f"{IMPORT}USER_CONFIG = AnalyticsConfig(PASSES=[{VWAP_ONLY}])",
            "USER_CONFIG must be a dictionary, not a value of type AnalyticsConfig",
            "call an AnalyticsConfig CONFIG",
        ),
        ("USER_CONFIG = None", "USER_CONFIG must be a dictionary, not nothing", ""),
    ],
)
def test_what_the_file_must_define(tmp_path: Path, text: str, message: str, suggestion: str) -> None:
    file = written(tmp_path, text)
    (problem,) = refused(file).problems
    assert (problem.message, problem.place, problem.suggestion) == (message, str(file), suggestion)


@pytest.mark.parametrize(
    ("text", "spot", "message"),
    [
        ("import os\n\ndef broken():\n    return {}['a']\n\nbroken()\n", "4", "KeyError: 'a'"),
        ("import json\n\njson.loads('{')\n", "3", "JSONDecodeError: Expecting property name enclosed in double quotes"),
        ("a = 1\nb = = 2\n", "2:5", "SyntaxError: invalid syntax"),
        ("import sys\nsys.exit(3)\n", "2", "SystemExit: 3"),
        ("raise ValueError\n", "1", "ValueError"),
        ("import no_such_module_of_anybody\n", "1", "ModuleNotFoundError: No module named 'no_such_module_of_anybody'"),
        ("import broken_neighbour\n", "1", "SyntaxError: '(' was never closed (broken_neighbour.py, line 2)"),
    ],
)
def test_a_file_that_fails(tmp_path: Path, text: str, spot: str, message: str) -> None:
    written(tmp_path, "\nx = (\n", "broken_neighbour.py")
    file = written(tmp_path, text)
    error = refused(file)
    assert error.code == "BAS102"
    assert error.problems[0].place == f"{file}:{spot}"
    assert error.problems[0].message.startswith(message)
    assert error.__cause__ is not None


def test_a_model_with_mistakes_is_told_with_the_line_of_the_call(tmp_path: Path) -> None:
    call = "CONFIG = AnalyticsConfig(\n    PASSES=[\n        PassConfig(name='a b', modul='trade'),\n    ],\n)\n"
    file = written(tmp_path, f"{IMPORT}\n{call}")
    with pytest.raises(ConfigurationError) as error:
        load_pipeline(file)
    assert [str(problem) for problem in error.value.problems] == [
        f"{file}:5: PassConfig.name: 'a b' is not a pass name: letters, digits, '_' and '-', at most 63, no '__'",
        f"{file}:5: PassConfig.modul: unknown key 'modul' (did you mean 'modules'?)",
    ]


def test_mistakes_of_the_whole_configuration_have_their_place(tmp_path: Path) -> None:
    file = written(
        tmp_path, f"{IMPORT}CONFIG = AnalyticsConfig(PASSES=[{VWAP_ONLY}, {VWAP_ONLY}], START_DATE='2025-03-03')\n"
    )
    with pytest.raises(ConfigurationError) as error:
        load_pipeline(file)
    (problem,) = error.value.problems
    assert str(problem) == f"{file}:2: PASSES[1].name: 'a' is the name of PASSES[0] already; names must be unique"


def test_mistakes_of_a_mapping_name_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, f"USER_CONFIG = {{'PASSES': [{VWAP_ONLY}], 'TABELS': 1}}\n")
    with pytest.raises(ConfigurationError) as error:
        load_pipeline(file)
    (problem,) = error.value.problems
    assert str(problem) == f"{file}: TABELS: unknown key 'TABELS' (did you mean 'TABLES'?)"


def test_mistakes_in_a_model_of_the_users_own(tmp_path: Path) -> None:
    file = written(tmp_path, "import pydantic\n\nclass Mine(pydantic.BaseModel):\n    x: int\n\nMine(x='a')\n")
    (problem,) = refused(file).problems
    assert problem.place == f"{file}:6"
    assert problem.message.startswith("ValidationError: 1 validation error for Mine")


def test_neighbours_can_be_imported_and_are_forgotten(tmp_path: Path) -> None:
    for folder, width in (("one", 60), ("two", 300)):
        (tmp_path / folder / "shared_parts").mkdir(parents=True)
        written(tmp_path / folder / "shared_parts", f"WIDTH = {width}\n", "__init__.py")
        passes = f"[{VWAP_ONLY} | {{'time_bucket_seconds': WIDTH}}]"
        text = f"from shared_parts import WIDTH\nUSER_CONFIG = {{'PASSES': {passes}}}\n"
        config = load_pipeline(written(tmp_path / folder, text))
        assert config.PASSES[0].time_bucket_seconds == width
    assert "shared_parts" not in sys.modules


def test_the_import_path_and_the_modules_are_left_as_they_were(tmp_path: Path) -> None:
    path, modules = list(sys.path), set(sys.modules)
    load_pipeline(written(tmp_path, f"USER_CONFIG = {{'PASSES': [{VWAP_ONLY}]}}"))
    refused(written(tmp_path, "import sys\nsys.path.clear()\nraise ValueError\n", "broken.py"))
    sys.path[:] = path
    assert set(sys.modules) - modules == set()


def test_a_file_reads_its_own_name_and_features(tmp_path: Path) -> None:
    text = f"""
from dataclasses import dataclass
from pathlib import Path

@dataclass
class Width:
    seconds: "int"

def kind(value: int): ...

assert kind.__annotations__ == {{"value": int}}
assert __name__ != "__main__"
USER_CONFIG = {{"PASSES": [{VWAP_ONLY}], "DATASETNAME": Path(__file__).stem}}
"""
    assert load_pipeline(written(tmp_path, text, "market.py")).DATASETNAME == "market"


def test_a_pipeline_may_load_another(tmp_path: Path) -> None:
    written(tmp_path, f"USER_CONFIG = {{'PASSES': [{VWAP_ONLY}], 'TABLES': {{'trades': 't.parquet'}}}}", "base.py")
    text = """
from pathlib import Path
from basalt.configuration.load import load_pipeline
CONFIG = load_pipeline(Path(__file__).parent / "base.py")
"""
    assert load_pipeline(written(tmp_path, text)).TABLES["trades"].path == [str(tmp_path / "t.parquet")]
