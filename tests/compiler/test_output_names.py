"""What the columns of a trade pass are called: product order, patterns, prefixes, and names that cannot be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from asked import TRADES, compiled, only, refused
from hostile import NASTY

from basalt.errors import DuplicateColumnError, OutputNameError

if TYPE_CHECKING:
    from basalt.errors import Problem

KEYS = ["ListingId", "TimeBucket"]
VARIABLES = {
    "generic": ({"measures": "Volume"}, "measures, sides"),
    "discrepancy": ({"references": "EBBO"}, "references, sides, aggregations"),
    "flag": ({"flags": "BlockTrade", "measures": "Count"}, "flags, measures, sides"),
    "change": ({"measures": "PricePoint"}, "measures, scopes"),
    "impact": ({"variant": "EffectiveSpread"}, "variant, horizon"),
}
"""A group of each kind, and the variables of its names."""


def of_pass(modules: str = "trade", **analytics: object) -> dict[str, Any]:
    return {"name": "p", "modules": modules, **({"trade_analytics": analytics} if analytics else {})}


def names(**analytics: object) -> list[str]:
    """The metrics' columns of a pass over canonical trades."""
    found = [column.name for column in only(compiled(of_pass(**analytics))).columns]
    return [name for name in found if name not in (*KEYS, "MIC", "Ticker", "MarketState")]


def named(kind: str, pattern: str, **analytics: object) -> list[str]:
    group, _ = VARIABLES[kind]
    return names(**{f"{kind}_metrics": [{**group, "output_name_pattern": pattern}]}, **analytics)


def test_fields_are_a_product_whose_first_is_slowest() -> None:
    discrepancy = {"references": ["BestBid", "EBBO"], "sides": ["Total", "Ask"], "aggregations": ["Mean", "Max"]}
    assert names(discrepancy_metrics=[discrepancy]) == [
        "DiscrepancyToBestBid",
        "DiscrepancyToBestBidMax",
        "DiscrepancyToBestBidAsk",
        "DiscrepancyToBestBidAskMax",
        "DiscrepancyToEBBO",
        "DiscrepancyToEBBOMax",
        "DiscrepancyToEBBOAsk",
        "DiscrepancyToEBBOAskMax",
    ]
    flag = {"flags": ["CrossTrade", "BlockTrade"], "measures": ["Volume", "Count"], "sides": ["Bid", "Total"]}
    assert names(flag_metrics=[flag]) == [
        "CrossTradeVolumeBid",
        "CrossTradeVolume",
        "CrossTradeCountBid",
        "CrossTradeCount",
        "BlockTradeVolumeBid",
        "BlockTradeVolume",
        "BlockTradeCountBid",
        "BlockTradeCount",
    ]
    change = {"measures": ["PricePoint", "PreTradeElapsedTimeChg"], "scopes": ["Venue", "Local"]}
    assert names(change_metrics=[change]) == [
        "PricePointAtVenue",
        "PricePoint",
        "PreTradeElapsedTimeChgAtVenue",
        "PreTradeElapsedTimeChg",
    ]
    impact = {"variant": ["RealizedSpread", "EffectiveSpread"], "horizon": ["1000ms", "1s"]}
    assert names(impact_metrics=[impact]) == [
        "RealizedSpread1000ms",
        "RealizedSpread1s",
        "EffectiveSpread1000ms",
        "EffectiveSpread1s",
    ]


def test_groups_come_in_one_order_and_each_list_in_its_own() -> None:
    asked = {
        "enable_retail_imbalance": True,
        "impact_metrics": [{"variant": "PriceImpact"}],
        "flag_metrics": [{"flags": "BlockTrade", "measures": "Count"}, {"flags": "CrossTrade", "measures": "Count"}],
        "generic_metrics": [{"measures": ["VWAP", "Volume"]}],
    }
    assert names(**asked) == [
        "TradeTotalVWAP",
        "TradeTotalVolume",
        "BlockTradeCount",
        "CrossTradeCount",
        "PriceImpact1s",
        "RetailTradeImbalance",
    ]


def test_nothing_asked_for_is_the_default_set() -> None:
    default = ["VWAP", "VolumeWeightedPricePlacement", "Volume", "Open", "High", "Low", "Close"]
    assert names(classifications=["LIT_CONTINUOUS"]) == default
    assert names(metric_prefix="T_") == [f"T_{name}" for name in default]


def test_the_retail_imbalance_is_a_module_of_its_own() -> None:
    found = [column.name for column in only(compiled(of_pass("retail_imbalance"))).columns]
    assert found == ["ListingId", "TimeBucket", "MIC", "Ticker", "MarketState", "RetailTradeImbalance"]


@pytest.mark.parametrize(
    ("kind", "pattern", "expected"),
    [
        ("generic", "{measures}_{sides}", "Volume_Total"),
        ("discrepancy", "{references}{sides}{aggregations}", "EBBOTotalMean"),
        ("flag", "{flags}-{measures}-{sides}", "BlockTrade-Count-Total"),
        ("change", "{scopes}{measures}", "LocalPricePoint"),
        ("impact", "{variant}After{horizon}", "EffectiveSpreadAfter1s"),
        ("impact", "{metric}|{column}", "EffectiveSpread|EffectiveSpread1s"),
        ("discrepancy", "{{{column}}}", "{DiscrepancyToEBBO}"),
    ],
)
def test_a_pattern_is_given_the_fields_of_its_group(kind: str, pattern: str, expected: str) -> None:
    assert named(kind, pattern) == [expected]
    assert named(kind, pattern, metric_prefix="X_") == [f"X_{expected}"]


def test_a_measure_of_several_columns_is_told_apart_by_its_metric() -> None:
    group = {"measures": "OHLC", "sides": ["Bid"], "output_name_pattern": "{sides}{metric}"}
    assert names(generic_metrics=[group]) == ["BidOpen", "BidHigh", "BidLow", "BidClose"]


def refused_name(kind: str, pattern: str, error: type = OutputNameError) -> Problem:
    group, _ = VARIABLES[kind]
    (problem,) = refused(error, of_pass(**{f"{kind}_metrics": [{**group, "output_name_pattern": pattern}]}))
    assert problem.place == f"pass p: trade_analytics.{kind}_metrics[0]"
    return problem


@pytest.mark.parametrize("kind", VARIABLES)
def test_an_unknown_variable_is_told_with_those_there_are(kind: str) -> None:
    assert OutputNameError.code == "BAS307"
    problem = refused_name(kind, "{colum}")
    variables = VARIABLES[kind][1]
    assert (
        problem.message
        == f"'{{colum}}' has a variable {{colum}} that there is not; there are {variables}, metric, column"
    )
    assert problem.suggestion == "did you mean 'column'?"


@pytest.mark.parametrize(
    "pattern", ["{}", "{0}", "{metric.name}", "{metric[0]}", "{metric!r}", "{metric:>9}", "{metric:{x}}", "{metric:d}"]
)
def test_a_variable_is_a_name_in_braces_and_nothing_more(pattern: str) -> None:
    assert f"{pattern!r} has a variable {pattern} that there is not" in refused_name("generic", pattern).message


@pytest.mark.parametrize("pattern", ["{metric", "metric}", "{", "}"])
def test_braces_come_in_pairs(pattern: str) -> None:
    assert "is not a name with variables in braces" in refused_name("generic", pattern).message


def test_an_empty_pattern_names_nothing() -> None:
    assert refused_name("generic", "").message == "an empty pattern names no column"


@pytest.mark.parametrize("name", ["ListingId", "timebucket", "MARKETSTATE", "Ticker"])
def test_keys_and_carried_columns_keep_their_names(name: str) -> None:
    assert f"{name} would be there twice" in refused_name("generic", name, DuplicateColumnError).message


def test_a_carried_columns_name_is_free_where_the_source_has_none() -> None:
    group = {"measures": "Volume", "output_name_pattern": "Ticker"}
    pass_ = of_pass(generic_metrics=[group])
    found = only(compiled(pass_, schemas={"trades": TRADES})).columns
    assert [column.name for column in found] == [*KEYS, "Ticker"]


def test_two_columns_of_one_name_are_refused_whatever_the_case() -> None:
    assert DuplicateColumnError.code == "BAS303"
    group = {"measures": ["Volume", "Count"], "output_name_pattern": "{sides}"}
    (problem,) = refused(DuplicateColumnError, of_pass(generic_metrics=[group]))
    assert problem.message == "Total would be computed twice"
    assert "output_name_pattern" in problem.suggestion
    groups = [{"measures": "Volume", "output_name_pattern": name} for name in ("mine", "MINE")]
    (problem,) = refused(DuplicateColumnError, of_pass(generic_metrics=groups))
    assert problem.place == "pass p: trade_analytics.generic_metrics[1]"


def test_the_same_metric_under_two_filters_needs_two_names() -> None:
    filtered = [{"measures": "Volume", "market_states": state} for state in ("OPEN", "HALTED")]
    refused(DuplicateColumnError, of_pass(generic_metrics=filtered))
    patterns = [{**group, "output_name_pattern": "{column}" + group["market_states"]} for group in filtered]
    assert names(generic_metrics=patterns) == ["TradeTotalVolumeOPEN", "TradeTotalVolumeHALTED"]


def test_text_of_a_pattern_and_a_prefix_that_means_something_elsewhere_is_only_text() -> None:
    group, _ = VARIABLES["discrepancy"]
    escaped = [text.replace("{", "{{").replace("}", "}}") for text in NASTY]
    groups = [{**group, "output_name_pattern": text + "{column}"} for text in escaped]
    assert names(discrepancy_metrics=groups) == [f"{text}DiscrepancyToEBBO" for text in NASTY]
    for text in ("{{ 7 * 7 }}", "{% raw %}", "a\"b''c;--", "{column}"):
        assert named("flag", "{column}", metric_prefix=text) == [f"{text}BlockTradeCount"]
