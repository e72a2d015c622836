"""What a user's SQL expression reads: whether it is computed from one row, and from nothing else."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

_NOT_OF_A_ROW = frozenset(("SUBQUERY", "STAR", "WINDOW", "POSITIONAL_REFERENCE", "PARAMETER", "DEFAULT"))
"""Expressions that are not computed from the columns of one row alone, by name."""

IMPURE = frozenset(("current_setting", "getenv", "getvariable", "version"))
"""Functions of the session and of the process, which not every version of DuckDB tells to be so."""

CLOCK = frozenset(("current_date", "current_time", "current_timestamp", "localtime", "localtimestamp"))
"""Words that stand for calls."""


def is_one_expression(parsed: dict[str, Any]) -> bool:
    """Tell whether a SELECT that was given an expression, as DuckDB parsed it, holds that expression only."""
    if parsed["error"] or len(parsed["statements"]) != 1:
        return False
    node = parsed["statements"][0]["node"]
    if node["type"] != "SELECT_NODE" or node["from_table"]["type"] != "EMPTY" or node["modifiers"]:
        return False
    clauses = (node["where_clause"], node["having"], node["qualify"], node["sample"], node["group_expressions"])
    return not any(clauses) and len(node["select_list"]) == 1 and not _NOT_OF_A_ROW & _classes(node)


def other_than_columns(parsed: dict[str, Any], columns: Collection[str]) -> list[str]:
    """Return the names in an expression that are no columns of the row: of tables, of the session, of the clock."""
    known = {column.casefold() for column in columns}
    known |= {name.casefold() for each in _of_class(parsed, "LAMBDA") for name in column_names(each["lhs"])}
    firsts = [each["column_names"][0] for each in _of_class(parsed, "COLUMN_REF")]
    return [name for name in firsts if name.casefold() not in known]


def column_names(parsed: object) -> Iterator[str]:
    """Yield the parts of all names of columns in a parsed statement."""
    for each in _of_class(parsed, "COLUMN_REF"):
        yield from each["column_names"]


def functions(parsed: object) -> Iterator[str]:
    """Yield the names of all functions that a parsed statement calls."""
    for each in _of_class(parsed, "FUNCTION"):
        yield each["function_name"].lower()


def _classes(parsed: object) -> frozenset[str]:
    return frozenset(each["class"] for each in _expressions(parsed))


def _of_class(parsed: object, name: str) -> Iterator[dict[str, Any]]:
    return (each for each in _expressions(parsed) if each["class"] == name)


def _expressions(node: object) -> Iterator[dict[str, Any]]:
    """Yield every expression in a parsed statement."""
    if isinstance(node, dict):
        if isinstance(node.get("class"), str):
            yield node
        for child in node.values():
            yield from _expressions(child)
    elif isinstance(node, list):
        for child in node:
            yield from _expressions(child)
