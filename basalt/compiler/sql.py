"""SQL text that is safe by construction.

A template or a composed expression never receives a bare string: names and values are wrapped in ``Identifier`` and
``Literal``, which render themselves quoted, and everything else is a ``Fragment`` that was itself composed this way.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from basalt.errors import CompileError

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SURROGATE = re.compile(r"[\ud800-\udfff]")

# The union of DuckDB's reserved words and of its words that are not allowed as a bare column name (1.5 and 2.0).
_RESERVED = frozenset(
    [
        "all",
        "analyse",
        "analyze",
        "and",
        "anti",
        "any",
        "array",
        "as",
        "asc",
        "asof",
        "asymmetric",
        "at",
        "authorization",
        "between",
        "bigint",
        "binary",
        "bit",
        "boolean",
        "both",
        "by",
        "case",
        "cast",
        "char",
        "character",
        "check",
        "coalesce",
        "collate",
        "collation",
        "column",
        "columns",
        "concurrently",
        "constraint",
        "create",
        "cross",
        "dec",
        "decimal",
        "default",
        "deferrable",
        "desc",
        "describe",
        "distinct",
        "do",
        "else",
        "end",
        "except",
        "exists",
        "extract",
        "false",
        "fetch",
        "float",
        "for",
        "foreign",
        "freeze",
        "from",
        "full",
        "generated",
        "glob",
        "group",
        "grouping",
        "grouping_id",
        "having",
        "ilike",
        "in",
        "initially",
        "inner",
        "inout",
        "int",
        "integer",
        "intersect",
        "interval",
        "into",
        "is",
        "isnull",
        "join",
        "lambda",
        "lateral",
        "leading",
        "left",
        "like",
        "limit",
        "map",
        "national",
        "natural",
        "nchar",
        "none",
        "not",
        "notnull",
        "null",
        "nullif",
        "numeric",
        "offset",
        "on",
        "only",
        "or",
        "order",
        "out",
        "outer",
        "overlaps",
        "overlay",
        "pivot",
        "pivot_longer",
        "pivot_wider",
        "placing",
        "position",
        "positional",
        "precision",
        "primary",
        "qualify",
        "real",
        "references",
        "returning",
        "right",
        "row",
        "select",
        "semi",
        "setof",
        "show",
        "similar",
        "smallint",
        "some",
        "struct",
        "substring",
        "summarize",
        "symmetric",
        "table",
        "tablesample",
        "then",
        "time",
        "timestamp",
        "to",
        "tuple",
        "trailing",
        "treat",
        "trim",
        "true",
        "try_cast",
        "unbounded",
        "union",
        "unique",
        "unpack",
        "unpivot",
        "using",
        "values",
        "varchar",
        "variadic",
        "verbose",
        "when",
        "where",
        "window",
        "with",
        "xmlattributes",
        "xmlconcat",
        "xmlelement",
        "xmlexists",
        "xmlforest",
        "xmlnamespaces",
        "xmlparse",
        "xmlpi",
        "xmlroot",
        "xmlserialize",
        "xmltable",
    ]
)


@dataclass(frozen=True)
class Sql:
    """A piece of SQL text that may be placed into other SQL as it is."""

    text: str

    def __str__(self) -> str:
        return self.text


class Fragment(Sql):
    """SQL that was composed from safe pieces or rendered from a template."""


class Identifier(Sql):
    """A name, quoted when it has to be. ``parts`` of a qualified name are quoted one by one.

    Raises CompileError for what cannot be a name: nothing, or text that DuckDB cannot be given.
    """

    def __init__(self, *parts: str) -> None:
        super().__init__(".".join(_quoted(part) for part in parts))


class Literal(Sql):
    """A value: text, number, boolean, date, timestamp, or null.

    Raises CompileError for a number that is not finite, and for text that DuckDB cannot be given.
    """

    def __init__(self, value: str | float | bool | date | datetime | Decimal | None) -> None:  # noqa: FBT001 - a value
        super().__init__(_literal(value))


def is_text(value: str) -> bool:
    """Tell whether DuckDB can be given a text: it has no NUL, and nothing that is not Unicode (a lone surrogate)."""
    return "\0" not in value and not _SURROGATE.search(value)


@functools.lru_cache(maxsize=4096)
def _quoted(name: str) -> str:
    if not name or not is_text(name):
        message = f"{name!r} cannot be a SQL name"
        raise CompileError(message)
    if _PLAIN.fullmatch(name) and name.lower() not in _RESERVED:
        return name
    return '"' + name.replace('"', '""') + '"'


def _literal(value: str | float | bool | date | datetime | Decimal | None) -> str:  # noqa: FBT001 - a value
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (int, float, Decimal)):
        if not Decimal(value).is_finite():
            message = f"{value} cannot be a SQL value"
            raise CompileError(message)
        return str(value)
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(sep=' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if not is_text(value):
        message = f"{value!r} cannot be a SQL value"
        raise CompileError(message)
    return "'" + value.replace("'", "''") + "'"


def compose(pattern: str, *pieces: object) -> Fragment:
    """Return ``pattern`` (text of our own, never a user's) with each ``{}`` replaced by a safe piece."""
    for piece in pieces:
        if not isinstance(piece, (Sql, int)):
            message = f"only SQL pieces can be composed, not {type(piece).__name__}"
            raise TypeError(message)
    return Fragment(pattern.format(*pieces))


def join(pieces: Iterable[Sql], separator: str = ", ") -> Fragment:
    """Return pieces joined by a separator of our own."""
    return Fragment(separator.join(piece.text for piece in pieces))


def conjunction(conditions: Iterable[Sql | None]) -> Fragment | None:
    """Return conditions joined by AND, leaving out those that are None; None when nothing is left."""
    given = [condition for condition in conditions if condition is not None]
    return join(given, " AND ") if given else None
