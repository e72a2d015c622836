from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import WrittenSample

LIT = "Classification = 'LIT_CONTINUOUS'"


def test_columns_are_the_canonical_ones(sample: WrittenSample) -> None:
    types = {name: kind for name, kind, *_ in sample.rows("DESCRIBE trades")}
    expected = {
        "TradeTimestamp": "TIMESTAMP_NS",
        "ListingId": "BIGINT",
        "InstrumentId": "BIGINT",
        "BMLLSequenceNo": "BIGINT",
        "AggressorSide": "BIGINT",
        "MIC": "VARCHAR",
        "Classification": "VARCHAR",
        "Price": "DOUBLE",
        "LocalPrice": "DOUBLE",
        "Size": "DOUBLE",
        "PreTradeMid1ms": "DOUBLE",
        "PostTradeMid5000ms": "DOUBLE",
        "PostTradeElapsedTimeChgAtPrimary": "BIGINT",
        "date": "DATE",
    }
    assert {name: types.get(name) for name in expected} == expected


def test_every_day_has_the_trades_asked_for(sample: WrittenSample) -> None:
    assert sample.rows("SELECT date::VARCHAR, count(*) FROM trades GROUP BY 1 ORDER BY 1") == [
        ("2025-03-03", 9_000),
        ("2025-03-04", 9_000),
    ]


def test_rows_lie_in_time_order(sample: WrittenSample) -> None:
    unordered = (
        "SELECT count(*) FROM (SELECT TradeTimestamp < lag(TradeTimestamp) OVER () AS back FROM trades) WHERE back"
    )
    assert sample.value(unordered) == 0


def test_activity_falls_from_the_first_instrument_and_from_the_primary(sample: WrittenSample) -> None:
    by_instrument = [
        count for (count,) in sample.rows("SELECT count(*) FROM trades GROUP BY InstrumentId ORDER BY InstrumentId")
    ]
    assert by_instrument == sorted(by_instrument, reverse=True)
    assert by_instrument[0] > 2 * by_instrument[3]
    by_venue = dict(sample.rows("SELECT ListingId % 10, count(*) FROM trades GROUP BY 1"))
    assert by_venue[1] > by_venue[2] > by_venue[3]


def test_sequence_numbers_are_unique_and_follow_time(sample: WrittenSample) -> None:
    key = "PARTITION BY ListingId, date ORDER BY BMLLSequenceNo"
    assert sample.value("SELECT count(DISTINCT (ListingId, date, BMLLSequenceNo)) FROM trades") == 18_000
    assert sample.value("SELECT count(DISTINCT (date, TradeId)) FROM trades") == 18_000
    back = f"SELECT TradeTimestamp < lag(TradeTimestamp) OVER ({key}) AS back FROM trades"
    assert sample.value(f"SELECT count(*) FROM ({back}) WHERE back") == 0


def test_a_tenth_of_trades_share_the_time_of_the_one_before(sample: WrittenSample) -> None:
    key = "PARTITION BY ListingId, date ORDER BY BMLLSequenceNo"
    tied = f"SELECT TradeTimestamp = lag(TradeTimestamp) OVER ({key}) AS tied FROM trades"
    assert 0.08 < sample.value(f"SELECT avg(tied::INT) FROM ({tied})") < 0.13


def test_tied_lit_trades_are_one_order(sample: WrittenSample) -> None:
    sides = (
        f"SELECT count(DISTINCT AggressorSide) AS sides, count(DISTINCT Price) AS prices FROM trades "
        f"WHERE {LIT} AND AggressorSide IN (1, 2) GROUP BY ListingId, TradeTimestamp"
    )
    assert sample.rows(f"SELECT max(sides), max(prices) FROM ({sides})") == [(1, 1)]


def test_times_use_all_nine_digits(sample: WrittenSample) -> None:
    digits = sample.rows("SELECT DISTINCT epoch_ns(TradeTimestamp) % 10 FROM trades")
    assert len(digits) == 10
    assert sample.value("SELECT count(DISTINCT epoch_ns(TradeTimestamp) % 1000) FROM trades") == 1_000


def test_some_trades_lie_on_a_minute_and_some_a_nanosecond_after(sample: WrittenSample) -> None:
    by_listing = sample.rows(
        "SELECT count(*) FILTER (epoch_ns(TradeTimestamp) % 60_000_000_000 = 0),"
        f" count(*) FILTER (epoch_ns(TradeTimestamp) % 60_000_000_000 = 1) FROM trades WHERE {LIT}"
        " AND ListingId % 10 = 1 GROUP BY ListingId, date"
    )
    assert len(by_listing) == 8
    assert all(on > 0 and after > 0 for on, after in by_listing)


def test_continuous_trades_lie_in_the_session(sample: WrittenSample) -> None:
    outside = f"{LIT} AND TradeTimestamp::TIME NOT BETWEEN TIME '08:00:00' AND TIME '16:30:00'"
    assert sample.value(f"SELECT count(*) FROM trades WHERE {outside}") == 0


def test_volume_is_u_shaped(sample: WrittenSample) -> None:
    by_hour = dict(sample.rows(f"SELECT hour(TradeTimestamp), count(*) FROM trades WHERE {LIT} GROUP BY 1"))
    assert by_hour[8] > 1.5 * by_hour[12]
    assert by_hour[15] > 1.5 * by_hour[12]


@pytest.mark.parametrize(
    ("classification", "state", "hour"),
    [
        ("LIT_AUCTION_OPEN", "OPENING_AUCTION", "08:00:00"),
        ("LIT_AUCTION_CLOSE", "CLOSING_AUCTION", "16:35:00"),
    ],
)
def test_each_primary_listing_has_an_auction_a_day(
    sample: WrittenSample, classification: str, state: str, hour: str
) -> None:
    auctions = sample.rows(
        f"SELECT ListingId % 10, any_value(MarketState), count(DISTINCT TradeTimestamp), count(DISTINCT Price), "
        f"strftime(min(TradeTimestamp), '%H:%M:%S') FROM trades WHERE Classification = '{classification}' "
        "GROUP BY ListingId, date"
    )
    assert auctions == [(1, state, 1, 1, hour)] * 8


def test_nothing_trades_on_the_book_during_the_halt(sample: WrittenSample) -> None:
    halt = (
        "InstrumentId = 502 AND date = '2025-03-04' AND "
        "TradeTimestamp BETWEEN TIMESTAMP '2025-03-04 10:30:00' AND TIMESTAMP '2025-03-04 11:20:00'"
    )
    found = dict(sample.rows(f"SELECT Classification, count(*) FROM trades WHERE {halt} GROUP BY 1"))
    assert set(found) <= {"OTC"}
    resumed = f"SELECT count(*) FROM trades WHERE {LIT} AND InstrumentId = 502 AND date = '2025-03-04'"
    assert sample.value(f"{resumed} AND hour(TradeTimestamp) > 11") > 100
    assert sample.value("SELECT count(*) FROM trades WHERE Classification = 'LIT_AUCTION_UNSCHEDULED'") > 0
    before = "TradeTimestamp BETWEEN TIMESTAMP '2025-03-03 10:30:00' AND TIMESTAMP '2025-03-03 11:20:00'"
    assert sample.value(f"SELECT count(*) FROM trades WHERE {LIT} AND InstrumentId = 502 AND {before}") > 20


def test_the_quiet_listing_does_not_trade_on_the_last_day(sample: WrittenSample) -> None:
    listings = "SELECT count(DISTINCT ListingId) FROM trades WHERE date = '{}'"
    assert sample.value(listings.format("2025-03-03")) == 12
    assert sample.value(listings.format("2025-03-04")) == 11
    quiet = "SELECT DISTINCT ListingId FROM reference EXCEPT SELECT ListingId FROM trades WHERE date = '2025-03-04'"
    assert sample.rows(quiet) == [(10_043,)]


def test_notionals_are_price_times_size_in_each_currency(sample: WrittenSample) -> None:
    assert sample.value("SELECT count(*) FROM trades WHERE TradeNotional <> Price * Size") == 0
    assert sample.value("SELECT count(*) FROM trades WHERE LocalPrice <> Price OR Size <= 0 OR Price <= 0") == 0
    rates = sample.rows(
        "SELECT CurrencyCode,"
        " round(min(TradeNotionalEUR / TradeNotional), 9), round(max(TradeNotionalEUR / TradeNotional), 9),"
        " round(min(TradeNotionalUSD / TradeNotionalEUR), 9), round(max(TradeNotionalUSD / TradeNotionalEUR), 9)"
        " FROM trades GROUP BY 1 ORDER BY 1"
    )
    assert rates == [("EUR", 1.0, 1.0, 1.08, 1.08), ("GBX", 0.01185, 0.01185, 1.08, 1.08)]


def test_lit_trades_lie_within_the_book_and_on_the_aggressors_side(sample: WrittenSample) -> None:
    bid, ask = "BestBidPriceAtVenue", "BestAskPriceAtVenue"
    assert sample.value(f"SELECT count(*) FROM trades WHERE {LIT} AND (Price < {bid} OR Price > {ask})") == 0
    assert sample.value(f"SELECT count(*) FROM trades WHERE {LIT} AND {bid} IS NULL AND {ask} IS NULL") == 0
    beyond = f"(2 * Price - {bid} - {ask})"
    wrong = f"(AggressorSide = 1 AND {beyond} < -1e-9) OR (AggressorSide = 2 AND {beyond} > 1e-9)"
    assert sample.value(f"SELECT count(*) FROM trades WHERE {LIT} AND ({wrong})") == 0
    touch = f"avg((CASE AggressorSide WHEN 1 THEN Price = {ask} ELSE Price = {bid} END)::INT)"
    assert 0.9 < sample.value(f"SELECT {touch} FROM trades WHERE {LIT} AND AggressorSide IN (1, 2)") < 0.99


def test_quotes_before_a_trade_are_never_crossed(sample: WrittenSample) -> None:
    crossed = " OR ".join(f"BestBidPrice{scope} >= BestAskPrice{scope}" for scope in ("", "AtVenue", "AtPrimary"))
    assert sample.value(f"SELECT count(*) FROM trades WHERE {crossed}") == 0
    worse = "BestBidPrice < BestBidPriceAtVenue OR BestAskPrice > BestAskPriceAtVenue"
    assert sample.value(f"SELECT count(*) FROM trades WHERE {worse}") == 0


def test_all_aggressors_and_kinds_occur(sample: WrittenSample) -> None:
    sides = dict(sample.rows(f"SELECT AggressorSide, count(*) FROM trades WHERE {LIT} GROUP BY 1"))
    assert set(sides) == {0, 1, 2, None}
    assert 0.8 < sides[1] / sides[2] < 1.25
    kinds = {kind for (kind,) in sample.rows("SELECT DISTINCT Classification FROM trades")}
    assert kinds > {"LIT_CONTINUOUS", "DARK_CONTINUOUS", "OFF_BOOK_ON_EXCHANGE", "SI_ADDRESSABLE_BELOW_LIS", "OTC"}


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("IsBlock", {"Y", "N", None}),
        ("LotType", {"ROUND", "Odd Lot", None}),
        ("NegotiatedTrade", {"Y", "-", None}),
        ("CrossingTrade", {"Y", "-"}),
        ("AlgorithmicTrade", {"H", "-"}),
        ("IcebergExecution", {"Y", "-"}),
        ("BMLLParticipantType", {"RETAIL", "UNKNOWN", None}),
        ("BMLLTradeType", {"LIT", "DARK", "OTC"}),
    ],
)
def test_flags_take_their_documented_codes(sample: WrittenSample, column: str, values: set[str | None]) -> None:
    assert {value for (value,) in sample.rows(f"SELECT DISTINCT {column} FROM trades")} == values


def test_round_lots_are_whole_lots_and_odd_lots_less_than_one(sample: WrittenSample) -> None:
    lots = dict(sample.rows("SELECT InstrumentId, min(Size) FROM trades WHERE LotType = 'ROUND' GROUP BY 1"))
    assert set(lots.values()) <= {10.0, 50.0, 100.0}
    for instrument, lot in lots.items():
        whole = f"InstrumentId = {instrument} AND LotType = 'ROUND' AND Size % {lot} <> 0"
        assert sample.value(f"SELECT count(*) FROM trades WHERE {whole}") == 0
        odd = f"SELECT max(Size) FROM trades WHERE InstrumentId = {instrument} AND LotType = 'Odd Lot'"
        assert 1 < sample.value(odd) < lot


def test_price_points_place_the_price_between_bid_and_ask(sample: WrittenSample) -> None:
    assert sample.rows("SELECT min(PricePoint), max(PricePoint) FROM trades") == [(0.0, 1.0)]
    place = "(Price - BestBidPriceAtVenue) / (BestAskPriceAtVenue - BestBidPriceAtVenue)"
    furthest = f"SELECT max(abs(PricePointAtVenue - greatest(0, least(1, {place})))) FROM trades"
    assert sample.value(furthest) < 1e-9
    assert sample.value("SELECT count(*) FROM trades WHERE (PricePoint IS NULL) <> (MidPrice IS NULL)") == 0


def test_prices_move_with_the_orders(sample: WrittenSample) -> None:
    impact = (
        "SELECT avg((CASE AggressorSide WHEN 1 THEN 1 ELSE -1 END) * (PostTradeMid60000ms - MidPrice) / MidPrice)"
        f" FROM trades WHERE {LIT} AND AggressorSide IN (1, 2)"
    )
    assert 0.1e-4 < sample.value(impact) < 10e-4
