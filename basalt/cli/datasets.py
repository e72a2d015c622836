"""What a pipeline reads and writes, as far as can be told without running it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from basalt.cli.default_output import with_default_output
from basalt.compiler.pipeline import tables_read
from basalt.configuration import AnalyticsConfig, PassConfig, TableConfig
from basalt.errors import OutputError
from basalt.outputs.paths import output_path

Kind = Literal["files", "table", "memory", "none"]


@dataclass(frozen=True)
class Source:
    """A table that passes read: files, a table of a database, data of the pipeline file, or nothing yet."""

    name: str
    kind: Kind
    places: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A pass and its file; ``path`` is None for a pass that is not written.

    ``rows`` and ``written`` (UTC) are None where there is no file; ``rows`` also where it is not Parquet.
    """

    name: str
    path: Path | None
    rows: int | None = None
    written: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether the file is there."""
        return self.written is not None


@dataclass(frozen=True)
class Datasets:
    """The tables a pipeline names or reads, and the results of its passes, in the order configured."""

    sources: tuple[Source, ...]
    results: tuple[Result, ...]


def list_datasets(config: AnalyticsConfig, pipeline: Path) -> Datasets:
    """Return what a run of the pipeline from the command line would read and write.

    Nothing is run, and sources are not opened. Raises OutputError for a result that may not be looked at.
    """
    config = with_default_output(config, pipeline)
    names = dict.fromkeys([*config.TABLES, *tables_read(config)])
    return Datasets(
        tuple(_source(name, config.TABLES.get(name)) for name in names),
        tuple(_result(each, config) for each in config.PASSES),
    )


def _source(name: str, table: TableConfig | None) -> Source:
    if table is None:
        return Source(name, "none", ())
    if table.path:
        return Source(name, "files", tuple(table.path))
    if table.table is not None:
        place = table.table if table.database is None else f"{table.database}: {table.table}"
        return Source(name, "table", (place,))
    return Source(name, "memory", (type(table.data).__name__,))


def _result(each: PassConfig, config: AnalyticsConfig) -> Result:
    target = each.output or config.OUTPUT_TARGET
    if target is None:
        return Result(each.name, None)
    path = output_path(target, each.name, config)
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return Result(each.name, path, _rows(path), written)
    except (FileNotFoundError, NotADirectoryError):
        return Result(each.name, path)
    except OSError as error:
        message = f"cannot be looked at: {error.strerror or error}"
        raise OutputError(message, place=str(path)) from error


def _rows(path: Path) -> int | None:
    """Return the rows of a Parquet file, None for a file that is none."""
    try:
        rows: int = pq.read_metadata(path).num_rows
    except pa.ArrowInvalid:
        return None
    return rows
