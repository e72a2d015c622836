"""The oracle of the golden case of indicators in SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from markets.moments import MORNING
from oracles.buckets import DAY, SECOND
from oracles.indicators import exponential_average, simple_average, skipping_nulls
from oracles.results import Tolerance, assert_same, by_key

from golden.cases import GoldenCase
from golden.executed import Draw, views, with_columns


def check_indicators_in_sql(case: GoldenCase, draw: Draw) -> None:
    closes = st.none() | st.integers(1, 99).map(float)
    volumes = st.none() | st.integers(1, 99)
    walks = {
        (listing, day): draw(st.lists(st.tuples(closes, volumes), max_size=8))
        for listing in (None, 1)
        for day in (0, 1)
    }
    found: list[dict[str, Any]] = []
    for (listing, day), walk in walks.items():
        midnight = MORNING // DAY * DAY + day * DAY
        for place, (close, volume) in enumerate(walk):
            label = midnight + place * 60 * SECOND
            found.append({"ListingId": listing, "TimeBucket": label, "Close": close, "Volume": volume})
    expected: list[dict[str, Any]] = []
    for listing in (None, 1):
        rows = [row for row in found if row["ListingId"] == listing]
        closes_of = [row["Close"] for row in rows]
        averages = skipping_nulls(closes_of, lambda values: simple_average(values, 3))
        smoothed = skipping_nulls(closes_of, lambda values: exponential_average(values, 3))
        further = skipping_nulls(smoothed, lambda values: simple_average(values, 2))
        expected += [
            row | {"SMA_3": average, "EMA_3": exponential, "Smoothed": twice}
            for row, average, exponential, twice in zip(rows, averages, smoothed, further, strict=True)
        ]
    for row in expected:
        earlier = next((each for each in found if is_minute_before(each, row)), None)
        pair = [] if earlier is None else [earlier["Volume"], row["Volume"]]
        row["SUM_2"] = None if None in pair or not pair else float(sum(pair))
    late = by_key(
        [row for row in expected if row["TimeBucket"] >= MORNING // DAY * DAY + DAY], ["ListingId", "TimeBucket"]
    )
    columns = {"ListingId": pa.int64(), "TimeBucket": pa.timestamp("us"), "Close": pa.float64(), "Volume": pa.int64()}
    told = [row | {"TimeBucket": row["TimeBucket"] // 1000} for row in found]
    table = pa.table({name: pa.array([row[name] for row in told], type_) for name, type_ in columns.items()})
    names = ("Close", "Volume", "SMA_3", "EMA_3", "SUM_2")
    tolerance = Tolerance(dict.fromkeys(("SMA_3", "EMA_3", "SUM_2", "Smoothed"), 1e-12))
    with views(case, vendor=table) as passes:
        assert_same(passes.result("averages"), with_columns(late, *names), tolerance)
        assert_same(passes.result("trends"), with_columns(late, *names, "Smoothed"), tolerance)


def is_minute_before(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether a bar is the one before another, of the same listing and day."""
    is_same = one["ListingId"] == other["ListingId"] and one["TimeBucket"] // DAY == other["TimeBucket"] // DAY
    return is_same and other["TimeBucket"] - one["TimeBucket"] == 60 * SECOND
