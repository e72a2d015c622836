"""Worked cases of the generic module: aggregations, groups without time, unmapped listings, a missing column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cases.worked_case import BARS, WorkedCase, assert_close, needs_cases
from oracles.generic_pass import aggregated, in_order, joined, resampled
from oracles.reference import always

import basalt
from basalt.errors import UnknownColumnError

if TYPE_CHECKING:
    from oracles.results import Result

METHODS = ("sum", "mean", "first", "last", "max", "min", "count")


def oracle(case: WorkedCase, name: str, factor: int | None = None) -> Result:
    """What a pass of a case should give; ``factor`` is how many minutes its buckets have."""
    (analytics,) = (each["generic_analytics"] for each in case.config["passes"] if each["name"] == name)
    bars = in_order(case.rows("context__bars"))
    if "InstrumentId" in analytics["group_by"]:
        bars = joined(bars, always(case.rows("generic_ref"), "InstrumentId"))
    if factor:
        bars = resampled(bars, BARS, BARS.coarser(factor))
    return aggregated(bars, analytics["group_by"], analytics["aggregations"])


@needs_cases
def test_all_aggregations() -> None:
    case = WorkedCase("generic_all_aggregations")
    results = case.run()
    for method in METHODS:
        ours = oracle(case, f"g_{method}", factor=15)
        expected = case.expected(f"g_{method}")
        # The other implementation adds nothing up to 0. The sum of nothing is null, except for a flow, and a column
        # of a table does not say that it is one.
        if method == "sum":
            for key, row in expected.items():
                row.update({column: None for column in row if ours[key][column] is None})
        assert_close(results[f"g_{method}"], expected)
        assert_close(results[f"g_{method}"], ours)


@needs_cases
def test_the_sum_of_nothing_is_null_where_the_other_implementation_has_zero() -> None:
    case = WorkedCase("generic_all_aggregations")
    ours, theirs = oracle(case, "g_sum", factor=15), case.expected("g_sum")
    empty = [key for key, row in ours.items() if row["Close"] is None]
    assert len(empty) == 2
    assert [theirs[key]["Close"] for key in empty] == [0.0, 0.0]
    assert [case.run("g_sum")["g_sum"][key]["Close"] for key in empty] == [None, None]


@needs_cases
def test_groups_without_time() -> None:
    case = WorkedCase("generic_group_without_timebucket")
    result = case.run()["g"]
    assert_close(result, case.expected("g"))
    assert_close(result, oracle(case, "g"))


@needs_cases
def test_a_listing_without_a_reference_row_keeps_a_null_key_and_is_counted_in_a_warning() -> None:
    case = WorkedCase("generic_unmapped_listing")
    with basalt.run(case.pipeline()) as result:
        result["g"].arrow()
        (warning,) = result.warnings
    assert "1 listing" in str(warning)
    rows = case.run()["g"]
    assert sum(instrument is None for instrument, _ in rows) == 8
    assert_close(rows, case.expected("g"))
    assert_close(rows, oracle(case, "g", factor=30))


@needs_cases
def test_a_missing_column_is_named_with_its_pass_and_the_nearest_column() -> None:
    case = WorkedCase("generic_missing_column")
    with pytest.raises(UnknownColumnError) as caught:
        basalt.compile(case.pipeline())
    message = str(caught.value)
    assert "Nope" in message
    assert "'g'" in message or "g." in message or "pass g" in message
    assert "did you mean 'Open'?" in message
