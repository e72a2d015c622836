"""How a table of ``TABLES`` is read in SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from basalt.compiler.model import CompiledSource
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.configuration import TableConfig
from basalt.configuration.tables import FileFormat
from basalt.errors import ConfigurationError

_READERS: dict[FileFormat, str] = {"parquet": "read_parquet", "csv": "read_csv"}
_OPTIONS: dict[FileFormat, Fragment] = {"csv": Fragment("sample_size = -1, files_to_sniff = -1")}
"""All of a CSV is looked at for its types: by its first rows a column is whole numbers, and 10.75 further on is 11."""
_ENDINGS: dict[str, FileFormat] = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv"}
_COMPRESSED = {".gz", ".zst"}
_PART = r'(?:"(?:[^"]|"")+"|[^."]+)'
_NAME = re.compile(rf"{_PART}(?:\.{_PART}){{0,2}}")
_NAME_PART = re.compile(r'"((?:[^"]|"")+)"|([^."]+)')
_TAKEN = frozenset(("main", "memory", "system", "temp"))
"""Names that databases of DuckDB's own have."""


def relation(name: str, table: TableConfig | None, aliases: dict[str, str]) -> Sql:
    """Return what stands after FROM for a table: a file reader, a table of a database, or a name on the connection.

    ``aliases`` names attached databases by path. Raises ConfigurationError when the file format is not known, or the
    name of a table is not one.
    """
    if table is None:
        return Identifier(name)
    if table.path:
        return _files(name, table)
    if table.table is not None:
        return Identifier(*([aliases[table.database]] if table.database else []), *_parts(name, table.table))
    return Identifier(memory_name(name))


def compiled_sources(tables: Mapping[str, TableConfig], names: Iterable[str]) -> dict[str, CompiledSource]:
    """Return how each of some tables is read. Raises ConfigurationError as ``relation``."""
    aliases = database_aliases(tables.values())
    return {name: _source(name, tables.get(name), aliases) for name in names}


def _source(name: str, table: TableConfig | None, aliases: dict[str, str]) -> CompiledSource:
    database = table.database if table else None
    return CompiledSource(
        relation=relation(name, table, aliases).text,
        is_files=table is not None and bool(table.path),
        database=database,
        alias=aliases[database] if database else None,
        is_in_memory=table is not None and table.data is not None,
    )


def _parts(name: str, table: str) -> list[str]:
    """Return the catalog, schema and table that a qualified name consists of, as many as it has."""
    if not _NAME.fullmatch(table):
        message = f"{table!r} is not the name of a table"
        hint = 'write table, schema.table or catalog.schema.table; a part with a dot or a quote in it as "..."'
        raise ConfigurationError(message, place=f"TABLES.{name}.table", suggestion=hint)
    return [quoted.replace('""', '"') or plain for quoted, plain in _NAME_PART.findall(table)]


def memory_name(table: str) -> str:
    """Return the name under which data in memory is registered."""
    return f"{table}__source"


def database_aliases(tables: Iterable[TableConfig]) -> dict[str, str]:
    """Return a distinct name for each database file, made from the file's own."""
    aliases: dict[str, str] = {}
    for path in (table.database for table in tables if table.database):
        if path not in aliases:
            stem = PurePosixPath(path.replace("\\", "/")).name.split(".")[0] or "database"
            taken = _TAKEN.union(alias.casefold() for alias in aliases.values())
            candidates = (stem if number == 1 else f"{stem}_{number}" for number in range(1, len(taken) + 2))
            aliases[path] = next(candidate for candidate in candidates if candidate.casefold() not in taken)
    return aliases


def format_of(name: str, table: TableConfig) -> FileFormat:
    """Return the format of a table's files. Raises ConfigurationError when it is not known, or not one."""
    formats = {table.format or _format_of(name, path) for path in table.path}
    if len(formats) > 1:
        message = "the paths are of several formats; a table is one format"
        raise ConfigurationError(message, place=f"TABLES.{name}.path")
    return formats.pop()


def _files(name: str, table: TableConfig) -> Fragment:
    format_ = format_of(name, table)
    paths = [Literal(path) for path in table.path]
    files = paths[0] if len(paths) == 1 else compose("[{}]", join(paths))
    options = [_OPTIONS[format_]] if format_ in _OPTIONS else []
    if table.hive_partitioning is not None:
        options.append(compose("hive_partitioning = {}", Literal(table.hive_partitioning)))
    return compose(_READERS[format_] + "({})", join([files, *options]))


def _format_of(name: str, path: str) -> FileFormat:
    suffixes = [suffix.lower() for suffix in PurePosixPath(path).suffixes]
    known = [suffix for suffix in suffixes if suffix not in _COMPRESSED]
    if known and known[-1] in _ENDINGS:
        return _ENDINGS[known[-1]]
    message = f"the format of {path!r} cannot be read off its name"
    raise ConfigurationError(message, place=f"TABLES.{name}.format", suggestion="set format to parquet or csv")
