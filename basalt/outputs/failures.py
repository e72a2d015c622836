"""Says which output could not be written, and why."""

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
        reason = getattr(error, "strerror", None) or str(error).splitlines()[0]
        message = f"cannot write {place}: {reason}"
        hint = "make room there, or write elsewhere" if _is_full(error) else ""
        raise OutputError(message, place=place, suggestion=hint) from error


def _is_full(error: Exception) -> bool:
    return getattr(error, "errno", None) in _FULL or "No space left" in str(error)
