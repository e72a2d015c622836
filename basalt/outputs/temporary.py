"""Temporary folders that outlive neither their process nor, by much, one that was killed."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import uuid
from contextlib import suppress
from pathlib import Path

_PREFIX = "basalt-"
_LOCK = "lock"


class TemporaryFolder:
    """A folder that is made when it is first needed, and removed when it is asked to be or when the process ends.

    Making one also removes those that processes left which were killed.
    """

    def __init__(self) -> None:
        self._path: Path | None = None
        self._lock = -1

    def new(self, name: str) -> Path:
        """Return the path of a new file."""
        if self._path is None:
            _remove_left_over()
            self._path, self._lock = _locked_folder()
            atexit.register(self.remove)
        return self._path / f"{uuid.uuid4().hex}-{name}"

    def remove(self) -> None:
        """Remove the folder with all files in it."""
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
            os.close(self._lock)
            self._path = None
            atexit.unregister(self.remove)


def _locked_folder() -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(prefix=_PREFIX))
        try:
            descriptor = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:  # taken for one that was left, between the two steps
            continue
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if (path / _LOCK).exists():
            return path, descriptor
        os.close(descriptor)


def _remove_left_over() -> None:
    """Remove the folders whose process is gone: nobody holds their lock."""
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):  # another user's, or removed by another process just now
            _remove_unless_held(path)


def _remove_unless_held(path: Path) -> None:
    try:
        descriptor = os.open(path / _LOCK, os.O_RDWR)
    except FileNotFoundError:
        path.rmdir()  # only an empty one: its process was killed before it could lock it
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(descriptor)
