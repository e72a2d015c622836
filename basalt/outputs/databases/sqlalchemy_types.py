"""Types of columns as SQLAlchemy has them."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import pyarrow as pa

from basalt.outputs.required import required

_PLAIN = {
    pa.bool_(): "Boolean",
    pa.int16(): "SmallInteger",
    pa.int32(): "Integer",
    pa.int64(): "BigInteger",
    pa.float32(): "REAL",
    pa.float64(): "Double",
    pa.string(): "Text",
    pa.date32(): "Date",
}


def column_type(type_: pa.DataType, alchemy: ModuleType) -> Any:  # noqa: ANN401 - of an optional package
    """Return the type of a column whose values are handed over as an Arrow type."""
    if pa.types.is_decimal(type_):
        return alchemy.Numeric(type_.precision, type_.scale)
    if pa.types.is_timestamp(type_):
        mysql = required("sqlalchemy.dialects.mysql", "sqlalchemy", "MySQL")
        time = alchemy.DateTime(timezone=type_.tz is not None)
        return time.with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")  # whole seconds otherwise
    return getattr(alchemy, _PLAIN[type_])()


def on_dialect(type_: Any, dialect: Any) -> str:  # noqa: ANN401 - of an optional package
    """Return how a type is written in the SQL of a database."""
    return str(type_.compile(dialect=dialect))
