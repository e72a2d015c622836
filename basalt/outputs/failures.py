"""Says which output could not be written or read, and why."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from basalt.errors import OutputError

_MAKE_ROOM = "make room there, or write elsewhere"
_TOLD_FULL = ("No space left", "File too large", "disk is full", "Disk quota exceeded")
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def writing_to(place: str) -> Iterator[None]:
    """Raise what goes wrong with files in the block as an OutputError that names the place."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        message = f"cannot write {place}: {_reason(error)}"
        full = getattr(error, "errno", None) in _FULL
        raise OutputError(message, place=place, suggestion=_MAKE_ROOM if full else room_hint(str(error))) from error


@contextmanager
def reading_from(place: str) -> Iterator[None]:
    """Raise what goes wrong with files in the block as an OutputError that names the place."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        message = f"cannot read {place}: {_reason(error)}"
        raise OutputError(message, place=place) from error


def room_hint(reason: str) -> str:
    """Return what to do where a reason tells of a full disk; nothing for another one."""
    return _MAKE_ROOM if any(each in reason for each in _TOLD_FULL) else ""


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).splitlines()[0]
