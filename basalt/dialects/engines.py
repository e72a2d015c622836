"""The engines there are besides DuckDB, by name."""

from __future__ import annotations

from basalt.dialects.dialect import Dialect
from basalt.dialects.postgres import POSTGRES
from basalt.errors import CallError, listing, nearest

DIALECTS = {dialect.name: dialect for dialect in (POSTGRES,)}


def dialect_named(name: str) -> Dialect:
    """Return the dialect of that name. Raises CallError, which lists those there are."""
    if name in DIALECTS:
        return DIALECTS[name]
    message = f"there is no dialect {name!r}; there are {listing(DIALECTS)}"
    raise CallError(message, place="dialect", suggestion=nearest(name, DIALECTS))
