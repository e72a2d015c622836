"""Groups of trade metrics that do not fit their source; values of filters and flags are data whatever they say."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from asked import refused, rows
from hostile import NASTY

from basalt.catalog.tables import CANONICAL_TABLES
from basalt.errors import BindingError, UnknownColumnError

CANONICAL = CANONICAL_TABLES["trades"].assumed
NINE = datetime(2025, 3, 3, 9, 0, 30, tzinfo=UTC).replace(tzinfo=None)


def of_pass(**analytics: object) -> dict[str, Any]:
    return {"name": "p", "modules": "trade", "trade_analytics": analytics}


def trades(count: int = 3, **columns: object) -> pa.Table:
    """Trades of one listing in one minute, one second apart, of sizes 1, 2, 4, ...; the first buyer-initiated."""
    own: dict[str, Any] = {
        "ListingId": [1] * count,
        "TradeTimestamp": [NINE] * count,
        "BMLLSequenceNo": list(range(count)),
        "LocalPrice": [10.0 + place for place in range(count)],
        "Size": [float(2**place) for place in range(count)],
        "AggressorSide": [1, 2, 0][:count] + [0] * (count - 3),
    }
    return pa.table(own | columns)


def only_row(table: pa.Table, **analytics: object) -> dict[str, Any]:
    """The metrics of the one bucket of a pass."""
    (row,) = rows({"TABLES": {"trades": table}, "PASSES": [of_pass(**analytics)]})
    return {name: value for name, value in row.items() if name not in ("ListingId", "TimeBucket", "MarketState")}


def volume(table: pa.Table, **group: object) -> float:
    return only_row(table, generic_metrics=[{"measures": "Volume", **group}])["TradeTotalVolume"]


def test_a_column_of_a_filter_that_is_not_there_is_told_with_the_nearest() -> None:
    assert UnknownColumnError.code == "BAS203"
    for kind, group in {
        "generic": {"measures": "Volume"},
        "flag": {"flags": "CrossTrade", "measures": "Count"},
    }.items():
        asked = of_pass(**{f"{kind}_metrics": [{**group, "attribute_filters": {"LotTyp": "ODD"}}]})
        (problem,) = refused(UnknownColumnError, asked)
        assert problem.message.startswith(f"pass p: trade_analytics.{kind}_metrics[0] needs column LotTyp")
        assert problem.suggestion.startswith("did you mean 'LotType'?")


def test_market_states_need_a_market_state() -> None:
    schema = {name: type_ for name, type_ in CANONICAL.items() if name != "MarketState"}
    asked = of_pass(generic_metrics=[{"measures": "Volume", "market_states": "HALTED"}])
    (problem,) = refused(UnknownColumnError, asked, schemas={"trades": schema})
    assert "needs column MarketState" in problem.message


@pytest.mark.parametrize("column", ["BestBidPrice", "BestAskPriceAtPrimary"])
def test_a_reference_price_the_source_lacks_is_named_with_the_metric(column: str) -> None:
    schema = {name: type_ for name, type_ in CANONICAL.items() if name != column}
    asked = of_pass(discrepancy_metrics=[{"references": ["EBBO", "MidAtPrimary"]}])
    (problem,) = refused(UnknownColumnError, asked, schemas={"trades": schema})
    reference = "MidAtPrimary" if column.endswith("Primary") else "EBBO"
    assert problem.message.startswith(f"pass p: DiscrepancyTo{reference} needs column {column},")


@pytest.mark.parametrize("variant", ["RealizedSpread", "PriceImpact"])
def test_a_horizon_the_source_lacks_lists_those_it_has(variant: str) -> None:
    mids = {"PostTradeMid100ms": "DOUBLE", "PostTradeMid60000ms": "DOUBLE", "PostTradeMid1500ms": "FLOAT"}
    asked = of_pass(impact_metrics=[{"variant": variant, "horizon": "10s"}])
    (problem,) = refused(UnknownColumnError, asked, schemas={"trades": {**CANONICAL, **mids}})
    assert problem.message == (
        "pass p: trade_analytics.impact_metrics[0] needs the mid 10s after the trade, column PostTradeMid10000ms; "
        "the horizons there are: 100ms, 1s, 1500ms, 1m"
    )


def test_an_effective_spread_needs_no_mid_after_the_trade() -> None:
    table = trades(PreTradeMid=[9.0, 12.0, 9.0])
    found = only_row(table, impact_metrics=[{"variant": "EffectiveSpread", "horizon": ["7s", "3m"]}])
    assert found == {"EffectiveSpread7s": 2.0, "EffectiveSpread3m": 2.0}


@pytest.mark.parametrize("type_", ["VARCHAR", "BOOLEAN", "DATE"])
@pytest.mark.parametrize("column", ["PreTradeMid", "PreTradeMid1ms", "PostTradeMid5000ms", "MyMid"])
def test_a_mid_is_a_number(column: str, type_: str) -> None:
    schema = {name: kind for name, kind in CANONICAL.items() if name != "PreTradeMid"}
    horizon = "5s" if column.startswith("Post") else "1s"
    group = {"variant": "PriceImpact", "horizon": horizon}
    if column == "MyMid":
        group["reference_price_col"] = column
    schema = {**schema, column: type_} | (
        {"PreTradeMid": "DOUBLE"} if column in ("PostTradeMid5000ms", "MyMid") else {}
    )
    problems = refused(BindingError, of_pass(impact_metrics=[group]), schemas={"trades": schema})
    assert {problem.place for problem in problems} == {f"TABLES.trades.columns.{column}"}


def test_the_mid_a_millisecond_before_stands_for_the_mid_before() -> None:
    asked = {
        "discrepancy_metrics": [{"references": "PreTradeMid"}],
        "impact_metrics": [{"variant": "EffectiveSpread", "unit": "bps"}],
    }
    before = {"PreTradeMid1ms": [8.0, float("nan"), 8.0]}
    expected = {"DiscrepancyToPreTradeMid": 3750.0, "EffectiveSpread1s": 5000.0}
    assert only_row(trades(**before), **asked) == expected
    both = trades(PreTradeMid=[10.0, None, None], **before)
    assert only_row(both, **asked) == {"DiscrepancyToPreTradeMid": 0.0, "EffectiveSpread1s": 0.0}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("LotType", 1),
        ("LotType", True),
        ("LotType", ["ODD", 2.5]),
        ("Size", "many"),
        ("AggressorSide", ["1", "x"]),
        ("Size", True),
    ],
)
def test_a_value_of_another_type_than_its_column_is_refused(column: str, value: object) -> None:
    asked = of_pass(generic_metrics=[{"measures": "Volume", "attribute_filters": {column: value}}])
    (problem,) = refused(BindingError, asked)
    assert problem.place == "pass p: trade_analytics.generic_metrics[0]"
    assert problem.message.startswith(f"{column} is ")


@pytest.mark.parametrize(
    ("column", "values", "accepted", "expected"),
    [
        ("Flag", [True, False, None], True, 1),
        ("Flag", [True, False, None], [True, False], 3),
        ("Code", [1, 2, 3], [2, 3], 6),
        ("Code", [1, 2, 3], "2", 2),
        ("Share", [0.5, float("nan"), None], 0.5, 1),
        ("Text", ["a", "A", None], "A", 2),
    ],
)
def test_filters_of_every_type(column: str, values: list[object], accepted: object, expected: float) -> None:
    assert volume(trades(**{column: values}), attribute_filters={column: accepted}) == expected


def test_several_filters_hold_together_and_rows_stay_that_none_lets_through() -> None:
    table = trades(Text=["a", "a", "b"], MarketState=["OPEN", "HALTED", "OPEN"])
    assert volume(table, attribute_filters={"Text": "a", "AggressorSide": [1, 0]}, market_states="OPEN") == 1
    assert volume(table, attribute_filters={"Text": "b"}, market_states=["HALTED"]) == 0


@pytest.mark.parametrize(
    "name", ["bucket", "event_ns", "SEQUENCE", "event_order", "aggressor", "counted", "own_bucket", "total_log_return"]
)
def test_a_column_of_the_source_may_have_any_name(name: str) -> None:
    """Whatever the steps between call their own columns."""
    table = trades(**{name: [7.0, 8.0, 7.0], "own_BUCKET" if name == "bucket" else "Other": [1.0, 1.0, 1.0]})
    generic = {"measures": ["Volume", "OHLC", "Volatility"], "attribute_filters": {name: 7}}
    impact = {"variant": "EffectiveSpread", "reference_price_col": name}
    flag = {"flags": "BlockTrade", "measures": "Volume"}
    codes = {"BlockTrade": {"column": name, "values": [8]}}
    found = only_row(table, generic_metrics=[generic], impact_metrics=[impact], flag_metrics=[flag], flag_codes=codes)
    assert found == {
        "TradeTotalVolume": 5.0,
        "Open": 10.0,
        "High": 12.0,
        "Low": 10.0,
        "Close": 12.0,
        "TradeTotalVolatility": None,
        "BlockTradeVolume": 2.0,
        "EffectiveSpread1s": 0.0,
    }


@pytest.mark.parametrize(
    ("values", "codes", "expected"),
    [
        (["Y", "N", "1"], None, 5),
        ([True, False, None], None, 1),
        ([1, 0, 1], None, 5),
        ([1.0, 0.0, None], None, 1),
        (["b", "B", None], ["b"], 1),
        ([3, 4, 5], [4, 5], 6),
        ([3.0, 4.5, 5.0], [4.5, 5], 6),
        ([True, False, None], [False], 2),
    ],
)
def test_codes_of_a_flag(values: list[object], codes: list[object] | None, expected: float) -> None:
    asked = {"flag_metrics": [{"flags": "IcebergExecution", "measures": "Volume"}]}
    if codes is None:
        assert only_row(trades(IcebergExecution=values), **asked) == {"IcebergExecutionVolume": expected}
    override = {"IcebergExecution": {"column": "Vendor", "values": codes or ["Y", "1", "1.0", "true"]}}
    assert only_row(trades(Vendor=values), flag_codes=override, **asked) == {"IcebergExecutionVolume": expected}


def test_overridden_codes_of_one_flag_leave_the_others() -> None:
    table = trades(IcebergExecution=["Y", "x", "N"], CrossingTrade=["Y", "x", "N"])
    flags = {"flags": ["IcebergExecution", "CrossTrade"], "measures": "Volume"}
    codes = {"IcebergExecution": {"column": "IcebergExecution", "values": "x"}}
    found = only_row(table, flag_metrics=[flags], flag_codes=codes)
    assert found == {"IcebergExecutionVolume": 2.0, "CrossTradeVolume": 1.0}


def test_a_column_of_codes_that_is_not_there_is_told_with_the_nearest() -> None:
    codes = {"BlockTrade": {"column": "IsBlok", "values": "Y"}}
    asked = of_pass(flag_metrics=[{"flags": "BlockTrade", "measures": "Count"}], flag_codes=codes)
    (problem,) = refused(UnknownColumnError, asked)
    assert problem.message.startswith("pass p: BlockTradeCount needs column IsBlok,")
    assert problem.suggestion.startswith("did you mean 'IsBlock'?")


def test_values_of_filters_states_and_codes_are_data_whatever_they_say() -> None:
    texts = [*NASTY, *(f"{text}." for text in NASTY)]
    table = trades(len(texts), Text=texts, MarketState=texts)
    size = {text: float(2**place) for place, text in enumerate(texts)}
    connection = duckdb.connect()
    connection.execute("CREATE TABLE canary AS SELECT 42 AS alive")
    groups = [
        {"measures": "Volume", "attribute_filters": {"Text": NASTY}, "output_name_pattern": "all"},
        {"measures": "Volume", "market_states": NASTY[:3], "output_name_pattern": "states"},
        *(
            {"measures": "Volume", "attribute_filters": {"Text": text}, "output_name_pattern": f"{place}"}
            for place, text in enumerate(NASTY)
        ),
    ]
    asked = of_pass(
        generic_metrics=groups,
        flag_metrics=[{"flags": "BlockTrade", "measures": "Volume"}],
        flag_codes={"BlockTrade": {"column": "Text", "values": NASTY}},
    )
    (row,) = rows({"TABLES": {"trades": table}, "PASSES": [asked]}, connection)
    assert row["all"] == row["BlockTradeVolume"] == sum(size[text] for text in NASTY)
    assert row["states"] == sum(size[text] for text in NASTY[:3])
    assert [row[f"{place}"] for place in range(len(NASTY))] == [size[text] for text in NASTY]
    assert connection.sql("SELECT alive FROM canary").fetchall() == [(42,)]


def test_columns_of_filters_codes_and_mids_may_be_called_anything() -> None:
    table = trades(**{name: [9.0, 8.0, 9.0] for name in NASTY})
    filtered = [
        {"measures": "Volume", "attribute_filters": {name: 9}, "output_name_pattern": f"volume {place}"}
        for place, name in enumerate(NASTY)
    ]
    costs = [
        {"variant": "EffectiveSpread", "reference_price_col": name, "output_name_pattern": f"cost {place}"}
        for place, name in enumerate(NASTY)
    ]
    found = only_row(table, generic_metrics=filtered, impact_metrics=costs)
    assert list(found.values()) == [5.0] * len(NASTY) + [-2.0] * len(NASTY)
    for name in ("'; DROP TABLE canary; --", "{{ 7 * 7 }}", "{% raw %}"):
        codes = {"BlockTrade": {"column": name, "values": 8}}
        asked = {"flag_metrics": [{"flags": "BlockTrade", "measures": "Volume"}], "flag_codes": codes}
        assert only_row(table, **asked) == {"BlockTradeVolume": 2.0}
