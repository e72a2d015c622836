"""The compile-time checker: DuckDB's own binder over empty tables."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Self

import duckdb

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

    def is_one_expression(self, text: str) -> bool:
        """Tell whether text parses as one expression over a row: not a query, not several, nothing that follows it.

        Raises BinderError when it is nested too deeply to tell.
        """
        if not is_text(text):
            return False
        statement = f"SELECT\n{text}\nAS basalt_value"
        serialised = self._connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [statement]).fetchall()[0][0]
        try:
            return _is_one_expression(json.loads(serialised))
        except RecursionError:
            message = "it is nested too deeply"
            raise BinderError(message) from None

    def columns_named(self, text: str) -> frozenset[str]:
        """Return every name in an expression that stands for a column; the parts of one with dots each."""
        serialised = self._connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [f"SELECT {text}"]).fetchall()
        return frozenset(_columns(json.loads(serialised[0][0])))

    def _run(self, statement: str) -> list[tuple[object, ...]]:
        try:
            parsed = self._connection.extract_statements(statement)
            if len(parsed) != 1:
                message = "it is several statements"
                raise BinderError(message)
            return self._connection.execute(parsed[0]).fetchall()
        except duckdb.Error as error:
            raise _translated(error) from None


_ROW_BREAKERS = {"SUBQUERY", "STAR", "WINDOW"}
"""Expressions that are not computed from one row alone."""


def _is_one_expression(parsed: dict[str, Any]) -> bool:
    """Tell whether a SELECT that was given an expression, as DuckDB parsed it, holds that expression only."""
    if parsed["error"] or len(parsed["statements"]) != 1:
        return False
    node = parsed["statements"][0]["node"]
    if node["type"] != "SELECT_NODE" or node["from_table"]["type"] != "EMPTY" or node["modifiers"]:
        return False
    clauses = (node["where_clause"], node["having"], node["qualify"], node["sample"], node["group_expressions"])
    return not any(clauses) and len(node["select_list"]) == 1 and not _ROW_BREAKERS & set(_classes(node))


def _classes(node: object) -> Iterator[str]:
    """Yield the class of every expression in a parsed statement."""
    if isinstance(node, dict):
        if isinstance(node.get("class"), str):
            yield node["class"]
        for child in node.values():
            yield from _classes(child)
    elif isinstance(node, list):
        for child in node:
            yield from _classes(child)


def _columns(node: object) -> Iterator[str]:
    """Yield the parts of all names of columns in a parsed statement."""
    if isinstance(node, dict):
        if node.get("class") == "COLUMN_REF":
            yield from node["column_names"]
        for child in node.values():
            yield from _columns(child)
    elif isinstance(node, list):
        for child in node:
            yield from _columns(child)


def _translated(error: duckdb.Error) -> BinderError:
    """Read DuckDB's error, which is JSON where it has details."""
    try:
        details = json.loads(str(error).split(":", 1)[1] if not str(error).startswith("{") else str(error))
    except (json.JSONDecodeError, IndexError):
        return BinderError(str(error).splitlines()[0])
    offered = details.get("candidates", "") if details.get("error_subtype") == "COLUMN_NOT_FOUND" else ""
    candidates = tuple(part.strip().strip('"') for part in offered.split(",") if part.strip())
    return BinderError(str(details.get("exception_message", error)).splitlines()[0], candidates)
