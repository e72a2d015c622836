"""What stands in the place of a target, as far as can be told without opening a database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from basalt.configuration import AnalyticsConfig, DuckDBTarget, OutputTarget, ParquetTarget, SqlTarget
from basalt.errors import OutputError
from basalt.outputs.paths import OutputPath, output_path
from basalt.outputs.work_area import WorkArea
from basalt.outputs.written import Written

IN_DATABASES = ("sql", "duckdb")
"""The types of targets that are tables of a database."""


@dataclass(frozen=True)
class Overview:
    """A place as a person reads it, its rows, and when they were written (UTC); None where that is not known."""

    place: str
    rows: int | None = None
    written: datetime | None = None


def overview(target: OutputTarget, pass_name: str, config: AnalyticsConfig) -> Overview:
    """Return what stands in the place of a pass's target. Raises OutputError for what may not be looked at."""
    match target:
        case SqlTarget():
            return Overview(target.url)
        case DuckDBTarget():
            return Overview(str(output_path(target.file, pass_name, config)))
    if "://" in target.path_template:
        return Overview(OutputPath.of(target.path_template, pass_name, config).template)
    path = output_path(target.path_template, pass_name, config)
    try:
        if isinstance(target, ParquetTarget) and not target.partition_by:
            return _file(path)
        paths = OutputPath.of(target.path_template, pass_name, config)
        return _recorded(path, WorkArea(Path(paths.root) / paths.state, str(path)).state.records())
    except OSError as error:
        message = f"cannot be looked at: {error.strerror or error}"
        raise OutputError(message, place=str(path)) from error


def _file(path: Path) -> Overview:
    try:
        written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (FileNotFoundError, NotADirectoryError):
        return Overview(str(path))
    return Overview(str(path), _rows(path), written)


def _rows(path: Path) -> int | None:
    """Return the rows of a Parquet file, None for a file that is none."""
    try:
        rows: int = pq.read_metadata(path).num_rows
    except pa.ArrowInvalid:
        return None
    return rows


def _recorded(path: Path, records: list[Written]) -> Overview:
    if not records or not path.exists():
        return Overview(str(path))
    counts = [each.rows for each in records]
    rows = None if None in counts else sum(count for count in counts if count is not None)
    return Overview(str(path), rows, max(each.at for each in records))
