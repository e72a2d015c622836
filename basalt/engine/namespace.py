"""A schema of its own for a run within a run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from basalt.compiler.sql import Identifier, Literal


@contextmanager
def own_schema(connection: duckdb.DuckDBPyConnection, name: str) -> Iterator[None]:
    """Have names be looked for, and views be made, in a schema that is there for the length of the block.

    What it does not have is found where it was found before.
    """
    query = "SELECT current_catalog(), current_schema(), current_setting('search_path')"
    catalog, schema, before = connection.execute(query).fetchall()[0]
    own = Identifier(catalog, name)
    otherwise = before or Identifier(catalog, schema).text
    connection.execute(f"CREATE SCHEMA {own}")
    connection.execute(f"SET search_path = {Literal(f'{own},{otherwise}')}")
    try:
        yield
    finally:
        connection.execute(f"SET search_path = {Literal(before)}" if before else "RESET search_path")
        connection.execute(f"DROP SCHEMA {own} CASCADE")
