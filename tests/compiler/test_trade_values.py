"""Values of trades are columns with names of their own, each computed once, whatever else goes by such a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from asked import compiled, only, rows, trade
from catalog.own_templates import write_metric

if TYPE_CHECKING:
    from pathlib import Path

    from asked import Config

SHAPES = {
    "filtered": {"sides": ["Total"], "aggregations": ["Mean", "Last", "Max"]},
    "sliced": {"sides": ["Total", "Bid", "Ask"], "aggregations": ["Mean", "Last", "Max"]},
    "split": {"sides": ["Total", "Bid", "Ask"], "aggregations": ["Mean", "Last", "Median", "Std"]},
}
"""What makes the compiler aggregate in each of its ways."""


def costs(*impacts: Config, **discrepancies: object) -> Config:
    """A trade pass with discrepancies from two references, and costs."""
    groups: Config = {"discrepancy_metrics": [{"references": ["EBBO", "PreTradeMid"], **discrepancies}]}
    return {"name": "costs", "modules": "trade", "trade_analytics": {**groups, "impact_metrics": list(impacts)}}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_value_is_computed_in_one_place(shape: str) -> None:
    impact = {"variant": ["EffectiveSpread", "RealizedSpread"], "unit": "bps"}
    no_blocks = {**impact, "attribute_filters": {"IsBlock": "N"}, "output_name_pattern": "NoBlock{column}"}
    sql = only(compiled(costs(impact, no_blocks, **SHAPES[shape]))).sql
    for value in ("discrepancy_to_ebbo", "discrepancy_to_pre_trade_mid", "effective_spread_bps"):
        assert sql.count(f"END AS {value}") == 1
        assert sql.count(f"({value}") >= 2
    assert sql.count("* 10000 / PreTradeMid") == 2
    assert sql.count("10000 * (LocalPrice - PreTradeMid)") == 1


def test_a_cost_that_does_not_depend_on_the_horizon_is_computed_once_for_all() -> None:
    schema = {"PostTradeMid100ms": "DOUBLE", "PostTradeMid1000ms": "DOUBLE", "PreTradeMid": "DOUBLE"}
    trades = {"ListingId": "BIGINT", "TradeTimestamp": "TIMESTAMP", "LocalPrice": "DOUBLE", "Size": "DOUBLE"}
    impact = {"variant": ["EffectiveSpread", "RealizedSpread"], "horizon": ["100ms", "1s"]}
    asked = {"name": "costs", "modules": "trade", "trade_analytics": {"impact_metrics": [impact]}}
    found = only(compiled(asked, schemas={"trades": {**trades, **schema, "AggressorSide": "BIGINT"}}))
    assert found.plain_columns[2:] == (
        "EffectiveSpread100ms", "EffectiveSpread1s", "RealizedSpread100ms", "RealizedSpread1s",
    )  # fmt: skip
    assert [found.sql.count(f"sum({name})") for name in ("effective_spread", "realized_spread_100ms")] == [1, 1]


@pytest.mark.parametrize("column", ["effective_spread", "Effective_Spread", "positive_price", "total_positive_price"])
@pytest.mark.parametrize("side", ["Total", "Ask"])
def test_a_column_of_the_source_with_the_name_of_a_value(column: str, side: str) -> None:
    trades = tape(**{column: [0.0, 7.0, 7.0, 0.0]})
    generic = {"measures": ["UptickCount", "MedianPrice"], "sides": side, "attribute_filters": {column: 7.0}}
    impact = {"variant": "EffectiveSpread", "attribute_filters": {column: 7.0}}
    (row,) = rows(pipeline(trades, generic_metrics=[generic], impact_metrics=[impact]))
    assert list(row.values())[2:] == [1, 12.0, 2 * (11 - 9.0) / 2 + 2 * (13 - 9.0) / 2]


def test_a_filter_reads_the_aggressor_of_the_source_where_trades_are_compared() -> None:
    trades = tape(AggressorSide=[1, 3, 1, 3])
    generic = {"measures": ["UptickCount", "MedianPrice"], "attribute_filters": {"AggressorSide": 3}}
    (row,) = rows(pipeline(trades, generic_metrics=[generic]))
    assert list(row.values())[2:] == [1, 11.5]


def test_what_is_linked_to_other_trades_counts_for_the_trades_of_its_side_only(tmp_path: Path) -> None:
    derived = {"price": "LocalPrice", "before": "lag({{ price }} IGNORE NULLS) OVER {{ previous_trade }}"}
    states = {"sum_before": {"aggregate": "sum", "of": "{{ before }}"}}
    write_metric(tmp_path, "Before", "{{ sum_before }}", derived=derived, states=states)
    asked = pipeline(tape(AggressorSide=[1, 2, 1, 2]), generic_metrics=[{"measures": "Before", "sides": ["Ask"]}])
    (row,) = rows({**asked, "TEMPLATE_PATHS": [str(tmp_path)]})
    assert list(row.values())[2:] == [10.0]


def test_values_of_ones_own_in_several_steps(tmp_path: Path) -> None:
    derived = {"bucket": "LocalPrice - 10", "counted": "{{ bucket }} * {{ bucket }}", "size": "{{ counted }} + Size"}
    states = {"first_squares": {"aggregate": "sum", "of": "{{ size }}", "where": "{{ bucket }} > 1"}}
    write_metric(tmp_path, "Squares", "{{ first_squares }}", derived=derived, states=states)
    asked = pipeline(tape(), generic_metrics=[{"measures": ["Squares", "Volume"], "sides": ["Total", "Ask"]}])
    (row,) = rows({**asked, "TEMPLATE_PATHS": [str(tmp_path)]})
    assert list(row.values())[2:] == [9.0 + 1.0 + 4.0 + 1.0, 15.0, 4.0, 4.0]


def test_a_column_tells_the_values_it_is_made_of() -> None:
    (found,) = [
        each for each in only(compiled(trade("bars", ["RunCount"]))).columns if each.name == "TradeTotalRunCount"
    ]
    assert found.formula == (
        "coalesce(count(initiator) where initiator IS DISTINCT FROM total_prior_initiator, 0) with "
        "initiator = nullif(aggressor, 0), total_prior_initiator = lag(initiator IGNORE NULLS) OVER in_order"
    )


def tape(**columns: list[Any]) -> pa.Table:
    """Four trades of one listing in one minute, at 10, 11, 13 and 12, of size 1, before which the mid was 9."""
    plain = {"LocalPrice": [10.0, 11.0, 13.0, 12.0], "Size": [1.0] * 4, "PreTradeMid": [9.0] * 4}
    times = pa.array([second * 10**9 for second in range(1, 5)], pa.timestamp("ns"))
    sides = {"AggressorSide": [1] * 4, "PostTradeMid1000ms": [9.0] * 4}
    return pa.table({"ListingId": [11] * 4, "TradeTimestamp": times, **plain, **sides, **columns})


def pipeline(trades: pa.Table, **analytics: object) -> Config:
    """One trade pass by the minute."""
    passes = [{"name": "bars", "modules": "trade", "trade_analytics": analytics}]
    return {"TABLES": {"trades": trades}, "PASSES": passes}
