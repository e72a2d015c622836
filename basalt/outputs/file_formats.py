"""Formats of files that take rows batch by batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from basalt.configuration import ArrowTarget, ParquetTarget


class Writer(Protocol):
    """A file under way."""

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Add rows."""

    def close(self) -> None:
        """Write the end of the file."""


class FileFormat(Protocol):
    """A kind of file."""

    def open(self, path: Path, schema: pa.Schema) -> Writer:
        """Begin a file."""

    def reader_sql(self, path: str) -> str | None:
        """Return the DuckDB function call that reads a file, given as a literal; None where there is none."""


@dataclass(frozen=True)
class ParquetFormat:
    """Parquet as a target asks for it."""

    target: ParquetTarget

    def open(self, path: Path, schema: pa.Schema) -> Writer:
        """Begin a file."""
        return _ParquetWriter(path, schema, self.target)

    def reader_sql(self, path: str) -> str:
        """Return the call that reads a file."""
        return f"read_parquet({path}, hive_partitioning = false)"


class _ParquetWriter:
    """Gathers rows until a row group is full."""

    def __init__(self, path: Path, schema: pa.Schema, target: ParquetTarget) -> None:
        order = [(name, "ascending") for name in target.sort_by if name in schema.names]
        self._schema, self._size = schema, target.row_group_rows
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0
        self._writer = pq.ParquetWriter(
            path,
            schema,
            compression=target.compression,
            compression_level=target.compression_level,
            sorting_columns=pq.SortingColumn.from_ordering(schema, order, "at_end") if order else None,
        )

    def write_batch(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        self._waiting.append(batch)
        self._count += batch.num_rows
        if self._count >= self._size:
            rows = pa.Table.from_batches(self._waiting, self._schema)
            whole = rows.num_rows - rows.num_rows % self._size
            self._writer.write_table(rows.slice(0, whole), row_group_size=self._size)
            self._keep(rows.slice(whole))

    def close(self) -> None:
        """Write the rows that are left, and the end of the file."""
        try:
            if self._count:
                self._writer.write_table(pa.Table.from_batches(self._waiting, self._schema))
        finally:
            self._waiting, self._count = [], 0
            self._end()

    def _end(self) -> None:
        try:
            self._writer.close()
        finally:
            self._writer.is_open = False  # or it would try again when it is collected, and fail where nobody hears it

    def _keep(self, rows: pa.Table) -> None:
        self._waiting, self._count = rows.to_batches(), rows.num_rows


@dataclass(frozen=True)
class ArrowFormat:
    """Arrow IPC files as a target asks for them."""

    target: ArrowTarget

    def open(self, path: Path, schema: pa.Schema) -> Writer:
        """Begin a file."""
        compression = None if self.target.compression == "none" else self.target.compression
        options = pa.ipc.IpcWriteOptions(compression=compression, unify_dictionaries=True)
        writer: Writer = pa.ipc.new_file(path, schema, options=options)
        return writer

    def reader_sql(self, path: str) -> None:
        """Return None: DuckDB does not read these files by itself."""


def format_of(target: ParquetTarget | ArrowTarget) -> FileFormat:
    """Return the format of a target that is a file."""
    return ParquetFormat(target) if isinstance(target, ParquetTarget) else ArrowFormat(target)
