"""Conditions on the columns of the source: which rows a group of metrics reads, and which are under a flag."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.types import is_float, is_number
from basalt.errors import BindingError

Value = str | float | bool

_TAKEN = re.compile(
    r"(own_)*(event_ns|sequence|bucket|is_break|session_number|event_order|(given_)?aggressor|counted|tick_test|trading_day"
    r"|(price|prior|bid|ask)_half_ticks|bid|ask|(weighted_)?mid|book_.*|standing_ns|(next|to)_ns|(total|bid|ask|unknown)_.*)",
    re.IGNORECASE | re.DOTALL,
)
"""Names of columns that a pass adds to the rows it reads."""


def row_name(column: str) -> str:
    """Return the name under which a column of the source goes beside those that the pass adds to each row."""
    return f"own_{column}" if _TAKEN.fullmatch(column) else column


def row_column(column: str) -> Identifier:
    """Return a column of the source as the steps after the scan name it."""
    return Identifier(row_name(column))


def accepts(source: SourceTable, column: str, values: Sequence[Value], place: str) -> Fragment:
    """Return the condition that a column of the source has one of some values.

    Raises UnknownColumnError for a column that there is not, BindingError for a value that is not of its type.
    """
    source.require(column, place)
    for value in values:
        check_value(source.types[column], column, value, place)
    return one_of(row_column(column), values)


def one_of(column: Sql, values: Sequence[Value]) -> Fragment:
    """Return the condition that an expression is one of some values."""
    return compose("{} IN ({})", column, join(Literal(value) for value in values))


def has_code(source: SourceTable, column: str, codes: Sequence[Value]) -> Fragment:
    """Return the condition that a column, as text, has one of some codes; fractions are told by their value."""
    texts = [str(code).lower() if isinstance(code, bool) else str(code) for code in codes]
    if is_float(source.types.get(column, "")):
        texts = [str(float(text)) if _is_number(text) else text for text in texts]
    return one_of(compose("CAST({} AS VARCHAR)", row_column(column)), texts)


def check_value(type_: str, column: str, value: Value, place: str) -> None:
    """Raise BindingError for a value that is not of a column's type."""
    is_text = isinstance(value, str)
    if type_ == "VARCHAR" and not is_text:
        message = f"{column} is text, and {value!r} is not"
        raise BindingError(message, place=place, suggestion=f"put it in quotes, as the source has it: '{value}'")
    if is_number(type_) and (isinstance(value, bool) or (is_text and not _is_number(str(value)))):
        message = f"{column} is a number, and {value!r} is not"
        raise BindingError(message, place=place, suggestion=f"{column} is {type_}")


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
