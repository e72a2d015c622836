"""What the rows of a pass are computed from: its files, and what tells whether one has changed."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb

from basalt.compiler.events import EventTable
from basalt.compiler.model import CompiledPipeline
from basalt.compiler.sql import Literal
from basalt.configuration import AnalyticsConfig
from basalt.configuration.days import Days
from basalt.engine.row_groups import RowGroups
from basalt.errors import SourceNotFoundError

Stamps = Mapping[str, str]
"""File to what changes when it does: its size, and when it was changed. A table that is no file has a stamp of its own
each time, as nothing tells whether it has changed."""


class Inputs:
    """The inputs of a pipeline, as they are when they are first asked for."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, config: AnalyticsConfig, row_groups: RowGroups) -> None:
        self._connection = connection
        self._config = config
        self._row_groups = row_groups
        self._stamps: dict[str, Stamps] = {}

    def all_of(self, compiled: CompiledPipeline, name: str) -> Stamps:
        """Return the stamps of everything that a pass may be computed from, on any day."""
        return dict(each for table in self._tables(compiled, name) for each in self._table(table).items())

    def of(self, compiled: CompiledPipeline, name: str, days: Days) -> Stamps:
        """Return the stamps of what a pass is computed from for some days.

        Of tables of events in Parquet these are the files that tell of the days; of all others every file.
        """
        found: dict[str, str] = {}
        for table in self._tables(compiled, name):
            stamps = self._table(table)
            needed = self._files(compiled, name, table, days)
            found |= stamps if needed is None else {file: stamps[file] for file in sorted(needed)}
        return found

    def _tables(self, compiled: CompiledPipeline, name: str) -> Iterator[str]:
        yield from dict.fromkeys(table for each in compiled.closure(name) for table in compiled.passes[each].tables)

    def _files(self, compiled: CompiledPipeline, name: str, table: str, days: Days) -> set[str] | None:
        """Return the files of a table that tell of the days; None where all may."""
        reads = [compiled.passes[each] for each in compiled.closure(name) if table in compiled.passes[each].tables]
        files: set[str] = set()
        for each in reads:
            events = [found for found in each.events if found.table == table]
            if not events or not all(self._row_groups.of(found, self._config) for found in events):
                return None
            files |= {file for found in events for file in self._reaching(found, days)}
        return files

    def _reaching(self, events: EventTable, days: Days) -> Iterator[str]:
        for group in self._row_groups.of(events, self._config):
            if group.reaches(days.first, days.last, events.margin):
                yield group.file

    def _table(self, name: str) -> Stamps:
        if name not in self._stamps:
            self._stamps[name] = self._read(name)
        return self._stamps[name]

    def _read(self, name: str) -> Stamps:
        table = self._config.TABLES.get(name)
        if table is not None and table.path:
            return dict(stamp for path in table.path for stamp in self._stamped(name, path))
        if table is not None and table.database is not None:
            return {table.database: _stat(Path(table.database))}
        return {f"table {name}": f"read {uuid.uuid4().hex}"}

    def _stamped(self, name: str, path: str) -> list[tuple[str, str]]:
        try:
            if "://" not in path:
                files = self._connection.execute(f"SELECT file FROM glob({Literal(path)})").fetchall()
                return [(file, _stat(Path(file))) for (file,) in files]
            query = f"SELECT filename, size, last_modified FROM read_blob({Literal(path)})"
            files = self._connection.execute(query).fetchall()
        except (duckdb.Error, OSError) as error:
            message = f"{path} cannot be looked at: {str(error).splitlines()[0]}"
            raise SourceNotFoundError(message, place=f"TABLES.{name}.path") from error
        return [(file, f"{size} bytes, changed {changed}") for file, size, changed in files]


def _stat(path: Path) -> str:
    stat = path.stat()
    return f"{stat.st_size} bytes, changed {stat.st_mtime_ns}"
