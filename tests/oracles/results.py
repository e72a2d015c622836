"""Results as rows by key, and the comparison of two of them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Key = tuple[Any, ...]
Result = dict[Key, dict[str, Any]]

NANOSECONDS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1_000, "ns": 1}


def rows_of(table: pa.Table) -> list[dict[str, Any]]:
    """Return a table as rows, with every timestamp as nanoseconds from the epoch."""
    values = [column_values(table.column(name)) for name in table.column_names]
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*values, strict=True)]


def column_values(column: pa.ChunkedArray) -> list[Any]:
    """Return a column as Python values, timestamps as whole nanoseconds."""
    if not pa.types.is_timestamp(column.type):
        return column.to_pylist()
    scale = NANOSECONDS[column.type.unit]
    return [None if value is None else value * scale for value in column.cast(pa.int64()).to_pylist()]


def by_key(rows: Iterable[Mapping[str, Any]], keys: Sequence[str]) -> Result:
    """Return rows by their key columns; two rows of one key are an error of whoever made them."""
    result: Result = {}
    for row in rows:
        key = tuple(row[name] for name in keys)
        assert key not in result, f"two rows for {dict(zip(keys, key, strict=True))}"
        result[key] = {name: value for name, value in row.items() if name not in keys}
    return result


@dataclass(frozen=True)
class Tolerance:
    """How far a column may be from its expected values; columns that are not named must be equal."""

    relative: Mapping[str, float] = field(default_factory=dict)
    absolute: Mapping[str, float] = field(default_factory=dict)

    def accepts(self, column: str, actual: object, expected: object) -> bool:
        """Tell whether a value will do. Null is only null, and not-a-number is never right."""
        if actual is None or expected is None:
            return actual is expected
        if column not in self.relative:
            return actual == expected
        return math.isclose(actual, expected, rel_tol=self.relative[column], abs_tol=self.absolute.get(column, 0.0))


EXACT = Tolerance()


def assert_same(actual: Result, expected: Result, tolerance: Tolerance = EXACT) -> None:
    """Check that two results have the same keys and, in every column of the expected one, the same values."""
    assert sorted(map(repr, actual)) == sorted(map(repr, expected)), describe_keys(actual, expected)
    different = [
        f"{key} {column}: {actual[key][column]!r}, expected {value!r}"
        for key, row in expected.items()
        for column, value in row.items()
        if not tolerance.accepts(column, actual[key][column], value)
    ]
    assert not different, "\n".join(different[:20])


def describe_keys(actual: Result, expected: Result) -> str:
    """Say which keys one result has and the other has not."""
    surplus = [key for key in actual if key not in expected]
    missing = [key for key in expected if key not in actual]
    return f"rows too many: {surplus[:10]}, rows missing: {missing[:10]}"
