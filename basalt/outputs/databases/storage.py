"""How DuckDB's types are stored in other databases, without loss."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from basalt.errors import OutputError

_DECIMAL = re.compile(r"DECIMAL\((?P<precision>\d+),\s*(?P<scale>\d+)\)")
_TEXTS = ("VARCHAR", "UUID")
_TIMES = ("TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")


@dataclass(frozen=True)
class Stored:
    """A column's type in the database, the Arrow type in which its values are handed over, and whether it has NaN."""

    sql: str
    arrow: pa.DataType
    has_nan: bool = True


def standard(type_: str) -> Stored | None:
    """Return how a DuckDB type is stored in Postgres and its like; None where it cannot be."""
    if match := _DECIMAL.fullmatch(type_):
        precision, scale = int(match["precision"]), int(match["scale"])
        return Stored(f"NUMERIC({precision}, {scale})", pa.decimal128(precision, scale))
    if type_ in _TEXTS or type_.startswith("ENUM("):
        return Stored("TEXT", pa.string())
    if type_ in _TIMES:
        return Stored("TIMESTAMP", pa.timestamp("us"))
    return _STANDARD.get(type_)


_STANDARD: Mapping[str, Stored] = {
    "BOOLEAN": Stored("BOOLEAN", pa.bool_()),
    "TINYINT": Stored("SMALLINT", pa.int16()),
    "UTINYINT": Stored("SMALLINT", pa.int16()),
    "SMALLINT": Stored("SMALLINT", pa.int16()),
    "USMALLINT": Stored("INTEGER", pa.int32()),
    "INTEGER": Stored("INTEGER", pa.int32()),
    "UINTEGER": Stored("BIGINT", pa.int64()),
    "BIGINT": Stored("BIGINT", pa.int64()),
    "UBIGINT": Stored("NUMERIC(20, 0)", pa.decimal128(20, 0)),
    "HUGEINT": Stored("NUMERIC(38, 0)", pa.decimal128(38, 0)),
    "FLOAT": Stored("REAL", pa.float32()),
    "DOUBLE": Stored("DOUBLE PRECISION", pa.float64()),
    "DATE": Stored("DATE", pa.date32()),
    "TIMESTAMP WITH TIME ZONE": Stored("TIMESTAMP WITH TIME ZONE", pa.timestamp("us", "UTC")),
}


def sqlite(type_: str) -> Stored | None:
    """Return how a DuckDB type is stored in SQLite; None where it cannot be.

    SQLite has no times: they are text, in order. It has no NaN either, and would make NULL of it.
    """
    found = standard(type_)
    if type_ in ("UBIGINT", "HUGEINT"):
        return Stored("INTEGER", pa.int64())
    if found is None:
        return None
    if pa.types.is_integer(found.arrow) or pa.types.is_boolean(found.arrow):
        return Stored("INTEGER", pa.int64())
    return (
        Stored("REAL", pa.float64(), has_nan=False)
        if pa.types.is_floating(found.arrow)
        else Stored("TEXT", pa.string())
    )


def conformed(batch: pa.RecordBatch, types: Mapping[str, Stored], place: str) -> pa.RecordBatch:
    """Return rows in the types in which a database takes them. Raises OutputError for a value that would change."""
    for name in batch.schema.names:
        if not types[name].has_nan:
            _refuse_nan(batch.column(name), name, place)
    columns = [_conformed(batch.column(name), name, types[name].arrow, place) for name in batch.schema.names]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def _refuse_nan(values: pa.Array, name: str, place: str) -> None:
    if pa.types.is_floating(values.type) and pc.any(pc.is_nan(values)).as_py():
        message = f"column {name} has a value that {place} cannot hold: NaN"
        hint = "have NULL in its place, or write to a database or a file that has NaN"
        raise OutputError(message, place=place, suggestion=hint)


def _conformed(values: pa.Array, name: str, type_: pa.DataType, place: str) -> pa.Array:
    if values.type == type_:
        return values
    try:
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        if pa.types.is_integer(type_) and pa.types.is_boolean(values.type):
            return values.cast(pa.int8()).cast(type_)
        if pa.types.is_string(type_) and pa.types.is_timestamp(values.type) and values.type.tz is not None:
            return pc.strftime(values, "%Y-%m-%d %H:%M:%S+00:00")
        return values.cast(type_)
    except pa.ArrowInvalid as error:
        message = f"column {name} has a value that {place} cannot hold: {str(error).splitlines()[0]}"
        hint = "times are stored in whole microseconds, whole numbers in 64 bits"
        raise OutputError(message, place=place, suggestion=hint) from None
