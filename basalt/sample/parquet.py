"""Parquet files that are the same byte for byte: no time, no path and no process in them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from basalt.sample.options import SampleOptions

_MARK = b"basalt.sample"
_NEARLY_UNIQUE = re.compile("Timestamp|ElapsedTime|SequenceNo|EventNo|TradeId")
"""Columns whose values hardly repeat: a dictionary of them costs time and saves no space."""


def write_parquet(path: Path, tables: Iterable[pa.Table], options: SampleOptions) -> int:
    """Write tables of one schema, at least one, as a file with a row group each; return the number of rows.

    The file appears under its name when it is complete. It says in its metadata which options made it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".partial")
    try:
        rows = _write(partial, tables, options)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return rows


def is_sample_file(path: Path) -> bool:
    """Tell whether a file is a Parquet file of a sample."""
    try:
        metadata = pq.read_metadata(path).metadata
    except pa.ArrowInvalid:
        return False
    return metadata is not None and _MARK in metadata


def _write(path: Path, tables: Iterable[pa.Table], options: SampleOptions) -> int:
    """Write the tables, each while the next one is made, so that at most two are in memory."""
    remaining = iter(tables)
    first = next(remaining)
    repeating = [name for name in first.column_names if not _NEARLY_UNIQUE.search(name)]
    with (
        pq.ParquetWriter(
            path, first.schema, compression="zstd", use_dictionary=repeating, store_schema=False
        ) as writer,
        ThreadPoolExecutor(max_workers=1) as background,
    ):
        writer.add_key_value_metadata({_MARK.decode(): _provenance(options)})
        rows: int = first.num_rows
        writing = background.submit(_write_row_group, writer, first)
        for table in remaining:
            writing.result()
            writing = background.submit(_write_row_group, writer, table)
            rows += table.num_rows
        writing.result()
    return rows


def _write_row_group(writer: pq.ParquetWriter, table: pa.Table) -> None:
    writer.write_table(table, row_group_size=max(table.num_rows, 1))


def _provenance(options: SampleOptions) -> str:
    return (
        f"seed {options.seed}: {options.instruments} instruments on {options.venues} venues, {options.days} days from "
        f"{options.start}, {options.trades} trades and {options.updates} updates of {options.levels} levels a day"
    )
