"""Flags, filters, discrepancies and costs of real trades, against the oracle and against what they must add up to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pytest
from markets.pipelines import analytics_result
from oracles.buckets import SECOND, Contract
from oracles.results import Result, assert_same, rows_of
from oracles.tolerances import metric_tolerance
from oracles.trade_groups import grouped_pass
from oracles.trades import read_trades
from real.annotated import marked_ticks, quoted_trades
from real.ticks import needs_data

if TYPE_CHECKING:
    import pyarrow as pa

pytestmark = needs_data

MINUTES = Contract(60 * SECOND)
CONTRACTS = [MINUTES, Contract(10 * SECOND, "start", "left")]


@pytest.fixture(scope="module")
def ticks() -> pa.Table:
    return marked_ticks("IBM", "2013-10-08")


@pytest.fixture(scope="module")
def quoted() -> pa.Table:
    return quoted_trades()


def equals_the_oracle(table: pa.Table, contract: Contract, asked: dict[str, Any]) -> Result:
    """Run a pass, compare it with the oracle, and return it."""
    expected = grouped_pass(read_trades(rows_of(table)), contract, asked)
    found = analytics_result(table, contract, asked)
    assert_same(found, expected, metric_tolerance({name for row in expected.values() for name in row}))
    return found


def column(result: Result, name: str) -> list[Any]:
    """The values of a column that are not null."""
    return [row[name] for row in result.values() if row[name] is not None]


def test_flags_with_codes_of_their_own(ticks: pa.Table) -> None:
    flags = {"flags": ["OddLotTrade", "BlockTrade", "CrossTrade"], "measures": ["Volume", "Count", "AvgNotional"]}
    codes = {
        "OddLotTrade": {"column": "LotType", "values": ["MIXED"]},
        "BlockTrade": {"column": "IsBlock", "values": [True]},
        "CrossTrade": {"column": "Condition", "values": ["20000020", "20"]},
    }
    marks = {"OddLotTrade": "MIXED", "BlockTrade": True}
    rows = rows_of(ticks)
    found = equals_the_oracle(ticks, MINUTES, {"flag_metrics": [flags], "flag_codes": codes})
    for flag, mark in marks.items():
        marked = [row["Size"] for row in rows if row[codes[flag]["column"]] == mark]
        assert sum(column(found, f"{flag}Volume")) == sum(marked) > 0
        assert sum(column(found, f"{flag}Count")) == len(marked)


def test_filters_by_text_truth_and_number(ticks: pa.Table) -> None:
    generic = {"measures": ["VWAP", "OHLC", "Volume", "Count"]}
    filters = [{"Condition": ["1", "2000"]}, {"Suspicious": False, "LotType": "ROUND"}, {"Size": [100, 200]}]
    whole = analytics_result(ticks, MINUTES, {"generic_metrics": [generic]})
    for accepted in filters:
        found = equals_the_oracle(ticks, MINUTES, {"generic_metrics": [{**generic, "attribute_filters": accepted}]})
        assert found.keys() == whole.keys()
        assert 0 < sum(column(found, "TradeTotalCount")) < sum(column(whole, "TradeTotalCount")) == ticks.num_rows


@pytest.mark.parametrize("contract", CONTRACTS, ids=["minutes", "ten seconds"])
def test_discrepancies_and_costs(quoted: pa.Table, contract: Contract) -> None:
    asked = {
        "discrepancy_metrics": [
            {
                "references": ["EBBO", "BestBid", "PreTradeMid"],
                "sides": ["Total", "Bid", "Ask", "Unknown"],
                "aggregations": ["First", "Last", "Min", "Max", "Mean", "Sum", "Median", "Std"],
            }
        ],
        "change_metrics": [{"measures": "PricePoint"}],
        "impact_metrics": [
            {"variant": ["EffectiveSpread", "RealizedSpread", "PriceImpact"], "horizon": ["100ms", "1s"], "unit": "bps"}
        ],
    }
    found = equals_the_oracle(quoted, contract, asked)
    for row in found.values():
        for horizon in ("100ms", "1s"):
            spread, kept, impact = (row[f"{name}{horizon}"] for name in asked["impact_metrics"][0]["variant"])
            assert math.isclose(spread, kept + impact, abs_tol=1e-6)


def test_the_default_metrics_of_quoted_trades(quoted: pa.Table) -> None:
    found = equals_the_oracle(quoted, MINUTES, {})
    assert sum(column(found, "Volume")) == pytest.approx(sum(quoted.column("Size").to_pylist()), rel=1e-12)
    assert all(-1 <= value <= 1 for value in column(found, "VolumeWeightedPricePlacement"))
