"""Names of output columns read back to the metric and the choices they came from."""

from __future__ import annotations

import itertools

import pytest

from basalt.catalog.library import load_library
from basalt.catalog.naming import columns_named, labels

GROUPS = load_library().groups()
AMOUNTS = {"bps": "2_5", "size": "1000", "notional": "0_01"}


def read(name: str) -> list[tuple[str, dict[str, str]]]:
    return [(each.metric.name, dict(each.chosen)) for each in columns_named(name, GROUPS)]


@pytest.mark.parametrize(
    ("name", "metric", "chosen"),
    [
        ("TradeBidVWAP", "VWAP", {"side": "Bid"}),
        ("Close", "Close", {"side": "Total"}),
        ("TradeAskClose", "Close", {"side": "Ask"}),
        ("DiscrepancyToEBBOAskStd", "Discrepancy", {"reference": "EBBO", "side": "Ask", "aggregation": "Std"}),
        (
            "DiscrepancyToBestAskAtVenue",
            "Discrepancy",
            {"reference": "BestAskAtVenue", "side": "Total", "aggregation": "Mean"},
        ),
        (
            "DiscrepancyToBestAskAskMax",
            "Discrepancy",
            {"reference": "BestAsk", "side": "Ask", "aggregation": "Max"},
        ),
        ("NegotiatedTradeVolumeBid", "Flag", {"flag": "NegotiatedTrade", "measure": "Volume", "side": "Bid"}),
        ("EffectiveSpread1s", "EffectiveSpread", {"horizon": "1s"}),
        ("PricePointAtVenue", "PricePoint", {"scope": "Venue"}),
        ("PricePoint", "PricePoint", {"scope": "Local"}),
        ("RetailTradeImbalance", "RetailTradeImbalance", {}),
        ("tradebidvwap", "VWAP", {"side": "Bid"}),
        ("BidCumQuantity10", "CumQuantity", {"side": "Bid", "level": "10"}),
        ("ImbalanceOrders2", "ImbalanceOrders", {"level": "2"}),
        ("BidDepth2_5bps", "Depth", {"side": "Bid", "bps": "2_5"}),
        ("AskSweepPrice1000", "SweepPrice", {"side": "Ask", "size": "1000"}),
        ("AskSweepPriceNotional1000", "NotionalSweepPrice", {"side": "Ask", "notional": "1000"}),
        ("WeightedMidOpen", "BookOpen", {"source": "WeightedMid"}),
    ],
)
def test_a_name_is_read_back(name: str, metric: str, chosen: dict[str, str]) -> None:
    assert read(name) == [(metric, chosen)]


@pytest.mark.parametrize(
    "name",
    [
        "TradeTotalClose",
        "BidPrice",
        "BidPrice0",
        "MidPrice1",
        "EffectiveSpread",
        "EffectiveSpread1h",
        "TradeVWAP",
        "VWAP",
        "",
    ],
)
def test_a_name_of_no_column(name: str) -> None:
    assert read(name) == []


def test_every_name_of_a_metric_is_its_own() -> None:
    seen: dict[str, str] = {}
    for group in GROUPS:
        for metric in group.metrics:
            placeholders = ("reference", "flag", "measure", "side", "aggregation", "scope", "source")
            used = [name for name in placeholders if f"{{{name}}}" in metric.column]
            for values in itertools.product(*(labels(group, name) for name in used)):
                chosen = dict(zip(used, values, strict=True))
                pattern = metric.column
                if chosen.get("side") == "Total" and metric.column_total:
                    pattern = metric.column_total
                for name, label in {**chosen, "horizon": "5m", "level": "12", **AMOUNTS}.items():
                    pattern = pattern.replace(f"{{{name}}}", label)
                assert [each.metric.name for each in columns_named(pattern, GROUPS)] == [metric.name], pattern
                assert columns_named(pattern, GROUPS)[0].column == pattern
                assert pattern not in seen
                seen[pattern] = metric.name
    assert len(seen) > 450
