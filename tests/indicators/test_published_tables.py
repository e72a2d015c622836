"""Indicators of the SPY by day that somebody else computed and printed."""

from __future__ import annotations

import csv
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from vendor_bars import DATA, Config, Floats, in_order, needs_data, numbers, pipeline

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = DATA / "spy_daily_indicators"
MACD_12_26 = {"name": "APO", "parameters": {"fastperiod": 12, "slowperiod": 26, "matype": "EMA"}}
"""The table has the difference of the averages from the first day of the slower one on, each with its own start."""


def printed(file: str) -> dict[str, list[str | None]]:
    """The columns of a table, each value as it is printed, None where there is none."""
    with (FOLDER / file).open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {name: [row[name] or None for row in rows] for name in rows[0]}


def column(table: dict[str, list[str | None]], name: str) -> Floats:
    return np.array([np.nan if value is None else float(value) for value in table[name]])


def bars(table: dict[str, list[str | None]]) -> pa.Table:
    """The prices of a table as bars by day."""
    form = "%Y-%m-%d" if "-" in str(table["Date"][0]) else "%m/%d/%Y %I:%M:%S %p"
    days = [datetime.strptime(str(text), form) for text in table["Date"]]  # noqa: DTZ007 - days, without a zone
    prices = {name: column(table, name) for name in ("Open", "High", "Low", "Close", "Volume") if name in table}
    return pa.table(
        {"ListingId": pa.array([1] * len(days)), "TimeBucket": pa.array(days, pa.timestamp("us")), **prices}
    )


def computed(file: str, *indicators: Config) -> pa.Table:
    config = pipeline(bars(printed(file)), *indicators)
    config["TABLES"]["vendor"]["time_bucket_seconds"] = 86_400
    return in_order(config)


@needs_data
@pytest.mark.parametrize(
    ("file", "indicator", "columns", "within"),
    [
        # The closes of the first table are rounded to cents as well, so that its averages may be a cent apart.
        ("spy_with_indicators.txt", {"name": "SMA", "timeperiod": 14}, {"SMA_14": "SMA14"}, 0.006),
        ("spy_with_indicators.txt", {"name": "EMA", "timeperiod": 14}, {"EMA_14": "EMA14"}, 0.006),
        ("spy_with_indicators.txt", MACD_12_26, {"APO_12_26_1": "MACD 12 26"}, 2e-4),
        ("spy_with_indicators.txt", {"name": "RSI", "timeperiod": 14}, {"RSI_14": "RSI 14 Wilder"}, 5.1e-6),
        (
            "spy_bollinger_bands.txt",
            {"name": "BBANDS", "timeperiod": 20},
            {
                "BBANDS_20_Upperband": "Bollinger Bands® 20 2 Top",
                "BBANDS_20_Middleband": "Moving Average 20",
                "BBANDS_20_Lowerband": "Bollinger Bands® 20 2 Bottom",
            },
            6.1e-5,
        ),
        ("spy_mfi.txt", {"name": "MFI", "timeperiod": 20}, {"MFI_20": "Money Flow Index 20"}, 7.5e-6),
        ("spy_natr.txt", {"name": "NATR", "timeperiod": 5}, {"NATR_5": "NATR_5"}, 1e-14),
    ],
    ids=lambda value: value["name"] if isinstance(value, dict) and "name" in value else None,
)
def test_a_table_agrees_to_its_printed_digits(
    file: str, indicator: Config, columns: dict[str, str], within: float
) -> None:
    table, result = printed(file), computed(file, indicator)
    for ours, theirs in columns.items():
        assert_agree(numbers(result, ours), column(table, theirs), within)


@needs_data
def test_the_macd_agrees_once_both_have_enough_history() -> None:
    table, result = printed("spy_with_macd.txt"), computed("spy_with_macd.txt", {"name": "MACD"})
    for suffix, theirs in (("", "MACD"), ("_Signal", "Signal"), ("_Hist", "Histogram")):
        expected = column(table, theirs)
        ours = np.where(np.isnan(expected), np.nan, numbers(result, f"MACD_12_26_9{suffix}"))
        assert_agree(ours, expected, 6e-6)


@needs_data
def test_the_strength_by_simple_averages_is_the_unsmoothed_momentum() -> None:
    table = printed("spy_with_indicators.txt")
    result = computed("spy_with_indicators.txt", {"name": "CMOU", "timeperiod": 14})
    theirs = column(table, "RSI 14")
    ours = np.where(np.isnan(theirs), np.nan, 50 + numbers(result, "CMOU_14") / 2)
    assert_agree(ours, theirs, 3e-4)


def assert_agree(ours: Floats, theirs: Floats, within: float) -> None:
    """Compare columns: null in the same places, and no further apart than the digits printed allow."""
    assert places(ours) == places(theirs)
    assert np.nanmax(np.abs(ours - theirs)) <= within


def places(values: Floats) -> Sequence[int]:
    found: list[int] = np.flatnonzero(~np.isnan(values)).tolist()
    assert len(found) > 100
    return found
