"""Whether the contenders computed the same numbers as Basalt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from .workloads import BASALT, FLOOR, Workload

RELATIVE_TOLERANCE = 1e-9


def disagreements(workload: Workload, results: Path) -> list[str]:
    """Return how each contender's files differ from Basalt's in rows, columns or values; nothing when they agree."""
    with duckdb.connect() as connection:
        return [
            f"{workload.name} {contender} {result}: {difference}"
            for contender in workload.present
            if contender not in (BASALT, FLOOR)
            for result, keys in workload.results.items()
            for difference in _differences(
                connection, _files(results, BASALT, result), _files(results, contender, result), keys
            )
        ]


def _files(results: Path, contender: str, result: str) -> str:
    return f"read_parquet('{results / contender / result}*.parquet')"


def _differences(
    connection: duckdb.DuckDBPyConnection, expected: str, found: str, keys: Sequence[str]
) -> Iterator[str]:
    types = _types(connection, expected)
    if types != (others := _types(connection, found)):
        yield f"columns {sorted(set(types.items()) ^ set(others.items()))}"
        return
    rows = [connection.execute(f"SELECT count(*) FROM {each}").fetchall()[0][0] for each in (expected, found)]
    if rows[0] != rows[1] or not rows[0]:
        yield f"Basalt has {rows[0]} rows, {rows[1]} here"
    values = [name for name in types if name not in keys]
    counts = ", ".join(f"count(*) FILTER (WHERE {_differs(name, types[name])})" for name in values)
    joined = f"{expected} AS expected JOIN {found} AS found USING ({', '.join(keys)})"
    shared, *offenders = connection.execute(f"SELECT count(*), {counts} FROM {joined}").fetchall()[0]
    if shared != rows[0]:
        yield f"{rows[0] - shared} rows of Basalt have keys that are missing here"
    yield from (f"{name} differs in {count} rows" for name, count in zip(values, offenders, strict=True) if count)


def _types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    return {name: type_ for name, type_, *_ in connection.execute(f"DESCRIBE FROM {relation}").fetchall()}


def _differs(name: str, type_: str) -> str:
    expected, found = f'expected."{name}"', f'found."{name}"'
    if type_ != "DOUBLE":
        return f"{expected} IS DISTINCT FROM {found}"
    allowed = f"{RELATIVE_TOLERANCE} * greatest(abs({expected}), abs({found}))"
    is_given = f"({expected} IS NULL) != ({found} IS NULL)"
    return f"{is_given} OR isnan({expected}) OR isnan({found}) OR abs({expected} - {found}) > {allowed}"
