"""Looks into the files of source tables for what would be read as something else: files that disagree about types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import duckdb

from basalt.compiler.binder import Binder, Schema
from basalt.compiler.model import CompiledPipeline
from basalt.compiler.relations import format_of, relation
from basalt.compiler.sql import Identifier, Literal, compose
from basalt.configuration import AnalyticsConfig, TableConfig
from basalt.engine.unreadable import told_with_file
from basalt.errors import BindingError, Problem

_EXACTLY_READ = {
    "SMALLINT": ("TINYINT", "UTINYINT"),
    "INTEGER": ("TINYINT", "UTINYINT", "SMALLINT", "USMALLINT"),
    "BIGINT": ("TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER"),
    "DOUBLE": ("TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "FLOAT"),
    "TIMESTAMP": ("DATE", "TIMESTAMP_S", "TIMESTAMP_MS"),
}
"""Types whose every value is one of another type."""


def check_files(
    connection: duckdb.DuckDBPyConnection,
    config: AnalyticsConfig,
    compiled: CompiledPipeline,
    schemas: Mapping[str, Schema],
) -> None:
    """See that the files of each table hold what its schema says, in the columns that passes read.

    DuckDB takes the types of a table from its first file, and reads 10.75 of another one as 11 where those are whole
    numbers. Raises BindingError with every column that would be read as something else.
    """
    tables = {name: config.TABLES[name] for name in _tables(compiled) if name in config.TABLES}
    files = {name: table for name, table in tables.items() if table.path and name in schemas}
    if not files:
        return
    read = _columns_read(compiled)
    problems = [
        problem
        for name, table in files.items()
        for problem in _problems(connection, name, table, _those_of(schemas[name], read))
    ]
    if problems:
        raise BindingError(problems)


def _tables(compiled: CompiledPipeline) -> list[str]:
    return list(dict.fromkeys(table for each in compiled.passes.values() for table in each.tables))


def _columns_read(compiled: CompiledPipeline) -> frozenset[str]:
    with Binder() as binder:
        names = frozenset().union(*(binder.columns_of(each.full_sql) for each in compiled.passes.values()))
        return frozenset(name.casefold() for name in names)


def _those_of(schema: Schema, read: frozenset[str]) -> Schema:
    return {column: type_ for column, type_ in schema.items() if column.casefold() in read}


def _problems(
    connection: duckdb.DuckDBPyConnection, name: str, table: TableConfig, columns: Schema
) -> Iterator[Problem]:
    found = _parquet_problems if format_of(name, table) == "parquet" else _csv_problems
    try:
        yield from found(connection, name, table, columns)
    except duckdb.Error as error:
        message = f"table {name} cannot be read: {told_with_file(connection, error, table.path)}"
        yield Problem(message, f"TABLES.{name}.path")


def _parquet_problems(
    connection: duckdb.DuckDBPyConnection, name: str, table: TableConfig, columns: Schema
) -> Iterator[Problem]:
    files = dict(_types_by_file(connection, table.path))
    place = f"TABLES.{name}.path"
    for column, type_ in columns.items():
        own = {file: types.get(column.casefold(), "") for file, types in files.items()}
        if set(own.values()) == {""}:
            continue  # of a folder's name, or a column of columns
        for file, found in own.items():
            if found == "":
                yield Problem(f"{file} has no column {column}, which other files of table {name} have", place)
            elif found != type_ and found not in _EXACTLY_READ.get(type_, ()):
                message = f"column {column} is {found} in {file}, in the first file of table {name} it is {type_}"
                yield Problem(message, place, "write the files with one type, or read them as two tables")


def _types_by_file(connection: duckdb.DuckDBPyConnection, paths: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each file with the types of its columns by their names without case; columns of columns are left out."""
    files = "[" + ", ".join(str(Literal(path)) for path in paths) + "]"
    query = f"""
        SELECT file_name, name, duckdb_type, coalesce(num_children, 0) FROM parquet_schema({files})
        ORDER BY file_name, column_id
    """
    for file, rows in groupby(connection.execute(query).fetchall(), key=lambda row: row[0]):
        elements = iter(rows)
        _, _, _, columns = next(elements)
        types: dict[str, str] = {}
        for _ in range(columns):
            _, column, type_, children = next(elements)
            if children == 0 and type_ is not None:
                types[column.casefold()] = type_
            _skip(elements, children)
        yield file, types


def _skip(elements: Iterator[tuple[str, str, str, int]], children: int) -> None:
    """Pass over what a nested column consists of."""
    for _ in range(children):
        _skip(elements, next(elements)[3])


def _csv_problems(
    connection: duckdb.DuckDBPyConnection, name: str, table: TableConfig, columns: Schema
) -> Iterator[Problem]:
    """Yield the columns of times that are finer than the microseconds in which DuckDB reads them from text."""
    times = [column for column, type_ in columns.items() if type_.startswith("TIMESTAMP")]
    if not times:
        return
    finer = [
        compose("bool_or(regexp_matches(CAST({} AS VARCHAR), {}))", Identifier(column), Literal(r"\.\d{6}0*[1-9]"))
        for column in times
    ]
    text = relation(name, table, {}).text.removesuffix(")") + ", all_varchar = true)"
    row = connection.execute(f"SELECT {', '.join(map(str, finer))} FROM {text}").fetchall()[0]
    for column, is_finer in zip(times, row, strict=True):
        if is_finer:
            message = f"column {column} has times finer than a microsecond, which are lost when CSV is read"
            yield Problem(
                message, f"TABLES.{name}.path", "write the table as Parquet, or the times as whole nanoseconds"
            )
