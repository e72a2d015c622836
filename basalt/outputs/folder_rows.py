"""Rows on their way to the files of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow as pa

from basalt.configuration.days import Days
from basalt.outputs.failures import writing_to
from basalt.outputs.file_formats import FileFormat
from basalt.outputs.open_files import OpenFiles
from basalt.outputs.partitions import Partitioning
from basalt.outputs.written import Origin


class FolderRows:
    """Rows under way to the files of a folder."""

    def __init__(
        self, folder: Path, file_format: FileFormat, partitioning: Partitioning, days: Days, place: str
    ) -> None:
        self.folder = folder
        self.count = 0
        self.origin: Origin | None = None
        self._partitioning, self._days, self._place = partitioning, days, place
        self._files = OpenFiles(folder, file_format, f"{days.text}.{{}}.parquet")

    def append(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:  # noqa: ARG002 - batches tell it
        """Add rows."""
        for batch in batches:
            rows = self._partitioning.with_days(batch, self._days)
            with writing_to(self._place):
                for folder, part in self._partitioning.cut(rows):
                    self._files.append(folder, part)
            self.count += batch.num_rows

    def record(self, fingerprint: Mapping[str, str], inputs: Mapping[str, str], run: str) -> None:
        """Say where the rows come from."""
        self.origin = Origin(fingerprint, inputs, run)

    def close(self) -> list[str]:
        """Write the ends of the files, and return their names without ``.part``, counted from the folder."""
        return self._files.close()

    def discard(self) -> None:
        """Let go of files that did not become whole; what failed has been told already."""
        self._files.discard()
