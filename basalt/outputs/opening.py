"""Makes the output of a pass from its target."""

from __future__ import annotations

from pathlib import Path

from basalt.configuration import (
    AnalyticsConfig,
    ArrowTarget,
    DeltaTarget,
    DuckDBTarget,
    OutputTarget,
    ParquetTarget,
    SqlTarget,
)
from basalt.configuration.days import Days
from basalt.outputs.databases.adbc import Postgres, SQLiteFile
from basalt.outputs.databases.duckdb_file import DuckDBFile
from basalt.outputs.databases.secrets import SecretUrl
from basalt.outputs.databases.session import Database
from basalt.outputs.databases.sqlalchemy_url import SQLAlchemyDatabase
from basalt.outputs.databases.table import TableOutput
from basalt.outputs.delta import DeltaOutput
from basalt.outputs.file_formats import format_of
from basalt.outputs.object_store import SCHEME
from basalt.outputs.objects import ObjectOutput, area_of
from basalt.outputs.output import Output
from basalt.outputs.partitioned import PartitionedFolder
from basalt.outputs.partitions import Partitioning
from basalt.outputs.paths import OutputPath
from basalt.outputs.shape import PassShape
from basalt.outputs.single_file import SingleFile
from basalt.outputs.work_area import WorkArea


def output_of(target: OutputTarget, shape: PassShape, config: AnalyticsConfig) -> Output:
    """Return the output of a pass; nothing is opened yet.

    Raises BindingError when the target does not fit the pass.
    """
    match target:
        case DuckDBTarget() | SqlTarget():
            table = _filled(target.table, shape, config)
            return TableOutput.of(_database(target, shape, config), table, target.mode, shape)
        case DeltaTarget():
            paths = OutputPath.of(target.path_template, shape.name, config)
            location = paths.of_days(Days(None, None))
            is_remote = location.startswith(SCHEME)
            area = area_of(paths, location) if is_remote else WorkArea(Path(paths.root) / paths.state, location)
            return DeltaOutput.of(location, area, target, shape)
        case ParquetTarget() | ArrowTarget():
            days = Days(config.START_DATE, config.END_DATE)
            return _files(target, shape, OutputPath.of(target.path_template, shape.name, config), days)


def _database(target: DuckDBTarget | SqlTarget, shape: PassShape, config: AnalyticsConfig) -> Database:
    if isinstance(target, DuckDBTarget):
        return DuckDBFile(Path(_filled(target.file, shape, config)))
    scheme, _, rest = target.url.partition("://")
    if scheme.partition("+")[0] == "sqlite" and "." in target.table:
        message = "SQLite has no schemas"
        raise shape.refuse(message, "name a table")
    match scheme:
        case "sqlite":
            return SQLiteFile(Path(rest.removeprefix("/")))
        case "duckdb":
            return DuckDBFile(Path(rest.removeprefix("/")))
        case "postgresql" | "postgres":
            return Postgres(SecretUrl(target.url))
        case _:
            return SQLAlchemyDatabase(SecretUrl(target.url))


def _filled(template: str, shape: PassShape, config: AnalyticsConfig) -> str:
    return OutputPath.of(template, shape.name, config).of_days(Days(None, None))


def _files(target: ParquetTarget | ArrowTarget, shape: PassShape, paths: OutputPath, days: Days) -> Output:
    shape.check_columns(target.sort_by, "sort_by")
    sort_by = tuple(target.sort_by)
    by = tuple(target.partition_by) if isinstance(target, ParquetTarget) else ()
    partitioning = Partitioning.of(shape, by) if by else None
    if target.path_template.startswith(SCHEME):
        return ObjectOutput(paths, days, format_of(target), partitioning, sort_by)
    if partitioning is not None:
        return PartitionedFolder(paths, days, format_of(target), partitioning, sort_by)
    return SingleFile(paths, days, format_of(target), sort_by)
