"""Quotes and rules that do not fit their sources are refused, naming what is missing and what needs it."""

from __future__ import annotations

from typing import Any

import pytest
from asked import refused
from pydantic import ValidationError

import basalt
from basalt.catalog.rules import aggressor_rules
from basalt.compiler.model import CompiledPass
from basalt.configuration import AggressorRuleConfig, PassConfig, QuoteLookupConfig, TradeImpactConfig
from basalt.errors import BindingError, ConfigurationError, UnknownColumnError

IMPACT = {"impact_metrics": [{"variant": "PriceImpact", "reference": "quotes", "horizon": "5s"}]}
TRADES = {
    "ListingId": "BIGINT",
    "TradeTimestamp": "TIMESTAMP",
    "LocalPrice": "DOUBLE",
    "Size": "DOUBLE",
    "AggressorSide": "BIGINT",
}
QUOTES = {"ListingId": "BIGINT", "EventTimestamp": "TIMESTAMP", "BidPrice1": "DOUBLE", "AskPrice1": "DOUBLE"}


def of_pass(**analytics: object) -> dict[str, Any]:
    return {"name": "p", "modules": "trade", "trade_analytics": analytics}


def without(table: dict[str, str], column: str) -> dict[str, str]:
    return {name: type_ for name, type_ in table.items() if name != column}


def compiled(analytics: dict[str, Any], **settings: object) -> CompiledPass:
    schemas = {"trades": TRADES, "quotes": QUOTES, "l2": QUOTES}
    return basalt.compile({"PASSES": [of_pass(**analytics)], **settings}, schemas=schemas).passes["p"]


@pytest.mark.parametrize("column", ["BidPrice1", "AskPrice1", "ListingId", "EventTimestamp"])
def test_a_column_of_quotes_that_is_not_there(column: str) -> None:
    schemas = {"trades": TRADES, "quotes": without(QUOTES, column)}
    (problem,) = refused(UnknownColumnError, of_pass(**IMPACT), schemas=schemas)
    assert f"needs column {column}, which table quotes does not have" in problem.message
    assert problem.place == "TABLES.quotes"


def test_quotes_that_are_not_numbers() -> None:
    schemas = {"trades": TRADES, "quotes": {**QUOTES, "BidPrice1": "VARCHAR"}}
    (problem,) = refused(BindingError, of_pass(**IMPACT), schemas=schemas)
    assert problem.message == "pass p: PriceImpact5s needs column BidPrice1 as a number, it is VARCHAR"


def test_trades_without_the_column_that_quotes_go_by() -> None:
    asked = of_pass(**IMPACT, quotes={"by": "Symbol"})
    schemas = {"trades": TRADES, "quotes": {**QUOTES, "Symbol": "VARCHAR"}}
    problems = refused(UnknownColumnError, asked, schemas=schemas)
    assert {problem.place for problem in problems} == {"TABLES.trades"}


def test_a_tick_size_is_a_number_or_a_column_of_numbers() -> None:
    asked = {"generic_metrics": [{"measures": "Volume", "sides": "Bid"}]}
    rule = {"rule": "Tick", "tick_size": "TickSize"}
    schemas = {"trades": TRADES}
    (problem,) = refused(UnknownColumnError, of_pass(**asked, aggressor_rule=rule), schemas=schemas)
    assert problem.message.startswith("pass p: aggressor_rule needs column TickSize")
    schemas = {"trades": {**TRADES, "TickSize": "VARCHAR"}}
    (problem,) = refused(BindingError, of_pass(**asked, aggressor_rule=rule), schemas=schemas)
    assert problem.message == "pass p: aggressor_rule needs column TickSize as a number, it is VARCHAR"


@pytest.mark.parametrize("size", [0, -0.01, True, float("inf"), float("nan")])
def test_a_tick_size_is_above_0(size: float) -> None:
    with pytest.raises(ValidationError):
        AggressorRuleConfig(rule="Tick", tick_size=size)


@pytest.mark.parametrize("age", [0, -1, 1e-10, True])
def test_a_maximum_age_is_above_0_and_of_whole_nanoseconds(age: float) -> None:
    with pytest.raises(ValidationError):
        QuoteLookupConfig(max_age_seconds=age)


def test_a_reference_price_beside_quotes_is_refused() -> None:
    with pytest.raises(ValidationError, match="leave reference_price_col out"):
        TradeImpactConfig(variant=["PriceImpact"], reference="quotes", reference_price_col="MidPrice")


def test_nulls_are_unchanged_in_tables_of_states_only() -> None:
    with pytest.raises(ConfigurationError, match="nulls: unchanged is for tables of what stands") as caught:
        compiled(IMPACT, TABLES={"trades": {"table": "trades", "nulls": "unchanged"}})
    assert caught.value.problems[0].place == "TABLES.trades.nulls"


def test_quotes_are_read_where_they_are_asked_for_and_nowhere_else() -> None:
    assert compiled({"generic_metrics": [{"measures": "Volume"}]}).tables == ("trades",)
    assert compiled(IMPACT).tables == ("trades", "quotes")
    assert compiled(IMPACT, TABLES={"l2": {"table": "l2"}}).tables == ("trades", "l2")
    both = {"l2": {"table": "l2"}, "quotes": {"table": "quotes"}}
    assert compiled(IMPACT, TABLES=both).tables == ("trades", "quotes")
    assert compiled({**IMPACT, "quotes": {"table": "l2"}}, TABLES=both).tables == ("trades", "l2")
    assert compiled({"discrepancy_metrics": [{"references": "QuoteAsk"}]}).tables == ("trades", "quotes")


def test_a_rule_that_no_column_needs_reads_nothing() -> None:
    rule = {"aggressor_rule": {"rule": "LeeReady", "tick_size": 0.01}}
    assert compiled({"generic_metrics": [{"measures": "Volume"}], **rule}).tables == ("trades",)
    sided = {"generic_metrics": [{"measures": "Volume", "sides": "Bid"}], **rule}
    assert compiled(sided).tables == ("trades", "quotes")


def test_a_mid_that_the_trades_have_is_not_looked_up() -> None:
    asked = {"impact_metrics": [{"variant": "EffectiveSpread", "reference_price_col": "QuoteMid"}]}
    trades = {**TRADES, "QuoteMid": "DOUBLE"}
    done = basalt.compile({"PASSES": [of_pass(**asked)]}, schemas={"trades": trades, "quotes": QUOTES})
    assert done.passes["p"].tables == ("trades",)


def test_every_rule_of_the_configuration_has_a_template() -> None:
    (field,) = [AggressorRuleConfig.model_fields["rule"]]
    assert set(field.annotation.__args__) == set(aggressor_rules())  # type: ignore[union-attr]
    assert all(rule.source for rule in aggressor_rules().values())


def test_the_explanation_of_a_side_by_rule_names_the_quotes_and_the_literature() -> None:
    rule = {"rule": "LeeReady", "tick_size": 0.01}
    pipeline = {"PASSES": [of_pass(**IMPACT, aggressor_rule=rule)]}
    (told,) = basalt.explain(pipeline, "PriceImpact5s", schemas={"trades": TRADES, "quotes": QUOTES})
    assert told.derived["QuoteMid"] == "mid of the last row of quotes strictly before the trade, at most 3600 s old"
    assert told.derived["QuoteMid5000ms"].startswith("mid of the last row of quotes up to 5000 ms after the trade")
    assert "Lee, Ready (1991)" in told.derived["aggressor"]
    reads = {(each.relation, each.column) for each in told.lineage.reads}
    assert {("quotes", "BidPrice1"), ("quotes", "AskPrice1"), ("trades", "AggressorSide")} <= reads


def test_a_pass_may_be_asked_in_python() -> None:
    assert PassConfig.model_validate(of_pass(**IMPACT)).trade_analytics is not None
