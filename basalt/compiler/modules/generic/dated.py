"""What rows of a table that hold for a time have in common: their dates, and the samples that messages show."""

from __future__ import annotations

from basalt.compiler.layout import names
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Sql, compose

SAMPLES = 5


def as_date(table: SourceTable, name: str) -> Sql:
    """Return a column of a table as DATE."""
    expression, type_ = table.columns[name], table.types[name]
    return expression if type_ == "DATE" else compose("CAST({} AS DATE)", expression)


def repeated(rows: Sql, keys: tuple[str, ...]) -> Fragment:
    """Return the query that counts the keys of which there are several rows, with samples of the first key."""
    grouped = compose("SELECT {}\nFROM (\n{}\n)\nGROUP BY {}\nHAVING count(*) > 1", names(keys), rows, names(keys))
    return counted(grouped, keys[0])


def overlapping(rows: Sql, keys: tuple[str, ...]) -> Fragment:
    """Return the query that counts the keys of which a row begins before the one before it ends, with samples."""
    windowed = compose(
        "SELECT {}\nFROM (\n{}\n)\nQUALIFY lead(ValidFrom) OVER (PARTITION BY {} ORDER BY ValidFrom) <= ValidTo",
        names(keys),
        rows,
        names(keys),
    )
    return counted(windowed, keys[0])


def counted(rows: Sql, sample: str) -> Fragment:
    """Return the query that counts the values of a column, with samples: the first few as text."""
    return compose(
        "SELECT\n    count(DISTINCT {}) AS count,\n"
        "    array_to_string(CAST(list_sort(list(DISTINCT {}))[:{}] AS VARCHAR[]), ', ') AS samples\n"
        "FROM (\n{}\n)",
        names([sample]),
        names([sample]),
        SAMPLES,
        rows,
    )
