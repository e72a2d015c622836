"""Several modules in one pass: a row per listing and bucket of any, and the states of each for later passes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.books import SOME, book_table, books
from markets.moments import MIDNIGHT, MORNING, contracts
from markets.pipelines import BY_INSTRUMENT, bucket_settings, generic_pass_config, run_pass
from markets.trades import INSTRUMENTS, markets, trade_table
from oracles.books import l2_pass
from oracles.buckets import SECOND, Contract
from oracles.joined import joined
from oracles.results import Result, Tolerance, assert_same
from oracles.tolerances import book_tolerance, trade_tolerance
from oracles.trade_pass import trade_pass
from oracles.trades import by_instrument, read_trades

import basalt
from basalt.engine import slices
from basalt.errors import (
    BasaltError,
    BindingError,
    CompileError,
    ConfigurationError,
    DuplicateColumnError,
    PassOrderError,
)

if TYPE_CHECKING:
    from pathlib import Path

    from oracles.trades import Trade

MINUTES = Contract(60 * SECOND)
WIDTHS = st.sampled_from([SECOND, 60 * SECOND])
MEASURES = ["Volume", "Count", "VWAP", "OHLC"]
FLOWS = ("TradeTotalVolume", "TradeTotalCount", "UpdateCount")
OHLC = {"generic_metrics": [{"measures": ["OHLC"]}]}
MID = {"prices": [{"source": ["Mid"]}]}


def joined_pass_config(contract: Contract, modules: list[str], **sections: Any) -> dict[str, Any]:  # noqa: ANN401
    analytics = {f"{name}_analytics": section for name, section in sections.items()}
    return {"name": "bars", "modules": modules, **bucket_settings(contract), **analytics}


def trade_analytics(measures: list[str]) -> dict[str, Any]:
    return {"generic_metrics": [{"measures": measures}]}


def tolerance(contract: Contract, result: Result) -> Tolerance:
    trades, book = trade_tolerance(contract), book_tolerance(result)
    return Tolerance({**trades.relative, **book.relative}, {**trades.absolute, **book.absolute})


def lit(rows: list[dict[str, Any]]) -> list[Trade]:
    return [trade for trade in read_trades(rows) if trade.lit]


@st.composite
def both(draw: Any) -> tuple[Contract, list[dict[str, Any]], list[dict[str, Any]]]:  # noqa: ANN401 - hypothesis draws
    """Trades and updates around the same buckets."""
    market = draw(markets(contracts(WIDTHS), st.just("unique"), st.just("ns"), most=16))
    updates = draw(books(st.just(market.contract), most=10))
    return market.contract, market.rows, updates.rows


@given(both())
@settings(max_examples=6)
def test_no_module_loses_rows_to_another(drawn: tuple[Contract, list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    contract, trades, updates = drawn
    config = joined_pass_config(contract, ["trade", "l2"], trade=trade_analytics(MEASURES), l2=SOME)
    tables = {"trades": trade_table(trades, "ns"), "l2": book_table(updates)}
    expected = joined(trade_pass(lit(trades), contract, MEASURES), l2_pass(updates, contract, SOME), flows=FLOWS)
    actual = run_pass({"TABLES": tables, "PASSES": [config]}, "bars")
    assert_same(actual, expected, tolerance(contract, expected))


@given(both(), st.sampled_from([2, 15]))
@settings(max_examples=4)
def test_the_states_of_every_module_are_there_for_later_passes(
    drawn: tuple[Contract, list[dict[str, Any]], list[dict[str, Any]]], factor: int
) -> None:
    contract, trades, updates = drawn
    wide = contract.coarser(factor)
    merged = [{**row, "ListingId": row["InstrumentId"]} for row in updates]
    expected = joined(
        trade_pass(by_instrument(lit(trades), INSTRUMENTS), wide, MEASURES), l2_pass(merged, wide, SOME), flows=FLOWS
    )
    columns = dict.fromkeys(next(iter(expected.values())), "auto")
    rule = f"{wide.width // 1_000_000}ms"
    passes = [
        joined_pass_config(contract, ["trade", "l2"], trade=trade_analytics(MEASURES), l2=SOME),
        generic_pass_config("bars", columns, rule=rule, group_by=BY_INSTRUMENT),
    ]
    reference = pa.table({"ListingId": list(INSTRUMENTS), "InstrumentId": list(INSTRUMENTS.values())})
    tables = {"trades": trade_table(trades, "ns"), "l2": book_table(updates), "reference": reference}
    actual = run_pass({"TABLES": tables, "PASSES": passes}, "generic", BY_INSTRUMENT)
    assert_same(actual, expected, tolerance(wide, expected))


def trade(second: int, **columns: object) -> dict[str, Any]:
    row = {"ListingId": 11, "TradeTimestamp": MORNING + second * SECOND, "LocalPrice": 10.0, "Size": 1.0}
    return row | {"BMLLSequenceNo": second} | columns


def update(second: int, **columns: object) -> dict[str, Any]:
    row = {"ListingId": 11, "TimestampNanoseconds": MORNING + second * SECOND, "BMLLSequenceNo": second}
    return row | {"BidPrice1": 9.0, "AskPrice1": 11.0, "MIC": "XAAA"} | columns


TABLES = {
    "trades": trade_table([trade(1, MIC="XBBB", MarketState="OPEN"), trade(61, MIC="XBBB", MarketState=None)], "ns"),
    "l2": book_table([update(second, MarketState="HALTED") for second in (2, 62, 122)]),
}


def rows(config: dict[str, Any], **more: object) -> list[dict[str, Any]]:
    result = run_pass({"TABLES": TABLES, "PASSES": [config], **more}, "bars")
    return [row for _, row in sorted(result.items())]


def test_what_is_carried_along_is_the_first_modules_that_has_it() -> None:
    found = rows(joined_pass_config(MINUTES, ["trade", "l2"], trade=OHLC, l2=MID))
    assert [(row["MIC"], row["MarketState"], row["Close"], row["Mid"]) for row in found] == [
        ("XBBB", "OPEN", 10, 10), ("XBBB", "HALTED", 10, 10), ("XAAA", "HALTED", None, 10),
    ]  # fmt: skip
    turned = rows(joined_pass_config(MINUTES, ["l2", "trade"], trade=OHLC, l2=MID))
    assert [row["MIC"] for row in turned] == ["XAAA", "XAAA", "XAAA"]
    assert list(turned[0]) == ["MIC", "MarketState", "Mid", "Open", "High", "Low", "Close"]


def test_a_row_without_a_listing_is_one_of_both() -> None:
    tables = {
        "trades": trade_table([trade(1, ListingId=None)], "ns"),
        "l2": book_table([update(2, ListingId=None)]),
    }
    config = joined_pass_config(MINUTES, ["trade", "l2"], trade=OHLC, l2=MID)
    found = run_pass({"TABLES": tables, "PASSES": [config]}, "bars")
    assert found == {
        (None, MORNING + 60 * SECOND): {"MIC": "XAAA", "Mid": 10, "Open": 10, "High": 10, "Low": 10, "Close": 10}
    }


def test_the_retail_imbalance_goes_with_the_trades() -> None:
    retail = [trade(1, BMLLParticipantType="RETAIL", AggressorSide=1, TradeNotionalEUR=5.0, MIC="X", MarketState="O")]
    config = joined_pass_config(MINUTES, ["trade", "retail_imbalance", "l2"], trade=OHLC, l2=MID)
    tables = {**TABLES, "trades": trade_table(retail, "ns")}
    first = rows(config, TABLES=tables)[0]
    assert (first["RetailTradeImbalance"], first["Close"], first["Mid"]) == (1, 10, 10)


def test_three_modules_of_one_grain_meet() -> None:
    passes = [
        joined_pass_config(MINUTES, ["l2"], l2={"prices": [{"source": ["Bid", "Ask"]}]}) | {"name": "quotes_by_minute"},
        joined_pass_config(
            MINUTES,
            ["trade", "generic", "l2"],
            trade=OHLC,
            l2=MID,
            generic={"source_pass": "quotes_by_minute", "aggregations": {"Bid": "last", "Ask": "auto"}},
        ),
    ]
    found = run_pass({"TABLES": TABLES, "PASSES": passes}, "bars")
    assert [(row["Close"], row["Bid"], row["Mid"]) for _, row in sorted(found.items())] == [
        (10, 9, 10), (10, 9, 10), (None, 9, 10),
    ]  # fmt: skip


def refused(config: dict[str, Any], kind: type[BasaltError], *others: dict[str, Any]) -> str:
    with pytest.raises(kind) as found:
        basalt.compile({"PASSES": [*others, config]}, schemas={})
    return str(found.value)


def test_two_columns_of_one_name_are_refused() -> None:
    named = {"prices": [{"source": "Mid", "output_name_pattern": "close"}]}
    told = refused(joined_pass_config(MINUTES, ["trade", "l2"], trade=OHLC, l2=named), DuplicateColumnError)
    assert "both trade and l2 have a column close" in told
    prefixed = {**named, "metric_prefix": "L2_"}
    columns = (
        basalt.compile({"PASSES": [joined_pass_config(MINUTES, ["trade", "l2"], trade=OHLC, l2=prefixed)]}, schemas={})
        .passes["bars"]
        .columns
    )
    assert [column.name for column in columns][2:6] == ["MIC", "Ticker", "MarketState", "CurrencyCode"]
    assert {"L2_MarketState", "L2_close", "Close"} <= {column.name for column in columns}


def test_modules_of_different_grains_are_refused() -> None:
    first = joined_pass_config(MINUTES, ["trade"], trade=OHLC) | {"name": "minutes"}
    generic = {"source_pass": "minutes", "resample_rule": "15m", "aggregations": {"Close": "last"}}
    told = refused(joined_pass_config(MINUTES, ["l2", "generic"], l2=MID, generic=generic), CompileError, first)
    assert "rows of one grain: l2 has a row per ListingId, TimeBucket in 60 s" in told
    assert "generic has a row per ListingId, TimeBucket in 900 s" in told


def test_a_module_named_twice_is_refused() -> None:
    assert "l2 is named twice" in refused(joined_pass_config(MINUTES, ["l2", "l2"], l2=MID), ConfigurationError)


def with_input(module: str, source: str) -> dict[str, Any]:
    return joined_pass_config(MINUTES, ["l2"], l2=MID) | {"module_inputs": {module: source}}


def test_an_input_is_a_table_or_a_pass_of_a_module_that_reads_it() -> None:
    assert "did you mean 'bars'" in refused(with_input("l2", "barss"), PassOrderError)
    assert "reads what its source_pass names" in refused(with_input("generic", "bars"), ConfigurationError)
    assert "which modules does not name" in refused(with_input("trade", "bars"), ConfigurationError)
    assert "in a circle" in refused(with_input("l2", "bars"), PassOrderError)


def test_a_module_reads_another_table() -> None:
    other = book_table([update(2, BidPrice1=7.0, AskPrice1=8.0)])
    tables = {**TABLES, "other_books": other}
    assert [row["Mid"] for row in rows(with_input("l2", "other_books"), TABLES=tables)] == [7.5]


def test_a_module_reads_an_earlier_pass() -> None:
    """The bars of a pass as updates of a book, at the time of their label."""
    first = {
        "name": "passed",
        "modules": ["generic"],
        "generic_analytics": {
            "source_pass": "vendor",
            "aggregations": {"BidPrice1": "last", "AskPrice1": "last", "EventTimestamp": "last"},
        },
    }
    moments = pa.array([MORNING + 1, MORNING + 90 * SECOND], pa.int64()).cast(pa.timestamp("ns"))
    vendor = pa.table(
        {
            "ListingId": [11, 11],
            "TimeBucket": pa.array([MORNING + 60 * SECOND, MORNING + 120 * SECOND]).cast(pa.timestamp("ns")),
            "EventTimestamp": moments,
            "BidPrice1": [1.0, 2.0],
            "AskPrice1": [3.0, 4.0],
        }
    )
    config = {"TABLES": {"vendor": vendor}, "PASSES": [first, with_input("l2", "passed")]}
    found = run_pass(config, "bars")
    assert found == {(11, MORNING + 60 * SECOND): {"Mid": 2}, (11, MORNING + 120 * SECOND): {"Mid": 3}}
    compiled = basalt.compile(config)
    assert (compiled.passes["bars"].depends_on, compiled.passes["bars"].tables) == (("passed",), ())
    lacking = with_input("l2", "passed") | {"l2_analytics": {"liquidity": [{"levels": 2, "measures": "Price"}]}}
    with pytest.raises(BindingError, match="BidPrice2, which table passed does not have"):
        basalt.compile({"TABLES": {"vendor": vendor}, "PASSES": [first, lacking]})


def test_days_one_by_one_over_both_tables_give_what_one_run_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moments = range(-600, 600, 7)
    trades = [trade(0, TradeTimestamp=MIDNIGHT + moment * SECOND, LocalPrice=float(700 + moment)) for moment in moments]
    updates = [
        update(0, TimestampNanoseconds=MIDNIGHT + 2 * moment * SECOND, BidPrice1=float(moment)) for moment in moments
    ]
    pq.write_table(trade_table(trades, "ns"), tmp_path / "trades.parquet", row_group_size=10)
    pq.write_table(book_table(updates), tmp_path / "l2.parquet", row_group_size=10)
    config = {
        "TABLES": {name: str(tmp_path / f"{name}.parquet") for name in ("trades", "l2")},
        "PASSES": [joined_pass_config(MINUTES, ["trade", "l2"], trade=OHLC, l2={"prices": [{"source": ["Bid"]}]})],
    }
    whole = run_pass(config, "bars")
    assert {row["Close"] is None for row in whole.values()} == {True, False}
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", 200)
    assert_same(run_pass(config, "bars"), whole)


def test_a_column_is_explained_by_its_module_and_a_carried_one_by_all() -> None:
    config = {"PASSES": [joined_pass_config(MINUTES, ["trade", "l2"], trade=OHLC, l2=MID)]}
    (mid,) = basalt.explain(config, "Mid", schemas={})
    assert mid.asked_by == "pass bars: l2_analytics.prices[0]"
    (venue,) = basalt.explain(config, "MIC", schemas={})
    assert venue.lineage is not None
    assert [read.relation for read in venue.lineage.reads] == ["trades", "l2"]
    assert {rule.what.partition(":")[0] for rule in venue.rows["bars"]} == {"trade", "l2"}
