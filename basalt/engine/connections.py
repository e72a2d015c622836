"""Opens DuckDB for a run, and limits the memory and the threads that it may take."""

from __future__ import annotations

import duckdb

from basalt.compiler.sql import Identifier, Literal
from basalt.configuration import AnalyticsConfig
from basalt.errors import ConfigurationError


def opened(database: str) -> duckdb.DuckDBPyConnection:
    """Open a database whose queries can be asked how far they are, and draw nothing themselves."""
    connection = duckdb.connect(database)
    connection.execute("SET enable_progress_bar = true")
    connection.execute("SET enable_progress_bar_print = false")
    return connection


def limit(connection: duckdb.DuckDBPyConnection, config: AnalyticsConfig) -> None:
    """Have a connection keep to a pipeline's MEMORY_LIMIT, THREADS and TEMP_DIR, where these are given.

    Raises ConfigurationError for what DuckDB refuses.
    """
    asked = {"MEMORY_LIMIT": "memory_limit", "THREADS": "threads", "TEMP_DIR": "temp_directory"}
    for field, setting in asked.items():
        value = getattr(config, field)
        if value is not None:
            try:
                connection.execute(f"SET {Identifier(setting)} = {Literal(value)}")
            except duckdb.Error as error:
                raise ConfigurationError(str(error).splitlines()[0], place=field) from None
