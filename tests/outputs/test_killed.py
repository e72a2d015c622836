"""An output whose run is killed, or whose disk is full, is what it was before, or what it was to be."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bars import bars, in_order, write
from readers import KINDS, left_over

from basalt.errors import OutputError
from basalt.outputs.temporary import TemporaryFolder

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
TRIALS = 200
ON_DISK = ["file", "arrow", "folder", "folder by venue", "delta", "sqlite"]


@pytest.mark.parametrize("kind", KINDS)
def test_killed_at_random_moments(tmp_path: Path, kind: str) -> None:
    trials = -(-TRIALS // len(KINDS))
    ran = subprocess.run(
        [sys.executable, str(HERE / "killed.py"), str(tmp_path), str(trials), kind],
        env={**os.environ, "PYTHONPATH": f"{HERE}:{HERE.parents[1]}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    deaths, landed = (int(count) for count in ran.stdout.removeprefix(f"{kind}: ").split())
    assert deaths >= trials // 2, "most runs were killed, and not done before"
    assert landed < trials, "some died before their rows were there"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte; where none may be mounted, a folder of the one there is."""
    mount, unmount = shutil.which("mount"), shutil.which("umount")
    if mount is None or unmount is None:
        yield tmp_path
        return
    options = ["-t", "tmpfs", "-o", "size=1m", "tmpfs", str(tmp_path)]
    mounted = subprocess.run([mount, *options], capture_output=True, check=False)
    yield tmp_path
    if mounted.returncode == 0:
        subprocess.run([unmount, "--lazy", tmp_path], check=True)


@contextlib.contextmanager
def filled_up(folder: Path, room: int) -> Iterator[None]:
    """Leave room for so many bytes: on a small disk by a file, else by a limit on the size of files."""
    disk = os.statvfs(folder)
    if disk.f_blocks * disk.f_frsize > 2**20:
        with files_up_to(room):
            yield
        return
    filler = folder / "filler"
    filler.write_bytes(bytes(max(0, disk.f_bavail * disk.f_frsize - room)))
    yield
    filler.unlink()


@contextlib.contextmanager
def files_up_to(size: int) -> Iterator[None]:
    """Have no file grow larger; a system without room tells a program the same way."""
    before, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (before, hard))
        signal.signal(signal.SIGXFSZ, ignored)


@pytest.mark.parametrize("kind", ON_DISK)
def test_a_full_disk_leaves_the_old_rows(small_disk: Path, kind: str) -> None:
    target, rows = KINDS[kind].target(small_disk), KINDS[kind].rows
    old = bars(0, 2, 0, 400)
    write(target, 0, 2, old)
    refusals = []
    for room in (0, 300, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000):
        new = bars(0, 2, room + 1, 400)
        with filled_up(small_disk, room):
            try:
                write(target, 0, 2, new)
            except OutputError as error:
                refusals.append(str(error))
            else:
                old = new
            assert rows(small_disk) == in_order(old)
            assert left_over(small_disk) == []
    assert len(refusals) > 1
    assert all("make room" in each for each in refusals)
    write(target, 0, 2, bars(0, 2, 1, 400))
    assert rows(small_disk) == in_order(bars(0, 2, 1, 400))
    assert left_over(small_disk) == []


def test_temporary_files_of_a_killed_run_are_removed_by_the_next_and_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    program = """
import os, signal, sys, tempfile
tempfile.tempdir = sys.argv[1]
from basalt.outputs.temporary import TemporaryFolder
TemporaryFolder().new("part").write_text("rows")
os.kill(os.getpid(), signal.SIGKILL)
"""
    environment = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    ran = subprocess.run([sys.executable, "-c", program, str(tmp_path)], env=environment, check=False)
    assert ran.returncode == -signal.SIGKILL
    assert len(list(tmp_path.rglob("*-part"))) == 1
    (tmp_path / "basalt-of-somebody-else").mkdir()
    (tmp_path / "basalt-of-somebody-else" / "notes").touch()
    mine, another = TemporaryFolder(), TemporaryFolder()
    mine.new("mine").write_text("rows")
    another.new("another").write_text("rows")
    kept = sorted(path.name.rpartition("-")[2] for path in tmp_path.rglob("*") if path.is_file())
    assert kept == ["another", "lock", "lock", "mine", "notes"]
    mine.remove()
    another.remove()
    assert [path.name for path in tmp_path.iterdir()] == ["basalt-of-somebody-else"]
