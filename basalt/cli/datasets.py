"""What a pipeline reads and writes, as far as can be told without running it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from basalt.cli.default_output import with_default_output
from basalt.compiler.binding import tables_read
from basalt.configuration import AnalyticsConfig, PassConfig, TableConfig
from basalt.outputs.overview import overview

Kind = Literal["files", "table", "memory", "none"]


@dataclass(frozen=True)
class Source:
    """A table that passes read: files, a table of a database, data of the pipeline file, or nothing yet."""

    name: str
    kind: Kind
    places: tuple[str, ...]


@dataclass(frozen=True)
class Result:
    """A pass and one of its outputs; ``kind`` and ``place`` are None for a pass that is not written.

    ``rows`` and ``written`` (UTC) are None where nothing was written, or where that is not told without opening a
    database; ``rows`` also where a file is not Parquet.
    """

    name: str
    kind: str | None
    place: str | None
    rows: int | None = None
    written: datetime | None = None

    @property
    def exists(self) -> bool:
        """Whether it is there."""
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
        tuple(result for each in config.PASSES for result in _results(each, config)),
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


def _results(each: PassConfig, config: AnalyticsConfig) -> Iterator[Result]:
    main = each.output or config.OUTPUT_TARGET
    targets = ([main] if main else []) + each.extra_outputs
    if not targets:
        yield Result(each.name, None, None)
    for target in targets:
        found = overview(target, each.name, config)
        yield Result(each.name, target.type, found.place, found.rows, found.written)
