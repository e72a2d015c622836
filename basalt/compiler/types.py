"""What the compiler has to know about DuckDB's types."""

from __future__ import annotations

_INTEGERS = frozenset(
    ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"]
)
_FLOATS = frozenset(("FLOAT", "DOUBLE"))
_FIT_BIGINT = _INTEGERS - {"HUGEINT", "UHUGEINT", "UBIGINT"}


def is_integer(type_: str) -> bool:
    """Tell whether a type holds whole numbers."""
    return type_ in _INTEGERS


def fits_bigint(type_: str) -> bool:
    """Tell whether every value of a type is a BIGINT."""
    return type_ in _FIT_BIGINT


def is_float(type_: str) -> bool:
    """Tell whether a type has NaN and infinities."""
    return type_ in _FLOATS


def is_number(type_: str) -> bool:
    """Tell whether a type can be cast to DOUBLE as a number; a column of nothing but nulls can."""
    return is_integer(type_) or is_float(type_) or type_.startswith("DECIMAL") or type_ == '"NULL"'


def is_timestamp(type_: str) -> bool:
    """Tell whether a type is a moment in time."""
    return type_.startswith("TIMESTAMP")
