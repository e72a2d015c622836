"""Worked cases of TA-Lib indicators on resampled bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from cases.worked_case import BARS, WorkedCase, assert_close, needs_cases
from oracles.generic_pass import aggregated, in_order, resampled
from oracles.indicators import (
    Series,
    exponential_average,
    macd,
    simple_average,
    skipping_nulls,
    weighted_average,
)

import basalt
from basalt.errors import BasaltError, ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from oracles.results import Result

AVERAGES: dict[str, tuple[str, Callable[[list[float], int], Series]]] = {
    "sma": ("SMA_5", simple_average),
    "ema": ("EMA_5", exponential_average),
    "wma": ("WMA_5", weighted_average),
}


def five_minutes(case: WorkedCase, name: str) -> Result:
    """What a pass should give before its indicator."""
    (analytics,) = (each["generic_analytics"] for each in case.config["passes"] if each["name"] == name)
    bars = resampled(in_order(case.rows("context__bars")), BARS, BARS.coarser(5))
    return aggregated(bars, ["ListingId", "TimeBucket"], analytics["aggregations"])


def with_indicator(bars: Result, column: str, indicator: Callable[[list[float]], Series]) -> Result:
    """Add an indicator of ``Close``, computed per listing in time order."""
    result: Result = {}
    for listing in {listing for listing, _ in bars}:
        series = sorted(key for key in bars if key[0] == listing)
        found = skipping_nulls([bars[key]["Close"] for key in series], indicator)
        result |= {key: {**bars[key], column: value} for key, value in zip(series, found, strict=True)}
    return result


@needs_cases
@pytest.mark.parametrize("name", AVERAGES)
def test_moving_averages(name: str) -> None:
    case = WorkedCase("talib_sma_ema_wma")
    column, average = AVERAGES[name]
    result = case.run(name)[name]
    assert_close(result, case.expected(name))
    # The other implementation let one null spoil the rest of a series; ours skips nulls, as the oracle does.
    assert_close(result, with_indicator(five_minutes(case, name), column, lambda found: average(found, 5)))


@needs_cases
@pytest.mark.parametrize("output", [0, 1, 2])
def test_outputs_of_the_macd(output: int) -> None:
    case = WorkedCase("talib_macd_outputs")
    name = f"macd{output}"
    result = case.run(name)[name]
    assert_close(result, case.expected(name))
    bars = five_minutes(case, name)
    assert_close(result, with_indicator(bars, f"macd_{output}", lambda found: macd(found, 3, 6, 4)[output]))


@needs_cases
def test_an_output_index_the_function_does_not_have_is_refused() -> None:
    # The other implementation takes the nearest output there is; Basalt does not guess.
    with pytest.raises(BasaltError) as caught:
        basalt.compile(WorkedCase("talib_macd_outputs").pipeline("macd9"))
    assert "MACD" in str(caught.value)
    assert "9" in str(caught.value)


@needs_cases
def test_a_negative_output_index_is_refused_by_the_configuration() -> None:
    with pytest.raises(ConfigurationError, match="output_index"):
        basalt.compile(WorkedCase("talib_macd_outputs").pipeline("macd-1"))


@needs_cases
def test_a_series_shorter_than_the_period_gives_nulls() -> None:
    case = WorkedCase("talib_short_series")
    result = case.run()["g"]
    assert_close(result, case.expected("g"))
    assert {row["SMA_14"] for row in result.values()} == {None}
