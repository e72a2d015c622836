"""Bars with known defects, and what checks say of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

import basalt
from basalt.errors import QualityError

if TYPE_CHECKING:
    from basalt.quality.model import CheckResult

NINE = datetime(2025, 3, 3, 9, tzinfo=UTC).replace(tzinfo=None)


def minute(number: int) -> datetime:
    """The label of a bar."""
    return NINE + timedelta(minutes=number)


def bars(**columns: list[Any]) -> pa.Table:
    """Bars of listing 7, a minute each."""
    count = len(next(iter(columns.values())))
    given = {"ListingId": [7] * count, "TimeBucket": [minute(number) for number in range(count)], **columns}
    return pa.table({name: pa.array(values) for name, values in given.items()})


def over(table: pa.Table, **quality: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a configuration takes
    """A pass that hands bars on, with checks."""
    passed_on = {"name": "checked", "modules": "generic", "generic_analytics": {"source_pass": "vendor"}}
    return {"TABLES": {"vendor": table}, "PASSES": [{**passed_on, "quality": quality}]}


def checked(pipeline: dict[str, Any]) -> tuple[CheckResult, ...]:
    """Run a pipeline whose checks only warn, and return how they came out."""
    with basalt.run(pipeline) as result:
        for each in result.values():
            each.arrow()
        return result.checks


def only_result(table: pa.Table, **quality: Any) -> CheckResult:  # noqa: ANN401 - whatever a configuration takes
    """Return how the only check came out."""
    (found,) = checked(over(table, on_failure="warn", **quality))
    return found


def refused(pipeline: dict[str, Any]) -> list[tuple[str, str]]:
    """Return place and message of each check by which a run is refused."""
    with pytest.raises(QualityError) as caught:
        checked(pipeline)
    return [(problem.place, problem.message) for problem in caught.value.problems]
