"""Writes rows to one Parquet file, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from basalt.outputs.staging import staged

BATCH_ROWS = 122_880
"""Rows of a row group: enough to compress well, few enough to hold in memory."""


class ParquetFile:
    """A Parquet file under way; its schema is that of the first rows."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None

    def append(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows; with none, the file still gets its columns."""
        if self._writer is None:
            self._writer = pq.ParquetWriter(self._path, schema, compression="snappy")
        for batch in batches:
            self._writer.write_batch(batch)

    def close(self) -> None:
        """Write the end of the file."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def parquet_file(path: Path) -> Iterator[ParquetFile]:
    """Yield a file to append to; it takes the place of ``path`` when the block succeeds.

    When the block fails the old file stays as it was. Raises OutputError when the folder or the file cannot be
    written.
    """
    with staged(path) as aside:
        file = ParquetFile(aside)
        try:
            yield file
        finally:
            file.close()
