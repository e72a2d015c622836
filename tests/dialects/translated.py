"""Pipelines run by DuckDB and, translated, by Postgres; their results as rows by key."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from oracles.results import Result, Tolerance, by_key

import basalt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import psycopg

    from basalt.compiler.columns import Column

TYPES = {
    pa.int64(): "bigint",
    pa.float64(): "double precision",
    pa.string(): 'text COLLATE "en-x-icu"',
    pa.timestamp("us"): "timestamp",
    pa.timestamp("us", tz="UTC"): "timestamptz",
}
OUTPUT_TYPES = {"DOUBLE": float, "VARCHAR": str, "BIGINT": int}
CLOSE = 1e-9
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - as Postgres returns a timestamp


def load(connection: psycopg.Connection, name: str, table: pa.Table) -> None:
    """Create a table of the same name and columns, and fill it."""
    columns = ", ".join(f'"{field.name}" {TYPES[field.type]}' for field in table.schema)
    connection.execute(f'CREATE TABLE "{name}" ({columns})')
    with connection.cursor().copy(f'COPY "{name}" FROM STDIN') as copy:
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True):
            copy.write_row(row)


def postgres_result(
    connection: psycopg.Connection, config: Mapping[str, Any], name: str, keys: Sequence[str]
) -> Result:
    """Translate a pipeline, create its views, and return the rows of one pass by key."""
    translated = basalt.translate(config, "postgres")
    connection.execute(translated.script())
    cursor = connection.execute(f'SELECT * FROM "{name}"')
    assert cursor.description is not None
    names = [column.name for column in cursor.description]
    assert names == [column.name for column in translated.passes[name].columns]
    return by_key([dict(zip(names, map(_value, row), strict=True)) for row in cursor], keys)


def _value(value: object) -> object:
    """Return a value as the results of DuckDB have it; whole numbers of any width are integers."""
    if isinstance(value, datetime):
        return (value - _EPOCH) // timedelta(microseconds=1) * 1000
    if isinstance(value, Decimal):
        assert value == int(value)
        return int(value)
    return value


def tolerance(columns: Sequence[Column]) -> Tolerance:
    """Floating point numbers agree to nine digits; everything else is equal."""
    sums = [column.name for column in columns if column.type == "DOUBLE"]
    return Tolerance(dict.fromkeys(sums, CLOSE), dict.fromkeys(sums, CLOSE))
