"""Files of a folder that are written side by side."""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from pathlib import Path, PurePosixPath

import pyarrow as pa

from basalt.outputs.file_formats import FileFormat, Writer

_MOST = 64
"""How many files are open at a time; each holds a row group in memory."""


class OpenFiles:
    """Writes rows to files below a folder, one for each folder named; another one when it was closed to make room.

    ``pattern`` names a file by its number in its folder. Files under way end in ``.part``.
    """

    def __init__(self, folder: Path, file_format: FileFormat, pattern: str) -> None:
        self._folder, self._format, self._pattern = folder, file_format, pattern
        self._open: dict[PurePosixPath, tuple[Path, Writer]] = {}
        self._count: Counter[PurePosixPath] = Counter()
        self._names: list[str] = []

    def append(self, folder: PurePosixPath, rows: pa.Table) -> None:
        """Add rows to the file of a folder."""
        path, writer = self._open.pop(folder) if folder in self._open else self._begun(folder, rows.schema)
        self._open[folder] = path, writer  # the last one used stands last
        for batch in rows.to_batches():
            writer.write_batch(batch)

    def close(self) -> list[str]:
        """Write the ends of all files, and return their names without ``.part``, counted from the folder."""
        while self._open:
            self._close_oldest()
        return self._names

    def discard(self) -> None:
        """Let go of all files; what failed has been told already."""
        while self._open:
            with suppress(OSError, pa.ArrowException):
                self._close_oldest()

    def _begun(self, folder: PurePosixPath, schema: pa.Schema) -> tuple[Path, Writer]:
        if len(self._open) >= _MOST:
            self._close_oldest()
        name = (folder / self._pattern.format(self._count[folder])).as_posix()
        self._count[folder] += 1
        path = self._folder / f"{name}.part"
        path.parent.mkdir(parents=True, exist_ok=True)
        self._names.append(name)
        return path, self._format.open(path, schema)

    def _close_oldest(self) -> None:
        path, writer = self._open.pop(next(iter(self._open)))
        writer.close()
        with path.open("rb") as file:
            os.fsync(file.fileno())
