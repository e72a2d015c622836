"""At every step of a run its output holds all of the old rows or all of the new ones, for whoever reads it then."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from bars import bars, in_order, write
from readers import KINDS

from basalt.outputs.exchange import exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WATCHING: list[Callable[[], None]] = []


def _hook(event: str, _: object) -> None:
    if _WATCHING and (event == "open" or event.startswith(("os.", "shutil.", "ctypes."))):
        watch = _WATCHING.pop()  # what the look itself opens is no step
        watch()
        _WATCHING.append(watch)


sys.addaudithook(_hook)


@contextmanager
def before_every_step(watch: Callable[[], None]) -> Iterator[None]:
    """Call something whenever a file is about to be opened, renamed, linked or removed."""
    _WATCHING.append(watch)
    try:
        yield
    finally:
        _WATCHING.clear()


def can_exchange(folder: Path) -> bool:
    for name in ("one", "other"):
        (folder / name).mkdir(parents=True)
    return exchange(folder / "one", folder / "other")


@pytest.mark.parametrize("kind", ["file", "arrow", "folder", "folder by venue", "delta", "delta, appended"])
def test_a_reader_finds_the_old_rows_or_the_new_ones(tmp_path: Path, kind: str) -> None:
    if "folder" in kind and not can_exchange(tmp_path / "probe"):
        pytest.skip("the file system does not exchange two folders in one step")
    target, rows = KINDS[kind].target(tmp_path), KINDS[kind].rows
    write(target, 0, 1, bars(0, 1, 1), 1)
    seen = []

    def look() -> None:
        try:
            found = rows(tmp_path)
        except (OSError, pa.ArrowException) as error:
            seen.append(repr(error))
            return
        known = {1: in_order(bars(0, 1, 1)), 2: in_order(bars(0, 1, 2))}
        seen.append(next((f"run {run}" for run, each in known.items() if each == found), f"{len(found)} rows"))

    with before_every_step(look):
        write(target, 0, 1, bars(0, 1, 2), 2)
    assert list(dict.fromkeys(seen)) == ["run 1", "run 2"]
    assert seen == sorted(seen)


@pytest.mark.parametrize("kind", ["file", "arrow", "folder", "folder by venue"])
def test_a_reader_who_has_the_old_files_open_reads_them_to_their_end(tmp_path: Path, kind: str) -> None:
    target = KINDS[kind].target(tmp_path / "out")
    write(target, 0, 1, bars(0, 1, 1), 1)
    for number, path in enumerate(sorted((tmp_path / "out" / "bars").rglob("*.*"))):
        if path.is_file():
            os.link(path, tmp_path / f"{number}")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    write(target, 0, 1, bars(0, 1, 2), 2)
    assert before
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_the_file_that_was_written_aside_is_the_one_that_appears(tmp_path: Path) -> None:
    """A copy would be there in part for a while."""
    target = KINDS["file"].target(tmp_path)
    written = []

    def look() -> None:
        written.extend(
            path.stat().st_ino for path in tmp_path.rglob("*.part") if path.suffixes[-2:] == [".parquet", ".part"]
        )

    with before_every_step(look):
        write(target, 0, 1, bars(0, 1, 1), 1)
    (path,) = (tmp_path / "bars").glob("*.parquet")
    assert path.stat().st_ino in written
    assert pq.read_metadata(path).num_rows == 80
