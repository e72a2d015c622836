"""Every column of a pipeline explains itself, down to columns that its sources have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from asked import BARS, TRADES, generic, indicator, trade
from golden.cases import GoldenCase, golden_cases

import basalt
from basalt.catalog.tables import assumed_schema
from basalt.compiler.binder import Binder
from basalt.compiler.explain_column import Explainer
from basalt.compiler.pipeline import compilation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from basalt.compiler.explanation import Origin

CASES = golden_cases()


def origins(origin: Origin) -> Iterator[Origin]:
    yield origin
    for each in origin.reads:
        yield from origins(each)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.folder.name)
def test_every_column_of_the_golden_pipelines(case: GoldenCase) -> None:
    schemas = case.schemas()
    with Binder() as binder:
        done, passes = compilation(case.config, schemas, binder)
        explainer = Explainer(done, {each.name: done.emit(each) for each in passes})
        found = {
            name: [(each, explainer.explain(name, each.name)) for each in compiled.columns]
            for name, compiled in explainer.passes.items()
        }
    for columns in found.values():
        for column, told in columns:
            assert (told.type, told.unit, told.kind) == (column.type, column.unit, column.kind)
            assert told.lineage is not None
            every = list(origins(told.lineage))
            leaves = [leaf for leaf in every if leaf.relation not in found]
            assert leaves
            for leaf in leaves:
                known = schemas.get(leaf.relation) or assumed_schema(leaf.relation) or {}
                assert leaf.source_columns
                assert set(leaf.source_columns) <= set(known)
            assert set(told.rows) == {leaf.relation for leaf in every if leaf.relation in found}
            assert all(told.rows.values())


def test_columns_of_a_filtered_and_a_flagged_metric() -> None:
    pipeline = trade("minutes", ["VWAP"], sides=["Ask"])
    pipeline["trade_analytics"]["generic_metrics"][0]["attribute_filters"] = {"Venue": "X"}
    pipeline["trade_analytics"]["flag_metrics"] = [{"flags": "OddLotTrade", "measures": "Count"}]
    schemas = {"trades": {**TRADES, "Venue": "VARCHAR", "LotType": "VARCHAR", "AggressorSide": "BIGINT"}}
    (vwap,) = basalt.explain({"PASSES": [pipeline]}, "TradeAskVWAP", schemas=schemas)
    assert vwap.states[1].formula == (
        "sum(Size) FILTER (WHERE aggressor = 1 AND isfinite(LocalPrice) AND Venue IN ('X'))"
    )
    assert vwap.requires == ("LocalPrice", "Size", "AggressorSide", "Venue")
    (odd,) = basalt.explain({"PASSES": [pipeline]}, "OddLotTradeCount", schemas=schemas)
    assert odd.states[0].formula == "count(*) FILTER (WHERE flagged_odd_lot_trade)"
    assert odd.derived == {"flagged_odd_lot_trade": "CAST(LotType AS VARCHAR) IN ('Odd Lot', 'ODD', 'MIXED')"}
    assert odd.lineage is not None
    assert [each.source_columns for each in odd.lineage.reads] == [("LotType",)]


def test_bars_of_a_vendor_and_a_pass_that_hands_rows_on() -> None:
    passes = [generic("vendor", "passed"), generic("passed", "top", talib_indicators=[indicator("SMA", timeperiod=3)])]
    tables = {"vendor": {"table": "vendor", "columns": {"Close": "Volume / 2"}, "filter": "Volume > 0"}}
    pipeline = {"PASSES": passes, "TABLES": tables, "START_DATE": "2025-03-03"}
    (told,) = basalt.explain(pipeline, "SMA_3", schemas={"vendor": BARS})
    assert told.lineage is not None
    assert [(each.relation, each.column, each.source_columns) for each in origins(told.lineage)] == [
        ("top", "SMA_3", ()),
        ("top", "Close", ()),
        ("passed", "Close", ()),
        ("vendor", "Close", ("Volume",)),
    ]
    (condition,) = [rule for rule in told.rows["passed"] if rule.what == "filter, dates and universe"]
    assert condition.source_columns == ("TimeBucket", "Volume")
    assert "(Volume > 0)" in condition.sql
