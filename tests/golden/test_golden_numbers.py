"""The SQL in the golden files gives, over generated markets, what the oracles give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.bars import bars
from markets.books import Books, book_table, books
from markets.depth import price_update_table, price_updates
from markets.ladders import ladder_books
from markets.moments import MIDNIGHT, MORNING
from markets.quotes import quote_table, quotes_around
from markets.trades import INSTRUMENTS, VENUES, vendor_columns
from oracles.aggressors import signed
from oracles.book_times import l2tw_pass
from oracles.book_volatility import volatility_pass
from oracles.books import l2_pass
from oracles.buckets import DAY, SECOND, Contract
from oracles.dense import dense
from oracles.further_measures import further_pass, told_apart
from oracles.further_tolerances import assert_equal
from oracles.generic_pass import aggregated, in_order
from oracles.joined import joined
from oracles.measures import ALL_SIDES, FLOWS
from oracles.quotes import Quotes, looked_up, quoted
from oracles.rebuilt_book import rebuilt
from oracles.results import Result, Tolerance, assert_same, by_key, rows_of
from oracles.tolerances import book_tolerance, metric_tolerance, trade_tolerance
from oracles.trade_groups import grouped_pass
from oracles.trade_pass import trade_pass
from oracles.trades import Trade, by_instrument, read_trades
from oracles.volume_buckets import vpin

from golden import second_pass, someone_elses, timelines
from golden.cases import GoldenCase, golden_cases
from golden.executed import Draw, assert_bars, canonical, carried, drawn_market, views, with_columns
from golden.looking_back import check_indicators_in_sql

MINUTES = Contract(60 * SECOND)
QUARTERS = MINUTES.coarser(15)
HOURS = MINUTES.coarser(60)


def lit_trades(rows: list[dict[str, Any]]) -> list[Trade]:
    return [trade for trade in read_trades(rows) if trade.lit]


def under(trades: Iterable[Trade], key: Callable[[Trade], object]) -> list[Trade]:
    """The trades as if each were one of a listing by that key, in the order they have as trades of their own."""
    return [replace(trade, listing=key(trade)) for trade in trades]


def check_two_pass(case: GoldenCase, draw: Draw) -> None:
    market = drawn_market(draw, MINUTES)
    lit, measures = lit_trades(market.rows), ["Volume", "NotionalEUR", "OHLC"]
    quarters = trade_pass(by_instrument(lit, market.instruments), QUARTERS, measures)
    with views(case, trades=canonical(market), reference=market.reference) as found:
        minutes = trade_pass(lit, MINUTES, measures)
        assert_bars(found.result("pass1"), minutes, carried(lit, MINUTES), MINUTES)
        expected = with_columns(quarters, "TradeTotalVolume", "TradeTotalNotionalEUR", "Close")
        assert_same(found.result("pass2"), expected, trade_tolerance(QUARTERS))


def check_every_side(case: GoldenCase, draw: Draw) -> None:
    market = drawn_market(draw, MINUTES)
    lit, measures = lit_trades(market.rows), [*FLOWS, "VWAP", "AvgPrice", "OHLC"]
    quarters = trade_pass(by_instrument(lit, market.instruments), QUARTERS, measures, ALL_SIDES)
    columns = ("TradeTotalVolume", "TradeAskVWAP", "TradeBidAvgPrice", "Open", "Close", "High", "Low")
    with views(case, trades=canonical(market), reference=market.reference) as found:
        minutes = trade_pass(lit, MINUTES, measures, ALL_SIDES)
        assert_bars(found.result("minutes"), minutes, carried(lit, MINUTES), MINUTES)
        assert_same(found.result("quarters"), with_columns(quarters, *columns), trade_tolerance(QUARTERS))


def check_medians_and_auctions(case: GoldenCase, draw: Draw) -> None:
    contract = Contract(900 * SECOND, "start", "left")
    market = drawn_market(draw, contract)
    trades = read_trades(market.rows)
    distributions, flows = ["MedianPrice", "Volatility"], ["AuctionNotional", "OTCVolume", "Volume"]
    columns = [f"Trade{side}{measure}" for side in ("Total", "Ask") for measure in distributions]
    columns += [f"Trade{side}{measure}" for side in ("Total", "Bid") for measure in flows]
    expected = with_columns(trade_pass(trades, contract, distributions + flows, ALL_SIDES), *columns)
    with views(case, trades=canonical(market)) as found:
        assert_bars(found.result("quarters"), expected, carried(trades, contract), contract)


def check_nanosecond_buckets(case: GoldenCase, draw: Draw) -> None:
    contract = Contract(2_500, origin=MORNING - 3_600 * SECOND + 1)
    market = drawn_market(draw, contract)
    lit = lit_trades(market.rows)
    with views(case, trades=canonical(market)) as found:
        expected = trade_pass(lit, contract, ["Count", "VWAP"])
        assert_bars(found.result("bars"), expected, carried(lit, contract), contract)


def check_no_sequence(case: GoldenCase, draw: Draw) -> None:
    """The reference has listings 11 and 12 at one venue, so that the bars of several meet."""
    market = drawn_market(draw, MINUTES, sequences="absent")
    prints = market.table.select(["ListingId", "TradeTimestamp", "LocalPrice", "Size", "AggressorSide"])
    venues = {**VENUES, 12: VENUES[11]}
    reference = market.reference.append_column("MIC", pa.array([venues[listing] for listing in market.instruments]))
    trades = read_trades(rows_of(prints))
    minutes = trade_pass(trades, MINUTES, ["OHLC"], ["Total", "Bid"])
    with views(case, prints=prints, reference=reference) as found:
        assert_same(found.result("minutes"), minutes)
        assert_same(found.result("quarters"), venue_quarters(trades, minutes, venues), Tolerance({"High": 1e-12}))
        assert_same(found.result("days"), venue_closes(trades, venues))


def venue_quarters(trades: Iterable[Trade], minutes: Result, venues: Mapping[int, str]) -> Result:
    """By instrument, venue and quarter of an hour: first and last price of its trades, highs and lows of its bars."""
    merged = under(trades, lambda trade: (INSTRUMENTS[trade.listing], venues[trade.listing]))
    by_trade = trade_pass(merged, QUARTERS, ["OHLC"], ["Total", "Bid"])
    rows = [
        {"Place": (INSTRUMENTS[listing], venues[listing]), "TimeBucket": MINUTES.resample(label, QUARTERS), **row}
        for (listing, label), row in minutes.items()
    ]
    by_bar = aggregated(rows, ["Place", "TimeBucket"], {"High": "mean", "Low": "count"})
    return {
        (*place, label): with_columns({0: row}, "Close", "TradeBidOpen")[0] | by_bar[place, label]
        for (place, label), row in by_trade.items()
    }


def venue_closes(trades: Iterable[Trade], venues: Mapping[int, str]) -> Result:
    """The last price of each venue over all its trades."""
    all_time = Contract(2**60, "start", "left", origin=-(2**59))
    closes = trade_pass(under(trades, lambda trade: venues[trade.listing]), all_time, ["OHLC"])
    return {(venue,): {"Close": row["Close"]} for (venue, _), row in closes.items()}


def check_mapped_source(case: GoldenCase, draw: Draw) -> None:
    market = someone_elses.market(draw, MINUTES)
    trades = market.trades()
    measures = ["Volume", "NotionalEUR", "OHLC"]
    minutes = trade_pass(trades, MINUTES, measures)
    sectors = trade_pass(under(trades, market.sector), HOURS, measures)
    with TemporaryDirectory() as folder, views(case, market.write(Path(folder))) as found:
        along = {(listing, label): market.names(listing) for listing, label in minutes}
        assert_bars(found.result("minutes"), minutes, along, MINUTES)
        expected = with_columns(sectors, "TradeTotalVolume", "TradeTotalNotionalEUR", "Close")
        assert_same(found.result("hours"), expected, trade_tolerance(HOURS))


def check_vendor_bars(case: GoldenCase, draw: Draw) -> None:
    market = draw(bars(st.just(Contract(60 * SECOND, "start", "left"))))
    table = market.table.set_column(4, "Trades", market.table["Trades"].cast(pa.int32()))
    rows = [row for row in in_order(market.rows) if row["TimeBucket"] >= MIDNIGHT - DAY]
    with TemporaryDirectory() as folder:
        (Path(folder) / "bars").mkdir()
        half = table.num_rows // 2
        pq.write_table(table.slice(0, half), f"{folder}/bars/2025-03-03.parquet")
        pq.write_table(table.slice(half), f"{folder}/bars/2025-03-04.parquet")
        with views(case, Path(folder)) as found:
            assert_same(found.result("averages"), by_key(rows, ["ListingId", "TimeBucket"]))
            totals = aggregated(rows, ["ListingId"], {"Volume": "sum", "Trades": "sum", "Close": "last"})
            assert_same(found.result("totals"), totals, Tolerance({"Volume": 1e-12}))


def check_costs_and_flags(case: GoldenCase, draw: Draw) -> None:
    market = drawn_market(draw, MINUTES, added=vendor_columns)
    trades, asked = read_trades(market.rows), trade_analytics(case)
    columns = [
        "DiscrepancyToEBBO", "DiscrepancyToPreTradeMidLast", "OddLotTradeVolume", "RetailEffectiveSpread1s",
    ]  # fmt: skip
    with views(case, trades=canonical(market), reference=market.reference) as found:
        minutes = costs_and_flags(trades, MINUTES, asked)
        assert_same(found.result("minutes"), minutes, metric_tolerance(columns_of(minutes)))
        quarters = with_columns(costs_and_flags(by_instrument(trades, market.instruments), QUARTERS, asked), *columns)
        assert_same(found.result("quarters"), quarters, metric_tolerance(columns))


def costs_and_flags(trades: list[Trade], contract: Contract, asked: dict[str, Any]) -> Result:
    """What the oracle, which knows no patterns, says of the groups; the last group of impacts has one."""
    *impacts, retail = asked["impact_metrics"]
    found = grouped_pass(trades, contract, {**asked, "impact_metrics": impacts})
    renamed = grouped_pass(trades, contract, {"impact_metrics": [retail]})
    return {key: row | {f"Retail{name}": value for name, value in renamed[key].items()} for key, row in found.items()}


def check_further_measures(case: GoldenCase, draw: Draw) -> None:
    market = drawn_market(draw, MINUTES)
    trades = told_apart(read_trades(market.rows))
    expected = [
        further_pass(trades, MINUTES, group["measures"], group.get("sides", ["Total"]))
        for group in trade_analytics(case)["generic_metrics"]
    ]
    with views(case, trades=canonical(market), reference=market.reference) as found:
        for minutes in expected:
            assert_equal(found.result("minutes"), minutes)
        composed = told_apart(by_instrument(trades, market.instruments))
        quarters = further_pass(composed, QUARTERS, ["GarmanKlass", "Amihud", "LargeTradeShare"], ["Total"])
        assert_equal(found.result("quarters"), quarters)


def check_quotes_and_rules(case: GoldenCase, draw: Draw) -> None:
    market = drawn_market(draw, MINUTES)
    rows = draw(quotes_around(market))
    quotes = Quotes(rows, 600 * SECOND, nulls_are_unchanged=True)
    asked = trade_analytics(case)
    signed_rows = signed(read_trades(market.rows), asked["aggressor_rule"], MINUTES, quotes)
    trades = read_trades(quoted(row, quotes, "before", [SECOND, 300 * SECOND]) for row in signed_rows)
    asked["discrepancy_metrics"] = [{"references": ["BestBid"]}]
    minutes = {
        key: {looked_up(name): value for name, value in row.items()}
        for key, row in grouped_pass(trades, MINUTES, asked).items()
    }
    with views(case, trades=canonical(market), quotes=quote_table(rows, market.resolution)) as found:
        assert_same(found.result("minutes"), minutes, metric_tolerance(columns_of(minutes)))


def check_order_book(case: GoldenCase, draw: Draw) -> None:
    market = draw(books(st.just(MINUTES)))
    wanted = ("BidPrice1", "AskCumQuantity2", "SpreadBps", "MidOpen", "MidHigh", "MidClose")
    assert_book_passes(case, market, wanted)


def check_book_depth(case: GoldenCase, draw: Draw) -> None:
    market = draw(ladder_books(st.just(MINUTES)) | books(st.just(MINUTES)))
    assert_book_passes(case, market, ("Microprice2", "BidDepth10bps", "AskCostToTrade250_5"))


def check_book_changes(case: GoldenCase, draw: Draw) -> None:
    market = draw(ladder_books(st.just(MINUTES)) | books(st.just(MINUTES)))
    one_each = [{**row, "InstrumentId": row["ListingId"]} for row in market.rows]
    assert_book_passes(case, replace(market, rows=one_each), ("QuoteUpdateCount", "OrderFlowImbalance2"))


def assert_book_passes(case: GoldenCase, market: Books, wanted: Sequence[str]) -> None:
    """Compare minutes by listing, and what is wanted of quarters by instrument, with one pass over the updates."""
    asked = yaml.safe_load((case.folder / "pipeline.yaml").read_text())["PASSES"][0]["l2_analytics"]
    table = market.table
    for name in ("MIC", "Ticker", "CurrencyCode"):
        table = table.append_column(name, pa.array([f"{name}{row['ListingId']}" for row in market.rows]))
    reference = pa.table({"ListingId": list(INSTRUMENTS), "InstrumentId": list(INSTRUMENTS.values())})
    with views(case, l2=table, reference=reference) as found:
        minutes = l2_pass(market.rows, MINUTES, renamed_groups(asked))
        assert_same(found.result("minutes"), minutes, book_tolerance(minutes))
        by_instrument = [{**row, "ListingId": row["InstrumentId"]} for row in market.rows]
        quarters = l2_pass(by_instrument, QUARTERS, renamed_groups(asked))
        assert_same(found.result("quarters"), with_columns(quarters, *wanted), book_tolerance(quarters))


def check_trade_and_book(case: GoldenCase, draw: Draw) -> None:
    market, book = drawn_market(draw, MINUTES), draw(books(st.just(MINUTES), most=10))
    lit, asked, flows = lit_trades(market.rows), {"liquidity": [PRICES_AT_BEST]}, ["TradeTotalVolume"]
    table = book.table
    for name in ("MIC", "Ticker", "CurrencyCode"):
        table = table.append_column(name, pa.array([f"{name}{row['ListingId']}" for row in book.rows]))
    with views(case, trades=canonical(market), l2=table, reference=market.reference) as found:
        measures = ["Volume", "VWAP", "OHLC"]
        minutes = joined(trade_pass(lit, MINUTES, measures), l2_pass(book.rows, MINUTES, asked), flows=flows)
        assert_same(found.result("minutes"), minutes, trade_tolerance(MINUTES))
        trades = trade_pass(by_instrument(lit, market.instruments), QUARTERS, measures)
        updates = [{**row, "ListingId": row["InstrumentId"]} for row in book.rows]
        quarters = joined(trades, l2_pass(updates, QUARTERS, asked), flows=flows)
        columns = [
            name
            for name in ("TradeTotalVolume", "TradeTotalVWAP", "Close", "AskPrice1")
            if name in columns_of(quarters)
        ]
        assert_same(found.result("quarters"), with_columns(quarters, *columns), trade_tolerance(QUARTERS))


PRICES_AT_BEST = {"sides": ["Bid", "Ask"], "levels": [1], "measures": ["Price"]}


TEN_SECONDS = {
    "source": ["Mid"],
    "step": 10 * SECOND,
    "shift": 5 * SECOND,
    "market_states": ["CONTINUOUS_TRADING"],
}


def check_book_over_time(case: GoldenCase, draw: Draw) -> None:
    market = draw(books(st.just(MINUTES), most=12))
    rows = [row for row in market.rows if row["TimestampNanoseconds"] > MIDNIGHT - DAY]
    halts = [row for row in rows if row["MarketState"] == "HALTED"]
    table, states = (
        book_table(market.rows),
        book_table(market.rows).select(["ListingId", "TimestampNanoseconds", "MarketState"]),
    )
    for name in ("MIC", "Ticker", "CurrencyCode"):
        table = table.append_column(name, pa.array([f"{name}{row['ListingId']}" for row in market.rows]))
    asked = yaml.safe_load((case.folder / "pipeline.yaml").read_text())["PASSES"][0]["l2tw_analytics"]
    groups = {name: asked[name] for name in ("liquidity", "spreads")}
    with views(case, l2=table, marketstate=states) as found:
        expected = l2tw_pass(
            rows, MINUTES, renamed_groups(groups) | {"enable_book_coverage": True}, 3_600 * SECOND, halts
        )
        moved = volatility_pass(rows, MINUTES, TEN_SECONDS, 3_600 * SECOND, halts)
        both = {key: {**row, **moved[key]} for key, row in expected.items()}
        columns = {name for row in both.values() for name in row}
        volatility = {"L2VolatilityMidStd": 1e-9}
        assert_same(found.result("minutes"), both, Tolerance(dict.fromkeys(columns, 1e-12) | volatility, volatility))


def check_dense_timeline(case: GoldenCase, draw: Draw) -> None:
    market, book = drawn_market(draw, MINUTES), draw(books(st.just(MINUTES), most=10))
    lit, flows, carried_on = lit_trades(market.rows), ["TradeTotalVolume"], ["Open", "Close"]
    bounds = ((8 * 60 + 50) * 60 * SECOND, (9 * 60 + 10) * 60 * SECOND)
    table = book.table
    for name in ("MIC", "Ticker", "CurrencyCode"):
        table = table.append_column(name, pa.array([f"{name}{row['ListingId']}" for row in book.rows]))
    with views(case, trades=canonical(market), l2=table) as found:
        bars = dense(trade_pass(lit, MINUTES, ["Volume", "OHLC"]), MINUTES, flows, carried_on, bounds)
        days = dense(l2_pass(book.rows, MINUTES, {}), MINUTES, [], [], bounds)
        minutes = {
            key: {name: row[name] for name in ("TradeTotalVolume", "Open", "High", "Low", "Close") if name in row}
            for key, row in joined(bars, days, flows=flows).items()
        }
        assert_same(found.result("minutes"), minutes, trade_tolerance(MINUTES))


def renamed_groups(asked: dict[str, Any]) -> dict[str, Any]:
    """Groups of l2 metrics as the oracle reads them: lists of values, every field, names that begin otherwise."""
    listed = ("sides", "levels", "measures", "variant", "source", "market_states")
    listed += ("bps", "sizes", "notionals")
    groups: dict[str, Any] = {}
    for kind, entries in asked.items():
        for entry in entries:
            group = {
                name: [value] if name in listed and not isinstance(value, list) else value
                for name, value in entry.items()
            }
            groups.setdefault(kind, []).append(
                {"sides": ["Bid", "Ask"], "levels": [1], "measures": ["Quantity"], **group}
            )
    return groups


def check_order_flow(case: GoldenCase, draw: Draw) -> None:
    market = drawn_market(draw, HOURS, added=vendor_columns)
    trades, asked = read_trades(market.rows), trade_analytics(case)
    medians = grouped_pass(trades, HOURS, {"discrepancy_metrics": asked["discrepancy_metrics"]})
    told = told_apart(trade for trade in trades if trade.lit)
    with views(case, trades=canonical(market)) as found:
        hours = found.result("hours")
    assert_same(hours, medians, metric_tolerance(columns_of(medians)))
    for key, row in hours.items():
        of_bucket = [trade for trade in told if (trade.listing, HOURS.label(trade.event)) == key]
        flows = {"TradeTotalVPIN": vpin(of_bucket), "TradeTotalVPINOf2500": vpin(of_bucket, size=Fraction(2500))}
        assert_same({key: row}, {key: flows}, Tolerance(dict.fromkeys(flows, 1e-12)))


def check_rebuilt_book(case: GoldenCase, draw: Draw) -> None:
    rows = draw(st.lists(price_updates, min_size=1, max_size=40))
    books = rebuilt(rows, 2, daily=True)
    bars: dict[tuple[int, int], tuple[int, float | None]] = {}
    for (listing, moment), book in sorted(books.items()):
        bid, ask = book["BidPrice1"], book["AskPrice1"]
        spread = None if bid is None or ask is None or bid > ask else ask - bid
        bars[listing, MINUTES.label(moment)] = (moment, spread)
    with views(case, depth=price_update_table(rows)) as found:
        assert found.result("books") == books
        spreads = {key: {"SpreadAbs": spread} for key, (_, spread) in bars.items()}
        assert_same(found.result("minutes"), spreads, Tolerance({"SpreadAbs": 1e-12}))


def trade_analytics(case: GoldenCase) -> dict[str, Any]:
    """What the first pass of a case asks for."""
    return yaml.safe_load((case.folder / "pipeline.yaml").read_text())["PASSES"][0]["trade_analytics"]


def columns_of(result: Result) -> set[str]:
    return {name for row in result.values() for name in row}


CHECKS = {
    "daily_analytics": timelines.check_daily_analytics,
    "dense_timeline": check_dense_timeline,
    "book_changes": check_book_changes,
    "book_depth": check_book_depth,
    "book_over_time": check_book_over_time,
    "aggregations": second_pass.check_aggregations,
    "calendars": second_pass.check_calendars,
    "continuous_phases": timelines.check_continuous_phases,
    "costs_and_flags": check_costs_and_flags,
    "further_measures": check_further_measures,
    "every_side": check_every_side,
    "membership": second_pass.check_membership,
    "indicators_in_sql": check_indicators_in_sql,
    "mapped_source": check_mapped_source,
    "medians_and_auctions": check_medians_and_auctions,
    "nanosecond_buckets": check_nanosecond_buckets,
    "order_book": check_order_book,
    "no_sequence": check_no_sequence,
    "order_flow": check_order_flow,
    "quotes_and_rules": check_quotes_and_rules,
    "rebuilt_book": check_rebuilt_book,
    "trade_and_book": check_trade_and_book,
    "two_pass": check_two_pass,
    "vendor_bars": check_vendor_bars,
}
"""The oracle of each case; a case without one fails."""


@pytest.mark.parametrize("case", golden_cases(), ids=lambda case: case.folder.name)
@given(st.data())
@settings(max_examples=4)
def test_the_sql_in_the_files_gives_what_the_oracle_gives(case: GoldenCase, data: st.DataObject) -> None:
    CHECKS[case.folder.name](case, data.draw)
