"""Rows in a temporary file, for outputs that take them all at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.ipc

from basalt.outputs.temporary import TemporaryFolder


class Spool:
    """Gathers rows; ``count`` is how many."""

    def __init__(self, name: str) -> None:
        self.count = 0
        self._folder = TemporaryFolder()
        self._path = self._folder.new(f"{name}.arrow")
        self._writer: pa.RecordBatchWriter | None = None
        self._schema = pa.schema([])

    def begin(self, schema: pa.Schema) -> None:
        """Say which columns there are; the first time counts."""
        if self._writer is None:
            self._schema = schema
            self._writer = pa.ipc.new_stream(self._path, schema)

    def append(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        assert self._writer is not None  # noqa: S101 - the columns are told first
        self._writer.write_batch(batch)
        self.count += batch.num_rows

    @contextmanager
    def reader(self) -> Iterator[pa.RecordBatchReader]:
        """Yield the rows, batch by batch."""
        if self._writer is not None:
            self._writer.close()
        with pa.OSFile(str(self._path)) as file, pa.ipc.open_stream(file) as reader:
            yield reader

    def discard(self) -> None:
        """Remove the file."""
        self._folder.remove()
