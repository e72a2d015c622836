"""Says which output could not be written or read, and why."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa

from basalt.errors import OutputError

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def writing_to(place: str) -> Iterator[None]:
    """Raise what goes wrong with files in the block as an OutputError that names the place."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        message = f"cannot write {place}: {_reason(error)}"
        hint = "make room there, or write elsewhere" if _is_full(error) else ""
        raise OutputError(message, place=place, suggestion=hint) from error


@contextmanager
def reading_from(place: str) -> Iterator[None]:
    """Raise what goes wrong with files in the block as an OutputError that names the place."""
    try:
        yield
    except (OSError, pa.ArrowException) as error:
        message = f"cannot read {place}: {_reason(error)}"
        raise OutputError(message, place=place) from error


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error).splitlines()[0]


def _is_full(error: Exception) -> bool:
    return getattr(error, "errno", None) in _FULL or "No space left" in str(error)
