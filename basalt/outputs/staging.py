"""Writes a file aside and renames it when it is whole."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from basalt.errors import OutputError


@contextmanager
def staged(path: Path) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; when the block succeeds it takes the place of ``path``.

    When the block fails the staged file is removed and the old file stays as it was. Raises OutputError when the
    folder cannot be made or written.
    """
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            message = f"{path} is a folder, a file was to be written there"
            raise OutputError(message, place=str(path))
        yield aside
        _sync(aside)
        aside.replace(path)
    except OSError as error:
        message = f"cannot write {path}: {error.strerror or error}"
        raise OutputError(message, place=str(path)) from error
    finally:
        with suppress(NotADirectoryError):  # a file stands where a folder was to be made
            aside.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Have the file on disk before it takes a name that readers know."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
