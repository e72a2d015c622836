"""Temporary files that hold the parts of a pass."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from pathlib import Path


class PartsFolder:
    """A folder that is made when it is first needed, and removed when it is asked to be or when the process ends."""

    def __init__(self) -> None:
        self._path: Path | None = None

    def new(self, name: str) -> Path:
        """Return the path of a new file."""
        if self._path is None:
            self._path = Path(tempfile.mkdtemp(prefix="basalt-"))
            atexit.register(self.remove)
        return self._path / f"{uuid.uuid4().hex}-{name}"

    def remove(self) -> None:
        """Remove the folder with all files in it."""
        if self._path is not None:
            shutil.rmtree(self._path, ignore_errors=True)
            self._path = None
            atexit.unregister(self.remove)
