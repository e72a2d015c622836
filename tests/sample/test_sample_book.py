from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import WrittenSample

TRADING = "MarketState = 'CONTINUOUS_TRADING'"
LAST_UPDATES = (
    "SELECT * FROM l2"
    " QUALIFY row_number() OVER (PARTITION BY ListingId, EventTimestamp ORDER BY BMLLSequenceNo DESC) = 1"
)


def test_columns_are_the_canonical_ones(sample: WrittenSample) -> None:
    types = {name: kind for name, kind, *_ in sample.rows("DESCRIBE l2")}
    levels = range(1, 6)
    expected = {
        **{f"{side}Price{level}": "DOUBLE" for side in ("Bid", "Ask") for level in levels},
        **{f"{side}Quantity{level}": "BIGINT" for side in ("Bid", "Ask") for level in levels},
        **{f"{side}NumOrders{level}": "INTEGER" for side in ("Bid", "Ask") for level in levels},
        "TimestampNanoseconds": "TIMESTAMP_NS",
        "EventTimestamp": "TIMESTAMP_NS",
        "ListingId": "BIGINT",
        "MarketState": "VARCHAR",
    }
    assert {name: types.get(name) for name in expected} == expected
    assert "BidPrice6" not in types
    assert sample.value("SELECT count(*) FROM l2 WHERE EventTimestamp <> TimestampNanoseconds") == 0


def test_every_day_has_the_updates_asked_for_and_every_listing_some(sample: WrittenSample) -> None:
    by_day = sample.rows("SELECT date::VARCHAR, count(*), count(DISTINCT ListingId) FROM l2 GROUP BY 1 ORDER BY 1")
    assert by_day == [("2025-03-03", 9_000, 12), ("2025-03-04", 9_000, 12)]


def test_updates_lie_in_time_order_and_are_numbered(sample: WrittenSample) -> None:
    unordered = "SELECT count(*) FROM (SELECT EventTimestamp < lag(EventTimestamp) OVER () AS back FROM l2) WHERE back"
    assert sample.value(unordered) == 0
    assert sample.value("SELECT count(DISTINCT (ListingId, date, BMLLSequenceNo)) FROM l2") == 18_000
    key = "PARTITION BY ListingId, date ORDER BY BMLLSequenceNo"
    waits = f"SELECT epoch_ns(EventTimestamp) - lag(epoch_ns(EventTimestamp)) OVER ({key}) AS wait FROM l2"
    assert sample.value(f"SELECT count(*) FROM ({waits}) WHERE wait < 0") == 0
    assert sample.value(f"SELECT count(*) FROM ({waits}) WHERE wait = 0") > 50


def test_the_book_is_never_crossed_while_trading(sample: WrittenSample) -> None:
    assert sample.value(f"SELECT count(*) FROM l2 WHERE {TRADING} AND BidPrice1 >= AskPrice1") == 0
    assert sample.value(f"SELECT count(*) FROM l2 WHERE {TRADING} AND BidPrice1 IS NULL AND AskPrice1 IS NULL") == 0


def test_the_book_overlaps_while_an_auction_is_called(sample: WrittenSample) -> None:
    calls = "MarketState IN ('OPENING_AUCTION', 'CLOSING_AUCTION')"
    assert sample.value(f"SELECT count(*) FROM l2 WHERE {calls} AND BidPrice1 > AskPrice1") > 20
    assert sample.value(f"SELECT count(*) FROM l2 WHERE {calls} AND ListingId % 10 <> 1") == 0


def test_the_book_is_empty_while_there_is_no_market(sample: WrittenSample) -> None:
    shut = "MarketState IN ('HALTED', 'CLOSED', 'UNSCHEDULED_AUCTION')"
    assert sample.rows(f"SELECT count(*) > 20, count(BidPrice1), count(AskQuantity1) FROM l2 WHERE {shut}") == [
        (True, 0, 0)
    ]


@pytest.mark.parametrize(("side", "better"), [("Bid", ">"), ("Ask", "<")])
def test_levels_are_ordered_and_positive(sample: WrittenSample, side: str, better: str) -> None:
    for level in range(1, 5):
        out_of_order = f"NOT {side}Price{level} {better} {side}Price{level + 1}"
        missing = f"{side}Price{level} IS NULL AND {side}Price{level + 1} IS NOT NULL"
        assert sample.value(f"SELECT count(*) FROM l2 WHERE {out_of_order} OR {missing}") == 0
        orders = f"{side}NumOrders{level} NOT BETWEEN 1 AND {side}Quantity{level}"
        partial = f"({side}Price{level} IS NULL) <> ({side}Quantity{level} IS NULL)"
        assert sample.value(f"SELECT count(*) FROM l2 WHERE {orders} OR {partial}") == 0


def test_some_books_are_one_sided_and_some_thin(sample: WrittenSample) -> None:
    one_sided = f"SELECT count(*) FROM l2 WHERE {TRADING} AND (BidPrice1 IS NULL) <> (AskPrice1 IS NULL)"
    assert 10 < sample.value(one_sided) < 200
    thin = f"SELECT count(*) FROM l2 WHERE {TRADING} AND BidPrice1 IS NOT NULL AND BidPrice5 IS NULL"
    assert 50 < sample.value(thin) < 900


def test_queues_mostly_keep_their_size(sample: WrittenSample) -> None:
    key = "PARTITION BY ListingId, date ORDER BY BMLLSequenceNo"
    steps = (
        f"SELECT BidPrice2 = lag(BidPrice2) OVER ({key}) AS stays,"
        f" BidQuantity2 = lag(BidQuantity2) OVER ({key}) AS kept FROM l2 WHERE {TRADING}"
    )
    assert 0.8 < sample.value(f"SELECT avg(kept::INT) FROM ({steps}) WHERE stays") < 0.95


def test_a_trade_sees_the_book_that_stood_before_it(sample: WrittenSample) -> None:
    seen = sample.rows(
        "SELECT count(*), count(*) FILTER (t.BestBidPriceAtVenue IS DISTINCT FROM b.BidPrice1),"
        " count(*) FILTER (t.BestAskPriceAtVenue IS DISTINCT FROM b.AskPrice1),"
        " count(*) FILTER (t.PreTradeElapsedTimeChgAtVenue <> epoch_ns(t.TradeTimestamp) - epoch_ns(b.EventTimestamp)),"
        " count(*) FILTER (t.AggressorSide = 1 AND t.Size > b.AskQuantity1 AND t.Price = b.AskPrice1)"
        f" FROM trades t ASOF JOIN ({LAST_UPDATES}) b"
        " ON t.ListingId = b.ListingId AND t.TradeTimestamp > b.EventTimestamp"
        " WHERE t.Classification = 'LIT_CONTINUOUS'"
    )
    lit = sample.value("SELECT count(*) FROM trades WHERE Classification = 'LIT_CONTINUOUS'")
    assert seen == [(lit, 0, 0, 0, 0)]


@pytest.mark.parametrize(
    ("column", "shift", "inclusive"),
    [
        ("MidPrice", 0, ">"),
        ("PreTradeMid1000ms", -1_000_000, ">="),
        ("PostTradeMid", 0, ">="),
        ("PostTradeMid1000ms", 1_000_000, ">="),
        ("PostTradeMid60000ms", 60_000_000, ">="),
    ],
)
def test_mids_are_the_middle_of_the_best_quotes_over_all_venues(
    sample: WrittenSample, column: str, shift: int, inclusive: str
) -> None:
    moments = (
        f"SELECT t.date, t.TradeId, t.{column} AS given, r.ListingId,"
        f" make_timestamp_ns(epoch_ns(t.TradeTimestamp) + {shift}000) AS moment"
        " FROM trades t JOIN reference r USING (InstrumentId) WHERE t.BMLLSequenceNo % 3 = 0"
    )
    best = (
        f"SELECT given, max(b.BidPrice1) FILTER (b.{TRADING}) AS bid, min(b.AskPrice1) FILTER (b.{TRADING}) AS ask"
        f" FROM ({moments}) m ASOF LEFT JOIN ({LAST_UPDATES}) b"
        f" ON m.ListingId = b.ListingId AND m.moment {inclusive} b.EventTimestamp"
        " AND m.date = b.date GROUP BY m.date, m.TradeId, given"
    )
    ((compared, nulls, wrong),) = sample.rows(
        "SELECT count(*), count(*) FILTER (given IS NULL),"
        " count(*) FILTER ((given IS NULL) <> ((bid + ask) IS NULL) OR abs(given - (bid + ask) / 2) > 1e-9)"
        f" FROM ({best})"
    )
    assert compared > 2_000
    assert 0 < nulls < compared / 10
    assert wrong == 0


def test_market_states_agree_with_the_book(sample: WrittenSample) -> None:
    different = (
        "SELECT count(*) FROM l2 ASOF JOIN marketstate s"
        " ON l2.ListingId = s.ListingId AND l2.EventTimestamp >= s.TimestampNanoseconds"
        " WHERE l2.MarketState <> s.MarketState"
    )
    assert sample.value(different) == 0
    halted = sample.rows(
        "SELECT ListingId, TimestampNanoseconds::DATE::VARCHAR FROM marketstate WHERE MarketState = 'HALTED' ORDER BY 1"
    )
    assert halted == [(10_021, "2025-03-04"), (10_022, "2025-03-04"), (10_023, "2025-03-04")]


def test_prices_carry_over_from_day_to_day(sample: WrittenSample) -> None:
    jumps = sample.rows(
        "SELECT arg_max(Price, TradeTimestamp) FILTER (date = '2025-03-03' AND Classification = 'LIT_AUCTION_CLOSE')"
        " / arg_min(Price, TradeTimestamp) FILTER (date = '2025-03-04' AND Classification = 'LIT_AUCTION_OPEN')"
        " FROM trades GROUP BY InstrumentId"
    )
    assert all(0.95 < jump < 1.05 for (jump,) in jumps)
    assert {jump for (jump,) in jumps} != {1.0}
