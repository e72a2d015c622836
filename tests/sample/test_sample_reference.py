from __future__ import annotations

from typing import TYPE_CHECKING

from basalt.sample import SampleOptions
from basalt.sample.instruments import build_market

if TYPE_CHECKING:
    from conftest import WrittenSample


def test_each_listing_has_one_row(sample: WrittenSample) -> None:
    columns = [name for name, *_ in sample.rows("DESCRIBE reference")]
    assert columns == ["ListingId", "InstrumentId", "MIC", "Ticker", "ISIN", "CurrencyCode", "IsPrimary", "IsAlive"]
    assert sample.rows(
        "SELECT InstrumentId, count(DISTINCT ListingId), count(DISTINCT MIC), count(DISTINCT CurrencyCode),"
        " count(DISTINCT ISIN), count(*) FILTER (IsPrimary) FROM reference GROUP BY 1 ORDER BY 1"
    ) == [(501 + index, 3, 3, 1, 1, 1) for index in range(4)]


def test_trades_and_reference_agree(sample: WrittenSample) -> None:
    shared = "ListingId, InstrumentId, MIC, Ticker, CurrencyCode"
    assert sample.rows(f"SELECT DISTINCT {shared} FROM trades EXCEPT SELECT {shared} FROM reference") == []


def test_identifiers_are_unique_in_the_largest_market() -> None:
    options = SampleOptions(instruments=5_000, venues=1, trades=25_000, updates=150_000)
    instruments = build_market(options).instruments
    assert len({each.ticker for each in instruments}) == 5_000
    assert len({each.isin for each in instruments}) == 5_000


def test_check_digits_are_right() -> None:
    options = SampleOptions(instruments=50, venues=1)
    for instrument in build_market(options).instruments:
        digits = [int(digit) for digit in "".join(str(int(character, 36)) for character in instrument.isin)]
        doubled = [digit * 2 if place % 2 else digit for place, digit in enumerate(reversed(digits))]
        assert sum(digit // 10 + digit % 10 for digit in doubled) % 10 == 0


def test_prices_are_whole_ticks(sample: WrittenSample) -> None:
    for instrument in build_market(sample.options).instruments:
        lit = f"InstrumentId = {instrument.instrument_id} AND Classification LIKE 'LIT%'"
        prices = [price for (price,) in sample.rows(f"SELECT DISTINCT Price FROM trades WHERE {lit}")]
        assert len(prices) > 10
        assert {price for price in prices if round(price * 10_000) % instrument.tick} == set()
        assert {price for price in prices if float(f"{price:.4f}") != price} == set()
