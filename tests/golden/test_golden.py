"""Every golden case compiles to its files, byte for byte, and its folder holds nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from golden.cases import GoldenCase, golden_cases

FOLDER = Path(__file__).parent

every_case = pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case.folder.name)


@every_case
def test_a_case_compiles_to_its_files(case: GoldenCase) -> None:
    expected, actual = case.expected(), case.actual()
    assert list(expected) == list(actual)
    for name, text in expected.items():
        assert text == actual[name], f"{name} is not current: make golden, then review the difference"


@every_case
def test_the_folder_of_a_case_holds_its_files_and_no_others(case: GoldenCase) -> None:
    known = {"pipeline.yaml", "schemas.json", "scripts.json"} | set(case.actual())
    assert {path.name for path in case.folder.iterdir()} - known == set()


@every_case
def test_files_have_unix_lines_and_end_with_one(case: GoldenCase) -> None:
    for path in case.folder.glob("*.sql"):
        content = path.read_bytes()
        assert content.endswith(b"\n")
        assert not content.endswith(b"\n\n")
        assert b"\r" not in content


def test_every_folder_is_a_case() -> None:
    folders = {path.name for path in FOLDER.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {case.folder.name for case in golden_cases()}
    assert len(folders) >= 7
