"""The wheel holds exactly what git tracks of the package, and compiles on its own what the checkout compiles."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from golden.cases import GoldenCase, golden_cases

import basalt

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGE_FOLDERS = ("basalt", "sql_templates")
RELEASE = f"basalt-{basalt.__version__}"


def output_of(*command: str) -> str:
    """Run a command in the checkout and return what it prints; fails with its error output."""
    ran = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)} failed in {CHECKOUT}:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}"
    return ran.stdout


def tracked(*folders: str) -> set[str]:
    """Return the files that git tracks in folders of the checkout; fails where there is no git repository."""
    found = set(filter(None, output_of("git", "ls-files", "-z", "--", *folders).split("\0")))
    assert found, f"git tracks nothing in {', '.join(folders)} of {CHECKOUT}; is it a git repository of its own?"
    return found


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the sdist, and the wheel from it, with the tools that are installed: no index is asked."""
    folder = tmp_path_factory.mktemp("dist")
    output_of(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(CHECKOUT))
    return folder


@pytest.fixture(scope="module")
def wheel(dist: Path) -> Path:
    """The wheel that was built."""
    (path,) = dist.glob("*.whl")
    return path


def in_the_wheel(path: str) -> str:
    """Return where a file of the checkout stands in the wheel."""
    return path if path.startswith("basalt/") else f"basalt/{path}"


def test_only_the_release_is_built(dist: Path) -> None:
    assert sorted(path.name for path in dist.iterdir()) == [f"{RELEASE}-py3-none-any.whl", f"{RELEASE}.tar.gz"]


def test_the_wheel_holds_what_git_tracks_and_nothing_else(wheel: Path) -> None:
    files = set(zipfile.ZipFile(wheel).namelist())
    information = {name for name in files if name.startswith(f"{RELEASE}.dist-info/")}
    assert files - information == {in_the_wheel(path) for path in tracked(*PACKAGE_FOLDERS)}
    assert {name.split("/", 1)[1] for name in information} == {
        "METADATA",
        "RECORD",
        "WHEEL",
        "entry_points.txt",
        "licenses/LICENSE",
    }


def test_the_files_in_the_wheel_are_those_of_the_checkout(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for path in tracked(*PACKAGE_FOLDERS):
            assert archive.read(in_the_wheel(path)) == (CHECKOUT / path).read_bytes(), path


def test_the_wheel_gives_the_command(wheel: Path) -> None:
    entry_points = zipfile.ZipFile(wheel).read(f"{RELEASE}.dist-info/entry_points.txt").decode()
    assert entry_points.split("\n") == ["[console_scripts]", "basalt = basalt.cli.main:main", ""]


def test_the_sdist_holds_what_the_wheel_is_built_from(dist: Path) -> None:
    with tarfile.open(dist / f"{RELEASE}.tar.gz") as archive:
        files = {member.name.removeprefix(f"{RELEASE}/") for member in archive if member.isfile()}
    assert {path for path in files if path.startswith(("basalt/", "sql_templates/"))} == tracked(*PACKAGE_FOLDERS)
    assert tracked("tests") | {"README.md", "LICENSE", "Makefile", "pyproject.toml", "PKG-INFO"} <= files


COMPILE = """
import json, os, sys

checkout, folder = sys.argv[1:]
sys.path[:] = [each for each in sys.path if os.path.realpath(each or os.curdir) != checkout]
sources = tuple(os.path.join(checkout, each, "") for each in ("basalt", "sql_templates"))
seen = []
sys.addaudithook(lambda event, arguments: event == "open" and seen.append(str(arguments[0])))

import basalt

compiled = [basalt.compile(config, schemas=schemas).to_json() for config, schemas in json.load(sys.stdin)]
files = [module.__file__ for name, module in sys.modules.items() if name.split(".")[0] == "basalt"]
assert len(files) > 40, files
assert [each for each in files if not each.startswith(os.path.join(folder, "basalt", ""))] == []
assert [each for each in seen if each.startswith(sources)] == []
assert [each for each in seen if each.startswith(os.path.join(folder, "basalt", "sql_templates", ""))]
json.dump({"file": basalt.__file__, "compiled": compiled}, sys.stdout)
"""
"""Compiles pipelines, and sees that neither a module nor a template comes from the checkout."""


def pipeline_of(case: GoldenCase) -> tuple[Any, Any]:
    """Return the pipeline of a golden case and its schemas, as JSON has them."""
    config = yaml.safe_load((case.folder / "pipeline.yaml").read_text(encoding="utf-8"))
    schemas = case.folder / "schemas.json"
    dated = {name: str(value) for name, value in config.items() if name in {"START_DATE", "END_DATE"}}
    return config | dated, json.loads(schemas.read_text(encoding="utf-8")) if schemas.exists() else {}


def test_the_wheel_compiles_what_the_checkout_compiles(wheel: Path, tmp_path: Path) -> None:
    folder, elsewhere = (tmp_path / "unzipped").resolve(), tmp_path / "elsewhere"
    elsewhere.mkdir()
    shutil.unpack_archive(wheel, folder, "zip")
    pipelines = [pipeline_of(case) for case in golden_cases()]
    ran = subprocess.run(
        [sys.executable, "-c", COMPILE, str(CHECKOUT), str(folder)],
        input=json.dumps(pipelines),
        cwd=elsewhere,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert Path(told["file"]) == folder / "basalt" / "__init__.py"
    assert told["compiled"] == [basalt.compile(config, schemas=schemas).to_json() for config, schemas in pipelines]
