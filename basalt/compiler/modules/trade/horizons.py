"""The mids after a trade, by horizon: the vendor's ``PostTradeMid1000ms`` for ``1s``, or ``QuoteMid1000ms``."""

from __future__ import annotations

import re

from basalt.compiler.sources import SourceTable
from basalt.errors import UnknownColumnError, listing

_COLUMN = re.compile(r"PostTradeMid(\d+)ms")
_MILLISECONDS = {"ms": 1, "s": 1_000, "m": 60_000}


def horizon_column(source: SourceTable, horizon: str, needed_by: str) -> str:
    """Return the column of the mid a horizon after the trade.

    Raises UnknownColumnError listing the horizons that the source has, BindingError where the mid is not a number.
    """
    column = f"PostTradeMid{_milliseconds(horizon)}ms"
    if column in source:
        source.number(column, needed_by)
        return column
    there = sorted((int(found[1]), name) for name in source.columns if (found := _COLUMN.fullmatch(name)))
    known = listing([_written(milliseconds) for milliseconds, _ in there]) if there else "none"
    message = f"{needed_by} needs the mid {horizon} after the trade, column {column}; the horizons there are: {known}"
    raise UnknownColumnError(
        message, place=f"TABLES.{source.name}", suggestion=f"map it: TABLES.trades.columns.{column}"
    )


def quote_horizon_column(source: SourceTable, horizon: str, needed_by: str) -> str:
    """Return the column of the mid of the quotes a horizon after the trade.

    Raises BindingError where the source has such a column and it is not a number.
    """
    column = f"QuoteMid{_milliseconds(horizon)}ms"
    if column in source:
        source.number(column, needed_by)
    return column


def _milliseconds(horizon: str) -> int:
    unit = horizon.lstrip("0123456789")
    return int(horizon.removesuffix(unit)) * _MILLISECONDS[unit]


def _written(milliseconds: int) -> str:
    for unit in ("m", "s"):
        if milliseconds % _MILLISECONDS[unit] == 0:
            return f"{milliseconds // _MILLISECONDS[unit]}{unit}"
    return f"{milliseconds}ms"
