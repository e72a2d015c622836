"""Quotes that stood around trades, taken from an earlier pass."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.depth import price_update_table
from markets.moments import MORNING, contracts
from markets.pipelines import analytics_config, run_pass
from markets.trades import Market, markets, trade_table
from oracles.buckets import SECOND
from oracles.quotes import Quotes, looked_up, quoted
from oracles.rebuilt_book import rebuilt
from oracles.results import assert_same
from oracles.tolerances import metric_tolerance
from oracles.trade_groups import grouped_pass
from oracles.trades import read_trades

import basalt
from basalt.engine import slices
from basalt.errors import BindingError, PassOrderError

BOOKS = {"name": "books", "modules": "book", "book_analytics": {"levels": 1}}
IMPACT = {"variant": ["EffectiveSpread", "PriceImpact"], "horizon": ["1s"], "reference": "quotes"}
ASKED = {"impact_metrics": [IMPACT], "quotes": {"table": "books"}}


def depth_around(market: Market) -> st.SearchStrategy[list[dict[str, Any]]]:
    """Updates of prices near the trades of a market."""
    trades = [(row["ListingId"], row["TradeTimestamp"]) for row in market.rows]
    row = st.builds(
        lambda trade, offset, side, price, size: {
            "ListingId": trade[0],
            "EventTimestamp": trade[1] + offset,
            "Side": side,
            "Price": price,
            "Size": size,
        },
        st.sampled_from(trades),
        st.sampled_from([0, 1, -1, SECOND, -SECOND, SECOND - 1, SECOND + 1, -3 * SECOND]),
        st.sampled_from([1, 2]),
        st.sampled_from([99.0, 99.5, 100.0, 100.5]),
        st.sampled_from([0.0, 1.0, 2.0]),
    )
    return st.lists(row, min_size=1, max_size=25)


@given(markets(contracts(st.just(60 * SECOND)), st.just("unique"), st.just("ns"), most=12), st.data())
@settings(max_examples=8)
def test_costs_by_a_book_that_was_rebuilt(market: Market, data: st.DataObject) -> None:
    updates = [row | {"BMLLSequenceNo": place} for place, row in enumerate(data.draw(depth_around(market)))]
    books = rebuilt(updates, 1, daily=False)
    rows = [
        {"ListingId": listing, "EventTimestamp": moment, "BMLLSequenceNo": None, **book}
        for (listing, moment), book in books.items()
    ]
    known = [quoted(row, Quotes(rows, 3_600 * SECOND), "before", [SECOND]) for row in market.rows]
    impact = {"variant": IMPACT["variant"], "horizon": ["1s"], "unit": "price"}
    expected = grouped_pass(read_trades(known), market.contract, {"impact_metrics": [impact]})
    tables = {"trades": market.table, "depth": price_update_table(updates)}
    passes = [analytics_config(market.contract, ASKED), BOOKS]
    actual = run_pass({"TABLES": tables, "PASSES": passes}, "bars")
    wanted = {key: {looked_up(name): value for name, value in row.items()} for key, row in expected.items()}
    assert_same(actual, wanted, metric_tolerance({name for row in wanted.values() for name in row}))


def trade(second: float, price: float) -> dict[str, Any]:
    moment = MORNING + int(second * SECOND)
    return {"ListingId": 1, "TradeTimestamp": moment, "LocalPrice": price, "Size": 1.0, "AggressorSide": 1}


def level(second: float, side: int, price: float) -> dict[str, Any]:
    row = {"ListingId": 1, "EventTimestamp": MORNING + int(second * SECOND), "Side": side, "Price": price, "Size": 1.0}
    return row | {"BMLLSequenceNo": None}


def pipeline(trades: Any, depth: Any) -> dict[str, Any]:  # noqa: ANN401 - any kind of source
    step = {"name": "costs", "modules": "trade", "trade_analytics": ASKED}
    return {"TABLES": {"trades": trades, "depth": depth}, "PASSES": [step, BOOKS]}


LEVELS = [level(1, 1, 9.0), level(1, 2, 11.0), level(90_000, 2, 12.0)]
TRADES = [trade(2, 11.0), trade(90_001, 12.0)]


def test_a_pass_of_quotes_is_run_first_and_told_of() -> None:
    config = pipeline(trade_table(TRADES, "ns"), price_update_table(LEVELS))
    compiled = basalt.compile(config)
    assert list(compiled.passes) == ["books", "costs"]
    assert (compiled.passes["costs"].depends_on, compiled.passes["costs"].tables) == (("books",), ("trades",))
    (told,) = basalt.explain(config, "EffectiveSpread1s")
    assert told.lineage is not None
    assert {("books", "BidPrice1"), ("books", "AskPrice1")} <= {
        (each.relation, each.column) for each in told.lineage.reads
    }
    found = run_pass(config, "costs")
    assert [row["EffectiveSpread1s"] for _, row in sorted(found.items())] == [2.0, 4.0]


def test_days_one_by_one_are_those_of_one_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pq.write_table(trade_table(TRADES, "ns"), tmp_path / "trades.parquet", row_group_size=1)
    pq.write_table(price_update_table(LEVELS), tmp_path / "depth.parquet", row_group_size=1)
    config = pipeline(str(tmp_path / "trades.parquet"), str(tmp_path / "depth.parquet"))
    whole = run_pass(config, "costs")
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 1)
    assert_same(run_pass(config, "costs"), whole)


def test_another_table_has_the_quotes() -> None:
    quotes = pa.table({"ListingId": [1], "EventTimestamp": [MORNING], "BidPrice1": [9.0], "AskPrice1": [10.0]})
    moments = quotes["EventTimestamp"].cast(pa.timestamp("ns"))
    quotes = quotes.set_column(1, "EventTimestamp", moments)
    config = pipeline(trade_table(TRADES[:1], "ns"), price_update_table(LEVELS))
    config["TABLES"]["nbbo"] = quotes
    config["PASSES"][0]["trade_analytics"] = {**ASKED, "quotes": {"table": "nbbo"}}
    assert [row["EffectiveSpread1s"] for row in run_pass(config, "costs").values()] == [3.0]


def test_quotes_that_are_nowhere_are_refused() -> None:
    config = pipeline(trade_table(TRADES, "ns"), price_update_table(LEVELS))
    config["PASSES"][0]["trade_analytics"] = {**ASKED, "quotes": {"table": "bookz"}}
    with pytest.raises(PassOrderError, match="did you mean 'books'"):
        basalt.compile(config)
    bars = {"name": "bars", "modules": "trade", "trade_analytics": {"generic_metrics": [{"measures": "VWAP"}]}}
    config["PASSES"] = [config["PASSES"][0], bars]
    config["PASSES"][0]["trade_analytics"] = {**ASKED, "quotes": {"table": "bars"}}
    with pytest.raises(BindingError, match="EventTimestamp"):
        basalt.compile(config)
    config["PASSES"][0]["trade_analytics"] = {**ASKED, "quotes": {"table": "costs"}}
    with pytest.raises(PassOrderError, match="in a circle"):
        basalt.compile(config)
