"""The compile-time checker: DuckDB's own binder over empty tables."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Collection, Mapping
from types import TracebackType
from typing import Any, Self

import duckdb

from basalt.compiler.row_expressions import (
    CLOCK,
    IMPURE,
    column_names,
    functions,
    is_one_expression,
    other_than_columns,
)
from basalt.compiler.sql import Identifier, Sql, is_text

Schema = Mapping[str, str]
"""Column name to DuckDB type, in order."""


class BinderError(Exception):
    """DuckDB does not bind a statement; ``candidates`` are the names it would have known."""

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.candidates = candidates


class Binder:
    """A DuckDB with empty tables of given schemas; answers what columns and types a query has.

    It reads and writes no file and no network, and runs one statement at a time.
    """

    def __init__(self) -> None:
        self._connection = duckdb.connect(config={"enable_external_access": "false", "threads": 1})
        self._connection.execute("SET errors_as_json = true")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._connection.close()

    def declare(self, name: str, schema: Schema) -> None:
        """Create an empty table.

        Raises BinderError when a type is not one DuckDB knows.
        """
        columns = ", ".join(f"{Identifier(column)} {type_}" for column, type_ in schema.items())
        self._run(f"CREATE OR REPLACE TABLE {Identifier(name)} ({columns})")

    def declare_function(self, macro: Sql) -> None:
        """Create a macro that stands in for a function, with its name and types."""
        self._run(macro.text)

    def define(self, name: str, query: Sql) -> None:
        """Create a view over a query, so that later queries may read it by name."""
        self._run(f"CREATE OR REPLACE VIEW {Identifier(name)} AS {query}")

    def describe(self, query: Sql) -> dict[str, str]:
        """Return the columns of a query with their types.

        Raises BinderError when the query does not bind.
        """
        return {str(row[0]): str(row[1]) for row in self._run(f"DESCRIBE {query}")}

    def check_expression(self, text: str) -> None:
        """Raise BinderError for text that is not one expression, or is nested too deeply to tell.

        A query is none, nor are several expressions, nor one with something behind it, of more rows than one, or of
        columns by their place.
        """
        if not is_text(text) or not is_one_expression(self._parsed(f"SELECT\n{text}\nAS basalt_value")):
            message = "it is not one SQL expression over a row"
            raise BinderError(message)

    def check_reads(self, text: str, columns: Collection[str]) -> None:
        """Raise BinderError for an expression that reads more than some columns: the clock, the session, a table.

        What it yields would not be the same again, or tell what is none of the row.
        """
        parsed = self._parsed(f"SELECT\n{text}\nAS basalt_value")
        others = other_than_columns(parsed, columns)
        others += [f"{name}()" for name in functions(parsed) if name in _impure_functions()]
        if others:
            message = f"it reads {', '.join(dict.fromkeys(others))}, which is not a column of the row"
            raise BinderError(message)

    def columns_named(self, text: str) -> frozenset[str]:
        """Return every name in an expression that stands for a column; the parts of one with dots each."""
        return self.columns_of(f"SELECT {text}")

    def columns_of(self, query: str) -> frozenset[str]:
        """Return every name in a query that stands for a column; the parts of one with dots each."""
        return frozenset(column_names(self._parsed(query)))

    def _parsed(self, statement: str) -> dict[str, Any]:
        """Return a statement as DuckDB parses it. Raises BinderError when it is nested too deeply to be read."""
        serialised = self._connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [statement]).fetchall()[0][0]
        try:
            found: dict[str, Any] = json.loads(serialised)
        except RecursionError:
            message = "it is nested too deeply"
            raise BinderError(message) from None
        return found

    def _run(self, statement: str) -> list[tuple[object, ...]]:
        try:
            parsed = self._connection.extract_statements(statement)
            if len(parsed) != 1:
                message = "it is several statements"
                raise BinderError(message)
            return self._connection.execute(parsed[0]).fetchall()
        except duckdb.Error as error:
            raise _translated(error) from None


@functools.cache
def _impure_functions() -> frozenset[str]:
    """Return the functions whose value is not decided by their arguments, and the macros that call one."""
    query = "SELECT DISTINCT function_name, schema_name, stability, macro_definition FROM duckdb_functions()"
    with duckdb.connect(config={"enable_external_access": "false", "threads": 1}) as connection:
        found = connection.execute(query).fetchall()
    impure = {name for name, _, stability, _ in found if stability not in (None, "CONSISTENT")} | IMPURE
    calls = re.compile(rf"\b({'|'.join(sorted(impure | CLOCK))})\b", re.IGNORECASE)
    macros = {name for name, schema, _, body in found if body and (schema == "pg_catalog" or calls.search(body))}
    return frozenset(impure | macros)


def _translated(error: duckdb.Error) -> BinderError:
    """Read DuckDB's error, which is JSON where it has details."""
    try:
        details = json.loads(str(error).split(":", 1)[1] if not str(error).startswith("{") else str(error))
    except (json.JSONDecodeError, IndexError):
        return BinderError(str(error).splitlines()[0])
    offered = details.get("candidates", "") if details.get("error_subtype") == "COLUMN_NOT_FOUND" else ""
    candidates = tuple(part.strip().strip('"') for part in offered.split(",") if part.strip())
    return BinderError(str(details.get("exception_message", error)).splitlines()[0], candidates)
