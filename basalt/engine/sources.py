"""Binds a connection to the source tables: attaches databases, registers data in memory, reads schemas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb

from basalt.compiler.binder import Schema
from basalt.compiler.model import CompiledPipeline
from basalt.compiler.relations import database_aliases, memory_name, relation
from basalt.compiler.sql import Identifier, Literal, Sql
from basalt.configuration import AnalyticsConfig, TableConfig
from basalt.engine.unreadable import told_with_file
from basalt.errors import BindingError, Problem, SourceNotFoundError


def bind_connection(
    connection: duckdb.DuckDBPyConnection, config: AnalyticsConfig, names: Iterable[str]
) -> dict[str, dict[str, str]]:
    """Make the tables readable on a connection and return their schemas: column to DuckDB type, by table.

    A table without an entry in ``TABLES`` is one of that name on the connection; when there is none it has no schema.
    Raises SourceNotFoundError when a source cannot be read.
    """
    aliases = database_aliases(config.TABLES.values())
    present = {name.casefold() for name in tables_on(connection)}
    schemas: dict[str, dict[str, str]] = {}
    for name in names:
        table = config.TABLES.get(name)
        if table is not None:
            _prepare(connection, name, table, aliases)
        elif name.casefold() not in present:
            continue
        schemas[name] = _schema(connection, name, table, relation(name, table, aliases))
    return schemas


def _prepare(connection: duckdb.DuckDBPyConnection, name: str, table: TableConfig, aliases: dict[str, str]) -> None:
    if table.database is not None:
        _attach(connection, name, table.database, aliases[table.database])
    if table.data is not None:
        _register(connection, name, table.data)


def _attach(connection: duckdb.DuckDBPyConnection, name: str, path: str, alias: str) -> None:
    attached = connection.execute("SELECT path FROM duckdb_databases() WHERE database_name = ?", [alias]).fetchall()
    if attached:
        return
    try:
        connection.execute(f"ATTACH {Literal(path)} AS {Identifier(alias)} (READ_ONLY)")
    except duckdb.Error as error:
        message = f"database {path} cannot be opened: {_first_line(error)}"
        raise SourceNotFoundError(message, place=f"TABLES.{name}.database") from None


def _register(connection: duckdb.DuckDBPyConnection, name: str, data: Any) -> None:  # noqa: ANN401 - any frame
    if isinstance(data, duckdb.DuckDBPyRelation):
        data = _readable_relation(connection, data)
    elif hasattr(data, "collect") and hasattr(data, "collect_schema"):
        data = data.collect()  # a Polars LazyFrame
    elif hasattr(data, "read_all"):
        data = data.read_all()  # a stream can be read once, a pass may be read often
    try:
        connection.register(memory_name(name), data)
    except (duckdb.Error, TypeError) as error:
        message = f"data of type {type(data).__name__} cannot be read: {_first_line(error)}"
        hint = "give an Arrow table, a pandas or Polars frame, or a DuckDB relation"
        raise BindingError(message, place=f"TABLES.{name}.data", suggestion=hint) from None


def _readable_relation(connection: duckdb.DuckDBPyConnection, data: duckdb.DuckDBPyRelation) -> Any:  # noqa: ANN401 - either kind
    """Return a relation of this connection as it is, one of another connection as an Arrow table."""
    try:
        connection.register("basalt_probe", data)
    except duckdb.InvalidInputException:
        return data.to_arrow_table()
    connection.unregister("basalt_probe")
    return data


def tables_on(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """Return the names of the tables and views that a connection reads without qualification."""
    query = """
        SELECT table_name FROM information_schema.tables
        WHERE list_contains(current_schemas(true), table_schema)
          AND table_catalog IN (current_database(), 'temp')
        ORDER BY ALL
    """
    return tuple(dict.fromkeys(str(row[0]) for row in connection.execute(query).fetchall()))


def check_sources(compiled: CompiledPipeline, schemas: Mapping[str, Schema]) -> None:
    """Raise SourceNotFoundError where passes read tables that were only assumed."""
    missing = {table: name for name, each in compiled.passes.items() for table in each.tables if table not in schemas}
    if missing:
        raise SourceNotFoundError(
            Problem(f"pass {name} reads table {table!r}, which has no source", f"TABLES.{table}", "say where it is")
            for table, name in missing.items()
        )


def _schema(connection: duckdb.DuckDBPyConnection, name: str, table: TableConfig | None, source: Sql) -> dict[str, str]:
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
    except duckdb.Error as error:
        where = "path" if table is not None and table.path else "table"
        paths = [] if table is None else table.path
        message = f"table {name} cannot be read: {told_with_file(connection, error, paths)}"
        raise SourceNotFoundError(message, place=f"TABLES.{name}.{where}") from None
    return {str(row[0]): str(row[1]) for row in rows}


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
