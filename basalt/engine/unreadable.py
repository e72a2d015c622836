"""Says which file of a table cannot be read, where DuckDB does not."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from basalt.compiler.sql import Literal


def told_with_file(connection: duckdb.DuckDBPyConnection, error: duckdb.Error, paths: Sequence[str]) -> str:
    """Return the first line of an error of reading Parquet files, with the local file that is at fault in it."""
    message = str(error).splitlines()[0]
    files = [file for path in paths if "://" not in path for file in _files(connection, path)]
    if any(file in message for file in files):
        return message
    broken = next((file for file in files if not _is_readable(connection, file)), None)
    return message if broken is None else f"{broken}: {message}"


def _files(connection: duckdb.DuckDBPyConnection, path: str) -> list[str]:
    return [file for (file,) in connection.execute(f"SELECT file FROM glob({Literal(path)})").fetchall()]


def _is_readable(connection: duckdb.DuckDBPyConnection, file: str) -> bool:
    """Tell whether the metadata of a file can be read; in the name of a file nothing is a pattern."""
    escaped = "".join(f"[{sign}]" if sign in "*?[" else sign for sign in file)
    try:
        connection.execute(f"SELECT count(*) FROM parquet_file_metadata({Literal(escaped)})").fetchall()
    except duckdb.Error:
        return False
    return True
