"""Columns aggregated in several ways, by their own rules, weighted, and under names by a pattern."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.bars import Bars, bars
from markets.moments import contracts
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, Config, bucket_settings, generic_pass_config, run_pass
from markets.trades import Market, markets
from oracles.buckets import SECOND, Contract
from oracles.generic_pass import aggregated, in_order, resampled, weighted_mean
from oracles.results import Result, Tolerance, assert_same

import basalt

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTHS = contracts(st.sampled_from([SECOND, 60 * SECOND]))
FACTORS = st.sampled_from([1, 2, 15])
MINUTES = Contract(60 * SECOND)


def step_over(market: Bars, aggregations: Any, factor: int, **settings: object) -> Config:  # noqa: ANN401 - as a user may
    step = generic_pass_config("bars", aggregations, rule=f"{market.contract.width * factor // SECOND}s")
    step["generic_analytics"] |= settings
    return {"TABLES": {"bars": {"data": market.table, **bucket_settings(market.contract)}}, "PASSES": [step]}


def wide_bars(market: Bars, factor: int) -> list[dict[str, Any]]:
    return resampled(in_order(market.rows), market.contract, market.contract.coarser(factor))


def groups(rows: Iterable[dict[str, Any]]) -> dict[tuple[int, int], list[dict[str, Any]]]:
    found: dict[tuple[int, int], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault((row["ListingId"], row["TimeBucket"]), []).append(row)
    return found


@pytest.mark.parametrize(("column", "weight"), [("Close", "Volume"), ("Close", "Trades"), ("Trades", "Close")])
@given(bars(WIDTHS), FACTORS)
@settings(max_examples=4)
def test_a_mean_weighted_by_a_column(column: str, weight: str, market: Bars, factor: int) -> None:
    expected = {
        key: {column: weighted_mean(members, column, weight)}
        for key, members in groups(wide_bars(market, factor)).items()
    }
    actual = run_pass(step_over(market, {column: {"weighted_mean": weight}}, factor), "generic")
    assert_same(actual, expected, Tolerance({column: 1e-12}))


@given(bars(WIDTHS), FACTORS)
@settings(max_examples=4)
def test_a_column_aggregated_in_several_ways_has_the_way_at_the_end_of_its_name(market: Bars, factor: int) -> None:
    ways = ["first", "last", "count", "nunique", {"weighted_mean": "Volume"}]
    rows = wide_bars(market, factor)
    one_by_one = {way: aggregated(rows, BY_LISTING, {"Close": way}) for way in ways if isinstance(way, str)}
    expected: Result = {
        key: {f"Close{way.capitalize()}": found[key]["Close"] for way, found in one_by_one.items()}
        | {"CloseWeightedMean": weighted_mean(members, "Close", "Volume")}
        for key, members in groups(rows).items()
    }
    actual = run_pass(step_over(market, {"Close": ways}, factor), "generic")
    assert_same(actual, expected, Tolerance({"CloseWeightedMean": 1e-12}))


@given(bars(WIDTHS), FACTORS)
@settings(max_examples=4)
def test_a_pattern_names_every_output(market: Bars, factor: int) -> None:
    asked = {"Close": ["max", "min"], "Volume": "max", "Trades": {"weighted_mean": "Volume"}}
    step = step_over(market, asked, factor, output_name_pattern="{aggregation}_of_{column}{weight}")
    rows = wide_bars(market, factor)
    expected = {
        key: {
            "max_of_Close": aggregated(members, BY_LISTING, {"Close": "max"})[key]["Close"],
            "min_of_Close": aggregated(members, BY_LISTING, {"Close": "min"})[key]["Close"],
            "max_of_Volume": aggregated(members, BY_LISTING, {"Volume": "max"})[key]["Volume"],
            "weighted_mean_of_TradesVolume": weighted_mean(members, "Trades", "Volume"),
        }
        for key, members in groups(rows).items()
    }
    actual = run_pass(step, "generic")
    assert [list(row) for row in actual.values()] == [list(row) for row in expected.values()]
    assert_same(actual, expected, Tolerance({"weighted_mean_of_TradesVolume": 1e-12}))


def test_outputs_may_take_the_names_of_columns_of_the_source_and_of_the_sql() -> None:
    market = Bars(MINUTES, [{"ListingId": 11, "TimeBucket": 0, "Close": 2.0, "Volume": 3.0, "Trades": 5}])
    step = step_over(market, {"Volume": "sum", "Close": "sum"}, 15, output_name_pattern="{weight}bucket{column}")
    assert list(run_pass(step, "generic").values()) == [{"bucketVolume": 3.0, "bucketClose": 2.0}]
    step = step_over(market, {"Volume": "sum"}, 15, output_name_pattern="bucket")
    assert list(run_pass(step, "generic").values()) == [{"bucket": 3.0}]
    step = step_over(market, {"Volume": ["sum"], "Trades": ["max"]}, 15, output_name_pattern="Close{column}")
    assert list(run_pass(step, "generic").values()) == [{"CloseVolume": 3.0, "CloseTrades": 5}]


METRICS = {"generic_metrics": [{"measures": ["Volume", "Count", "VWAP", "OHLC"], "sides": ["Total", "Bid"]}]}


def two_passes(market: Market, aggregations: Any, **settings: object) -> Config:  # noqa: ANN401 - as a user may
    step = generic_pass_config("bars", aggregations, rule="15m", group_by=BY_INSTRUMENT)
    step["generic_analytics"] |= settings
    first = {"name": "bars", "modules": ["trade"], **bucket_settings(market.contract), "trade_analytics": METRICS}
    return {"TABLES": {"trades": market.table, "reference": market.reference}, "PASSES": [first, step]}


@given(markets(st.just(MINUTES), sequences=st.just("unique"), most=20))
@settings(max_examples=4)
def test_auto_takes_every_metric_by_its_rule_and_leaves_what_is_none(market: Market) -> None:
    sides = [("", "TradeBid")[side == "Bid"] for side in ("Total", "Bid")]
    columns = [f"Trade{side}{name}" for name in ("Volume", "Count", "VWAP") for side in ("Total", "Bid")]
    prices = [f"{side}{name}" for side in sides for name in ("Open", "High", "Low", "Close")]
    written_out = run_pass(two_passes(market, dict.fromkeys([*columns, *prices], "auto")), "generic", BY_INSTRUMENT)
    for short in ("auto", {"*": "auto"}, [*columns, *prices]):
        assert_same(run_pass(two_passes(market, short), "generic", BY_INSTRUMENT), written_out)
    with basalt.run(two_passes(market, "auto")) as result:
        names = set(result["generic"].arrow().column_names)
    assert names == {*BY_INSTRUMENT, *columns, *prices}


@given(markets(st.just(MINUTES), sequences=st.just("unique"), most=20))
@settings(max_examples=4)
def test_what_is_named_beside_the_star_goes_by_its_own_method(market: Market) -> None:
    plain = run_pass(two_passes(market, {"Close": ["first", "last"]}), "generic", BY_INSTRUMENT)
    every = run_pass(two_passes(market, {"*": "auto", "Close": ["first", "last"]}), "generic", BY_INSTRUMENT)
    assert_same(every, plain)
    assert all("Close" not in row and "TradeTotalVWAP" in row for row in every.values())


@given(markets(st.just(MINUTES), sequences=st.just("unique"), most=20))
@settings(max_examples=4)
def test_renamed_metrics_merge_on_in_a_third_pass(market: Market) -> None:
    pattern = {"output_name_pattern": "Wide{column}"}
    config = two_passes(market, ["Close", "TradeTotalVWAP", "Open"], **pattern)
    third = generic_pass_config("generic", "auto", rule="60m", group_by=BY_INSTRUMENT, name="hours")
    config["PASSES"].append(third)
    direct = two_passes(market, ["Close", "TradeTotalVWAP", "Open"])
    direct["PASSES"][1]["generic_analytics"]["resample_rule"] = "60m"
    expected = {
        key: {f"Wide{name}": value for name, value in row.items()}
        for key, row in run_pass(direct, "generic", BY_INSTRUMENT).items()
    }
    assert_same(run_pass(config, "hours", BY_INSTRUMENT), expected, Tolerance({"WideTradeTotalVWAP": 1e-12}))


def test_a_spread_leaves_out_what_is_infinite_and_needs_two_values() -> None:
    closes = [1.0, 3.0, float("inf"), float("-inf")]
    table = pa.table(
        {
            "ListingId": [1, 1, 1, 1],
            "TimeBucket": pa.array([60_000_000, 120_000_000, 180_000_000, 240_000_000], pa.timestamp("us")),
            "Close": closes,
        }
    )
    step = generic_pass_config("bars", {"Close": ["std", "var"]}, rule="15m")
    rows = run_pass({"TABLES": {"bars": table}, "PASSES": [step]}, "generic")
    assert list(rows.values()) == [{"CloseStd": 2**0.5, "CloseVar": 2.0}]
    one = {"TABLES": {"bars": table.slice(0, 1)}, "PASSES": [step]}
    assert list(run_pass(one, "generic").values()) == [{"CloseStd": None, "CloseVar": None}]


def test_the_number_of_different_listings_of_an_instrument() -> None:
    contract = Contract(60 * SECOND)
    rows = [
        {"ListingId": listing, "TimeBucket": label * 60 * SECOND, "Close": 1.0, "Volume": 1.0, "Trades": 1}
        for listing, label in [(11, 1), (11, 2), (12, 2), (21, 3)]
    ]
    step = generic_pass_config("bars", {"ListingId": "nunique"}, rule="15m", group_by=BY_INSTRUMENT)
    reference = pa.table({"ListingId": [11, 12, 21], "InstrumentId": [901, 901, 902]})
    config = {"TABLES": {"bars": Bars(contract, rows).table, "reference": reference}, "PASSES": [step]}
    assert [(key[0], row["ListingId"]) for key, row in sorted(run_pass(config, "generic", BY_INSTRUMENT).items())] == [
        (901, 2),
        (902, 1),
    ]
