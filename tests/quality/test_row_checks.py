"""Checks of single rows: how many break them, and which."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from checked import bars, checked, minute, only_result, over, refused
from hypothesis import given
from hypothesis import strategies as st

import basalt
from basalt.compiler.sql import Literal, compose
from basalt.configuration import AnalyticsConfig
from basalt.engine.inspection import Inspection
from basalt.errors import BasaltError, BindingError, UnknownColumnError
from basalt.quality.compile import compile_checks

NAN, INF = math.nan, math.inf

ASKED: list[tuple[dict[str, Any], dict[str, list[Any]], int]] = [
    # what is asked, columns, rows that break it
    ({"not_null": "x"}, {"x": [1.0, None, 2.0, None]}, 2),
    ({"not_null": "x"}, {"x": [1.0, -INF, INF]}, 0),
    ({"not_null": "x"}, {"x": ["", "a", None]}, 1),
    ({"null_rate": {"columns": "x", "max": 0.5}}, {"x": [None, None, 1.0, 2.0]}, 0),
    ({"null_rate": {"columns": "x", "max": 0.5}}, {"x": [None, None, None, 2.0]}, 3),
    ({"null_rate": {"columns": "x", "max": 0}}, {"x": [None, 1.0]}, 1),
    ({"range": {"columns": "x", "min": 0}}, {"x": [0.0, -0.0, -1e-300, 5e-324, 1e300, None]}, 1),
    ({"range": {"columns": "x", "max": 100}}, {"x": [100.0, 100.00000000000001, -1e300, 1e300]}, 2),
    ({"range": {"columns": "x", "min": -1e308}}, {"x": [INF, -INF, 1.0, None]}, 2),
    ({"range": {"columns": "x", "min": 1, "max": 2}}, {"x": [0, 1, 2, 3, None]}, 2),
    ({"range": {"columns": "x", "min": 0.1, "max": 0.3}}, {"x": [0.1, 0.2, 0.1 + 0.2]}, 1),
    ({"accepted_values": {"columns": "x", "values": ["a", "b'"]}}, {"x": ["a", "b'", "A", "", None]}, 2),
    ({"accepted_values": {"columns": "x", "values": [1, 2.5]}}, {"x": [1.0, 2.5, 2.4, None]}, 1),
    (
        {"ohlc": True},
        {
            "Open": [2.0, 0.5, 2.0, 2.0, None, 2.0],
            "High": [3.0, 3.0, 3.0, 3.0, 3.0, 1.0],
            "Low": [1.0, 1.0, 1.0, 1.0, 1.0, 3.0],
            "Close": [3.0, 2.0, 3.5, None, 2.0, None],
        },
        3,
    ),
    ({"ohlc": {"open": "a", "high": "b", "low": "b", "close": "a"}}, {"a": [1, 1], "b": [1, 2]}, 1),
    ({"book_not_crossed": True}, {"BidPrice1": [1.0, 2.0, 3.0, None], "AskPrice1": [2.0, 2.0, 2.5, 1.0]}, 1),
    ({"book_not_crossed": {"bid": "b", "ask": "a"}}, {"b": [2], "a": [1]}, 1),
]


@pytest.mark.parametrize(("asked", "columns", "failing"), ASKED, ids=lambda value: str(value)[:40])
def test_rows_that_break_a_check_are_counted(
    asked: dict[str, Any], columns: dict[str, list[Any]], failing: int
) -> None:
    found = only_result(bars(**columns), **asked)
    assert (found.failing, found.status) == (failing, "warned" if failing else "passed")
    assert len(found.samples) == failing
    rows = len(next(iter(columns.values())))
    assert found.message.startswith(f"{failing:,} of {rows:,} rows: " if failing else "")


def test_nan_is_neither_a_number_nor_null_wherever_rows_have_it(tmp_path: Path) -> None:
    asked = over(bars(x=[1.0, 2.0]), not_null="x", no_nan=True, range={"columns": "x", "min": 0, "max": 5})
    with basalt.run({**asked, "PASSES": [{**asked["PASSES"][0], "quality": None}]}) as result:
        compiled = result.compiled
    config = AnalyticsConfig.model_validate(asked)
    found = compile_checks(config, compiled, {"vendor": {}})["checked"]
    pq.write_table(bars(x=[1.0, NAN, None, INF]), tmp_path / "rows.parquet")  # Arrow's statistics leave NaN out
    with duckdb.connect() as connection:
        relation = compose("read_parquet({})", Literal(str(tmp_path / "rows.parquet")))
        inspection = Inspection(connection, found, lambda _: relation, moment=0)
        inspection.observe(found)
        assert {each.check: each.failing for each in inspection.results()} == {"not_null": 1, "no_nan": 2, "range": 2}


def test_a_number_that_is_none_is_told_of_by_its_column() -> None:
    infinite = {"aggregations": {"x": "max", "y": "max"}, "source_pass": "vendor"}
    pipeline = {
        "TABLES": {"vendor": bars(x=[INF, 1.0], y=[1.0, None])},
        "PASSES": [{"name": "checked", "modules": "generic", "generic_analytics": infinite}],
        "QUALITY": {"no_nan": {"on_failure": "warn"}},
    }
    found = checked(pipeline)
    assert [(each.subject, each.status, each.failing) for each in found] == [("x", "warned", 1), ("y", "passed", 0)]
    assert found[0].samples == ("ListingId=7, TimeBucket=2025-03-03 09:00:00, x=inf",)
    assert found[0].place == "pass checked: QUALITY.no_nan[0]"


def test_samples_are_few_in_order_and_short() -> None:
    long = "x" * 10_000
    found = only_result(bars(name=[long] * 9), accepted_values={"columns": "name", "values": ["a"]})
    assert found.failing == 9
    assert found.samples == tuple(
        f"ListingId=7, TimeBucket=2025-03-03 09:0{number}:00, name={'x' * 60}..." for number in range(5)
    )


def test_every_check_that_fails_is_in_the_error_and_the_others_are_not() -> None:
    table = bars(x=[1.0, None], y=[5.0, 6.0])
    quality = {
        "not_null": ["x", "y"],
        "range": [{"columns": ["x", "y"], "max": 5}, {"columns": "y", "min": 6, "on_failure": "warn"}],
    }
    assert refused(over(table, **quality)) == [
        (
            "pass checked: quality.not_null[0]",
            "1 of 2 rows: x is null (such as ListingId=7, TimeBucket=2025-03-03 09:01:00, x=null)",
        ),
        (
            "pass checked: quality.range[0]",
            "1 of 2 rows: y is not a number at most 5 (such as ListingId=7, TimeBucket=2025-03-03 09:01:00, y=6.0)",
        ),
    ]


@pytest.mark.parametrize(
    ("asked", "kind", "told"),
    [
        ({"not_null": "Closs"}, UnknownColumnError, "no column 'Closs'.*did you mean 'Close'"),
        ({"range": {"columns": "Venue", "min": 1}}, BindingError, "Venue of pass checked is VARCHAR, not a number"),
        ({"ohlc": {"open": "Venue"}}, BasaltError, "Venue of pass checked is VARCHAR"),
        ({"accepted_values": {"columns": "Close", "values": ["a"]}}, BindingError, "Close is a number, and 'a' is not"),
        ({"accepted_values": {"columns": "Venue", "values": [1]}}, BindingError, "Venue is text, and 1 is not"),
        ({"conserved": "Close"}, BindingError, "reads no earlier pass"),
        ({"preserve": "rows"}, BindingError, "reads no earlier pass"),
        ({"monotonic_time": True}, BindingError, "reads events of no table"),
        ({"unique": {"columns": ["Venue", "x"]}}, UnknownColumnError, "no column 'x'"),
    ],
    ids=str,
)
def test_what_cannot_be_asked_is_refused_before_anything_runs(
    asked: dict[str, Any], kind: type[BasaltError], told: str
) -> None:
    names = ("Open", "High", "Low", "Close")
    table = bars(**{name: [1.0] for name in names}, Venue=["a"])
    with pytest.raises(kind, match=told) as caught:
        basalt.run(over(table, **asked))
    assert caught.value.problems[0].place.startswith(f"pass checked: quality.{next(iter(asked))}[0]")


values = st.none() | st.floats(width=64) | st.sampled_from([0.0, 1.0, -1.0])


@given(
    rows=st.lists(st.tuples(values, values), min_size=1, max_size=12),
    least=st.sampled_from([-1.0, 0.0, None]),
    most=st.sampled_from([0.5, 1e300]),
)
def test_counts_are_those_of_plain_python(
    rows: list[tuple[float | None, float | None]], least: float | None, most: float
) -> None:
    x = [one for one, _ in rows]
    inside = {"columns": "x", "max": most} | ({} if least is None else {"min": least})
    quality = {"on_failure": "warn", "range": inside, "null_rate": {"columns": "x", "max": 0.25}, "not_null": "y"}
    table = bars(x=pa.array(x, pa.float64()), y=pa.array([other for _, other in rows], pa.float64()))
    found = {each.check: each.failing for each in checked(over(table, **quality))}
    known = [None if value is None or math.isnan(value) else value for value in x]  # a vendor's NaN is null
    outside = sum(value is not None and not (-INF if least is None else least) <= value <= most for value in known)
    infinite = sum(value == -INF and least is None for value in known if value is not None)
    nulls = sum(value is None for value in known)
    assert found["range"] == outside + infinite
    assert found["null_rate"] == (nulls if nulls > 0.25 * len(rows) else 0)
    assert found["not_null"] == sum(other is None or math.isnan(other) for _, other in rows)


def test_moments_are_compared_with_the_end_of_the_range() -> None:
    table = bars(x=[1, 2])  # the newest is 09:01 of 3 March
    for end, age, status in (
        ("2025-03-03", "15h", "passed"),  # 24:00 less 09:01
        ("2025-03-03", "14h", "warned"),
        ("2025-03-04", "15h", "warned"),
        ("2025-03-04", "39h", "passed"),
    ):
        (found,) = checked(over(table, on_failure="warn", freshness=age) | {"END_DATE": end})
        assert (found.status, end, age) == (status, end, age)
    days = (datetime.now(UTC) - minute(1).replace(tzinfo=UTC)).days
    assert only_result(table, freshness=f"{days + 1}d").status == "passed"
    assert f"is {days} d " in only_result(table, freshness=f"{days}d").message
