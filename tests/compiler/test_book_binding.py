"""What an l2 pass is refused for, and what explains it."""

from __future__ import annotations

from typing import Any

import pytest

import basalt
from basalt.errors import BasaltError, BindingError, ConfigurationError, DuplicateColumnError, OutputNameError


def book(asked: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"PASSES": [{"name": "books", "modules": ["l2"], "l2_analytics": asked}], **more}


def refused(asked: dict[str, Any], kind: type[BasaltError], **more: object) -> str:
    with pytest.raises(kind) as found:
        basalt.compile(book(asked, **more), schemas={})
    return str(found.value)


def test_a_level_that_the_source_does_not_have_is_told_with_what_needs_it() -> None:
    told = refused({"liquidity": [{"levels": 11, "measures": "CumQuantity"}]}, BindingError)
    assert "pass books: BidCumQuantity11 needs column BidQuantity11" in told
    assert "pass books: AskCumQuantity11 needs column AskQuantity11" in told
    assert "BidQuantity10, which" not in told


@pytest.mark.parametrize("level", [0, -1, "best", True, 1.5])
def test_a_level_is_a_whole_number_from_one(level: object) -> None:
    assert "levels" in refused({"liquidity": [{"levels": level, "measures": "Price"}]}, ConfigurationError)


def test_a_column_asked_for_twice_is_told() -> None:
    assert "BidPrice1" in refused({"liquidity": [{"measures": "Price"}, {"measures": "Price"}]}, DuplicateColumnError)
    assert "MIC" in refused({"prices": [{"source": "Mid", "output_name_pattern": "mic"}]}, DuplicateColumnError)
    pattern = {"source": ["Mid", "Bid"], "output_name_pattern": "Best"}
    assert "Best" in refused({"prices": [pattern]}, DuplicateColumnError)


def test_a_pattern_knows_the_fields_of_its_group() -> None:
    asked = {"liquidity": [{"measures": "Price", "output_name_pattern": "{side}"}]}
    assert "did you mean 'sides'" in refused(asked, OutputNameError)


def test_an_unknown_column_of_a_filter_is_an_error() -> None:
    asked = {"prices": [{"source": "Mid", "attribute_filters": {"MarketStat": "HALTED"}}]}
    assert "did you mean 'MarketState'" in refused(asked, BindingError)


def test_a_price_that_is_text_is_an_error() -> None:
    tables = {"l2": {"table": "l2", "columns": {"BidPrice1": "Ticker"}}}
    assert "BidPrice1 as a number" in refused({"prices": [{"source": "Mid"}]}, BindingError, TABLES=tables)


def test_a_module_needs_its_section_and_a_section_its_module() -> None:
    with pytest.raises(ConfigurationError, match="module l2 needs l2_analytics"):
        basalt.compile({"PASSES": [{"name": "books", "modules": ["l2"]}]}, schemas={})
    passes = [{"name": "bars", "modules": ["trade"], "trade_analytics": {}, "l2_analytics": {}}]
    with pytest.raises(ConfigurationError, match="l2_analytics is given but modules does not name l2"):
        basalt.compile({"PASSES": passes}, schemas={})


def test_quotes_are_a_book_of_one_level_where_there_is_no_other() -> None:
    compiled = basalt.compile(book({}, TABLES={"quotes": {"table": "quotes"}}), schemas={}).passes["books"]
    assert compiled.tables == ("quotes",)
    assert [column.name for column in compiled.columns][5:] == [
        "BidPrice1", "BidQuantity1", "BidCumQuantity1", "AskPrice1", "AskQuantity1", "AskCumQuantity1",
        "ImbalanceCumQuantity1", "SpreadBps",
    ]  # fmt: skip


def test_the_default_metrics_are_of_as_many_levels_as_are_asked_for() -> None:
    columns = [column.name for column in basalt.compile(book({"levels": 2}), schemas={}).passes["books"].columns]
    assert columns[6:11] == ["BidPrice1", "BidQuantity1", "BidNumOrders1", "BidCumQuantity1", "BidCumOrders1"]
    assert columns[-5:] == [
        "ImbalanceCumQuantity1", "ImbalanceOrders1", "ImbalanceCumQuantity2", "ImbalanceOrders2", "SpreadBps",
    ]  # fmt: skip
    whole = basalt.compile(book({}), schemas={}).passes["books"].columns
    assert len(whole) == 6 + 10 * (2 * 5 + 2) + 1


def test_a_column_is_explained_down_to_the_source() -> None:
    asked = {"liquidity": [{"sides": "Ask", "levels": 2, "measures": "CumNotional", "market_states": "HALTED"}]}
    tables = {"l2": {"table": "l2", "columns": {"AskPrice2": "AskPrice1 + 1"}}}
    (found,) = basalt.explain(book(asked, TABLES=tables), "AskCumNotional2", schemas={})
    assert found.formula == "at_last_update"
    assert found.states[0].formula == (
        "arg_max_null((coalesce(AskPrice1 * AskQuantity1, 0) + coalesce(AskPrice2 * AskQuantity2, 0)), event_order)"
        " FILTER (WHERE MarketState IN ('HALTED'))"
    )
    assert found.asked_by == "pass books: l2_analytics.liquidity[0]"
    assert found.lineage is not None
    reads = {origin.column: origin.source_columns for origin in found.lineage.reads}
    assert reads["AskPrice2"] == ("AskPrice1",)
    assert set(reads) == {
        "AskPrice1", "AskPrice2", "AskQuantity1", "AskQuantity2", "MarketState", "TimestampNanoseconds", "sequence",
    }  # fmt: skip


def test_a_bar_of_prices_is_explained_with_its_price() -> None:
    asked = {"ohlc": [{"source": "Mid", "open_mode": "prev_close"}]}
    (found,) = basalt.explain(book(asked), "MidOpen", schemas={})
    assert found.formula == "coalesce(close_before_mid, open_mid)"
    assert found.derived["mid"] == "CASE WHEN BidPrice1 <= AskPrice1 THEN (BidPrice1 + AskPrice1) / 2 END"
    assert "the bucket before" in found.derived["close_before_mid"]
