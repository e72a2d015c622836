"""Puts a folder in the place of another in one step."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP}


def exchange(one: Path, other: Path) -> bool:
    """Give two paths of a file system each other's name, in one step; False where the system cannot."""
    function = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if sys.platform == "linux" else None
    if function is None:
        return False
    if function(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    failure = ctypes.get_errno()
    if failure in _UNSUPPORTED:
        return False
    raise OSError(failure, os.strerror(failure), str(other))


def put_in_place(new: Path, folder: Path, aside: Path) -> None:
    """Put ``new`` in the place of ``folder``, whose old content is then somewhere else.

    Where the file system cannot do it in one step the folder is moved to ``aside`` first; ``put_back`` undoes it when a
    process ends between the two.
    """
    if not folder.exists():
        new.rename(folder)
    elif not exchange(new, folder):
        folder.rename(aside)
        new.rename(folder)


def put_back(folder: Path, aside: Path) -> None:
    """Give a folder its name again that was moved aside and not replaced."""
    if aside.exists() and not folder.exists():
        aside.rename(folder)
