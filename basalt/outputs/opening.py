"""Makes the output of a pass from its target."""

from __future__ import annotations

from basalt.configuration import AnalyticsConfig, ArrowTarget, OutputTarget, ParquetTarget
from basalt.configuration.days import Days
from basalt.outputs.file_formats import format_of
from basalt.outputs.output import Output
from basalt.outputs.partitioned import PartitionedFolder
from basalt.outputs.partitions import Partitioning
from basalt.outputs.paths import OutputPath
from basalt.outputs.shape import PassShape
from basalt.outputs.single_file import SingleFile


def output_of(target: OutputTarget, shape: PassShape, config: AnalyticsConfig) -> Output:
    """Return the output of a pass; nothing is opened yet.

    Raises BindingError when the target does not fit the pass.
    """
    days = Days(config.START_DATE, config.END_DATE)
    if isinstance(target, (ParquetTarget, ArrowTarget)) and "://" not in target.path_template:
        return _files(target, shape, OutputPath.of(target.path_template, shape.name, config), days)
    message = f"a target of type {target.type} cannot be written there"
    raise shape.refuse(message)


def _files(target: ParquetTarget | ArrowTarget, shape: PassShape, paths: OutputPath, days: Days) -> Output:
    shape.check_columns(target.sort_by, "sort_by")
    sort_by = tuple(target.sort_by)
    if isinstance(target, ParquetTarget) and target.partition_by:
        partitioning = Partitioning.of(shape, tuple(target.partition_by))
        return PartitionedFolder(paths, days, format_of(target), partitioning, sort_by)
    return SingleFile(paths, days, format_of(target), sort_by)
