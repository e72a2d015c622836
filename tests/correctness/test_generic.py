"""The generic pass over tables of bars: aggregations, groups, reference tables, unmapped listings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.bars import UNMAPPED, Bars, bars
from markets.moments import MIDNIGHT, contracts
from markets.pipelines import (
    BY_INSTRUMENT,
    BY_LISTING,
    Config,
    bucket_settings,
    generic_pass_config,
    run_pass,
    trade_pass_config,
)
from markets.trades import INSTRUMENTS, Market, markets
from oracles.buckets import DAY, SECOND, Contract, day_of
from oracles.generic_pass import AGGREGATIONS, aggregated, in_order, joined, resampled
from oracles.reference import always, by_date, by_validity
from oracles.results import EXACT, Tolerance, assert_same, by_key, rows_of
from oracles.trade_pass import trade_pass
from oracles.trades import read_trades

import basalt
from basalt.errors import AmbiguousReferenceError, BasaltError, UnknownColumnError

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTHS = contracts(st.sampled_from([SECOND, 60 * SECOND, 3_600 * SECOND]))
FACTORS = st.sampled_from([1, 2, 15, 60])
COLUMNS = ("Close", "Volume", "Trades")
ADDED_UP = Tolerance(dict.fromkeys(COLUMNS, 1e-12))
SPREAD = Tolerance(dict.fromkeys(COLUMNS, 1e-9), dict.fromkeys(COLUMNS, 1e-9))
"""A spread loses digits where the values are nearly equal."""
MAPPING = [{"ListingId": listing, "InstrumentId": instrument} for listing, instrument in INSTRUMENTS.items()]


def pipeline(market: Bars, step: Config, reference: pa.Table | None = None) -> Config:
    """A generic pass over a table of bars that states its contract."""
    tables: dict[str, Any] = {"bars": {"data": market.table, **bucket_settings(market.contract)}}
    return {"TABLES": tables | ({} if reference is None else {"reference": reference}), "PASSES": [step]}


def rule(market: Bars, factor: int) -> str:
    return f"{market.contract.width * factor // SECOND}s"


@pytest.mark.parametrize("method", AGGREGATIONS)
@given(bars(WIDTHS), FACTORS)
@settings(max_examples=5)
def test_every_aggregation(method: str, market: Bars, factor: int) -> None:
    aggregations = dict.fromkeys(COLUMNS, method)
    wide = resampled(in_order(market.rows), market.contract, market.contract.coarser(factor))
    step = generic_pass_config("bars", aggregations, rule=rule(market, factor))
    expected = aggregated(wide, BY_LISTING, aggregations)
    assert_same(run_pass(pipeline(market, step), "generic"), expected, added_up(method))


def added_up(method: str) -> Tolerance:
    """Sums and means may be added in any order; everything else is exact."""
    if method in ("std", "var"):
        return SPREAD
    return ADDED_UP if method in ("sum", "mean") else EXACT


@given(
    markets(WIDTHS, most=20),
    FACTORS,
    st.sampled_from(["sum", "mean", "first", "last", "max", "min", "count"]),
    st.sampled_from([BY_LISTING, BY_INSTRUMENT, ("TimeBucket",)]),
)
@settings(max_examples=8)
def test_every_aggregation_of_an_earlier_pass(
    market: Market, factor: int, method: str, group_by: Sequence[str]
) -> None:
    columns = {f"TradeTotal{name}": method for name in ("Volume", "Count", "AvgPrice", "VWAP")}
    measures = ["Volume", "Count", "AvgPrice", "VWAP"]
    bars_of_market = [
        {"ListingId": listing, "InstrumentId": INSTRUMENTS[listing], "TimeBucket": label, **row}
        for (listing, label), row in trade_pass(read_trades(market.rows), market.contract, measures).items()
    ]
    wide = resampled(in_order(bars_of_market), market.contract, market.contract.coarser(factor))
    width = f"{market.contract.width * factor // SECOND}s"
    passes = [
        trade_pass_config(market.contract, measures),
        generic_pass_config("bars", columns, rule=width, group_by=group_by),
    ]
    config = {"TABLES": {"trades": market.table, "reference": market.reference}, "PASSES": passes}
    tolerance = Tolerance(dict.fromkeys(columns, 1e-12)) if method != "count" else EXACT
    assert_same(run_pass(config, "generic", group_by), aggregated(wide, group_by, columns), tolerance)


@pytest.mark.parametrize("group_by", [["ListingId"], ["TimeBucket"], ["TimeBucket", "ListingId"]], ids="-".join)
@given(bars(WIDTHS), st.sampled_from(sorted(AGGREGATIONS)))
@settings(max_examples=4)
def test_groups_with_and_without_time(group_by: list[str], market: Bars, method: str) -> None:
    aggregations = dict.fromkeys(COLUMNS, method)
    step = generic_pass_config("bars", aggregations, group_by=group_by)
    expected = aggregated(in_order(market.rows), group_by, aggregations)
    assert_same(run_pass(pipeline(market, step), "generic", group_by), expected, added_up(method))


@given(bars(WIDTHS), FACTORS, st.sampled_from(sorted(AGGREGATIONS)))
@settings(max_examples=5)
def test_a_reference_table_without_dates(market: Bars, factor: int, method: str) -> None:
    reference = pa.Table.from_pylist(MAPPING)
    check_join(market, factor, method, reference, joined(market.rows, always(MAPPING, "InstrumentId")))


def check_join(
    market: Bars, factor: int, method: str, reference: pa.Table, with_instrument: Sequence[dict[str, Any]]
) -> None:
    """Compare a pass by instrument with the oracle over bars that know theirs; listings without one are warned of."""
    aggregations = dict.fromkeys(COLUMNS, method)
    step = generic_pass_config("bars", aggregations, rule=rule(market, factor), group_by=BY_INSTRUMENT)
    wide = resampled(in_order(with_instrument), market.contract, market.contract.coarser(factor))
    with basalt.run(pipeline(market, step, reference)) as result:
        actual = by_key(rows_of(result["generic"].arrow()), BY_INSTRUMENT)
        warned = listings_warned_of(result)
    assert_same(actual, aggregated(wide, BY_INSTRUMENT, aggregations), added_up(method))
    assert warned == len({bar["ListingId"] for bar in with_instrument if bar["InstrumentId"] is None})


def listings_warned_of(result: basalt.RunResult) -> int:
    """How many listings a run warns of, none where it does not warn."""
    texts = [str(warning) for warning in result.warnings if "reference" in str(warning)]
    assert len(texts) <= 1
    return int(next(word for word in texts[0].split() if word.isdigit())) if texts else 0


def days_of(market: Bars) -> range:
    """The days a market's bars start on, and one before and after."""
    days = [day_of(market.contract.start_of(bar["TimeBucket"])) for bar in market.rows]
    return range(min(days) - 1, max(days) + 2)


def dated(rows: list[dict[str, int]], *names: str) -> pa.Table:
    """Return reference rows as a table whose named columns are dates."""
    table = pa.Table.from_pylist(rows)
    for name in names:
        days = pa.array([row[name] for row in rows], pa.int32()).cast(pa.date32())
        table = table.set_column(table.column_names.index(name), name, days)
    return table


@given(bars(WIDTHS), FACTORS, st.data())
@settings(max_examples=5)
def test_a_reference_table_by_date(market: Bars, factor: int, data: st.DataObject) -> None:
    days = [(listing, day) for listing in INSTRUMENTS for day in days_of(market)]
    known = data.draw(st.lists(st.sampled_from(days), unique=True, min_size=1))
    rows = [{"ListingId": listing, "Date": day, "InstrumentId": 900 + day % 2} for listing, day in known]
    look_up = by_date(rows, "InstrumentId", market.contract)
    check_join(market, factor, "sum", dated(rows, "Date"), joined(market.rows, look_up))


@given(bars(WIDTHS), FACTORS, st.data())
@settings(max_examples=5)
def test_a_reference_table_by_validity(market: Bars, factor: int, data: st.DataObject) -> None:
    days = days_of(market)
    rows = []
    for listing in INSTRUMENTS:
        change = data.draw(st.sampled_from(days))
        rows += [
            {"ListingId": listing, "InstrumentId": 901, "ValidFrom": days[0] - 5, "ValidTo": change - 1},
            {"ListingId": listing, "InstrumentId": 902, "ValidFrom": change, "ValidTo": None},
        ]
    look_up = by_validity(rows, "InstrumentId", market.contract)
    check_join(market, factor, "sum", dated(rows, "ValidFrom", "ValidTo"), joined(market.rows, look_up))


def one_bar(label: int, contract: Contract, listing: int = 11) -> Bars:
    row = {"ListingId": listing, "TimeBucket": label, "Close": 1.0, "Volume": 2.0, "Trades": 3}
    return Bars(contract, [row])


@pytest.mark.parametrize(("anchor", "day"), [("end", 0), ("start", 1)])
def test_a_bar_at_midnight_belongs_to_the_day_it_starts_on(anchor: str, day: int) -> None:
    first_day = MIDNIGHT // DAY - 1
    rows = [{"ListingId": 11, "Date": first_day + number, "InstrumentId": number} for number in (0, 1)]
    market = one_bar(MIDNIGHT, Contract(60 * SECOND, anchor, "right"))
    step = generic_pass_config("bars", {"Volume": "sum"}, group_by=BY_INSTRUMENT)
    result = run_pass(pipeline(market, step, dated(rows, "Date")), "generic", BY_INSTRUMENT)
    assert result == {(day, MIDNIGHT): {"Volume": 2}}


def test_two_reference_rows_for_one_listing_are_an_error_and_not_two_bars() -> None:
    reference = pa.table({"ListingId": [11, 11], "InstrumentId": [901, 902]})
    step = generic_pass_config("bars", {"Volume": "sum"}, group_by=BY_INSTRUMENT)
    config = pipeline(one_bar(MIDNIGHT, Contract(60 * SECOND)), step, reference)
    with pytest.raises(AmbiguousReferenceError, match="InstrumentId for 1 listing"):
        run_pass(config, "generic", BY_INSTRUMENT)


def test_an_unmapped_listing_keeps_a_null_key_and_is_counted_in_a_warning() -> None:
    market = Bars(
        Contract(60 * SECOND),
        [bar for listing in (11, UNMAPPED) for bar in one_bar(MIDNIGHT, Contract(60 * SECOND), listing).rows],
    )
    step = generic_pass_config("bars", {"Volume": "sum"}, group_by=BY_INSTRUMENT)
    config = pipeline(market, step, pa.Table.from_pylist(MAPPING))
    with basalt.run(config) as result:
        assert set(by_key(rows_of(result["generic"].arrow()), BY_INSTRUMENT)) == {(901, MIDNIGHT), (None, MIDNIGHT)}
        assert listings_warned_of(result) == 1


def test_rows_pass_through_without_aggregations() -> None:
    market = one_bar(MIDNIGHT, Contract(60 * SECOND))
    step = generic_pass_config("bars", {})
    del step["generic_analytics"]["aggregations"]
    assert run_pass(pipeline(market, step), "generic") == {(11, MIDNIGHT): {"Close": 1.0, "Volume": 2.0, "Trades": 3}}


def test_a_grouped_column_that_neither_the_source_nor_the_reference_has_is_an_error() -> None:
    step = generic_pass_config("bars", {"Volume": "sum"}, group_by=["InstrumentIdd", "TimeBucket"])
    config = pipeline(one_bar(MIDNIGHT, Contract(60 * SECOND)), step, pa.Table.from_pylist(MAPPING))
    with pytest.raises(UnknownColumnError, match="InstrumentId'"):
        basalt.compile(config)


def test_an_unknown_aggregation_is_an_error_with_the_ones_there_are() -> None:
    step = generic_pass_config("bars", {"Volume": "summ"})
    with pytest.raises(BasaltError, match="sum"):
        basalt.compile(pipeline(one_bar(MIDNIGHT, Contract(60 * SECOND)), step))


def test_columns_come_in_the_order_asked_for_after_the_keys() -> None:
    aggregations = {"Volume": "sum", "Close": "last", "Trades": "max"}
    step = generic_pass_config("bars", aggregations, group_by=BY_INSTRUMENT)
    config = pipeline(one_bar(MIDNIGHT, Contract(60 * SECOND)), step, pa.Table.from_pylist(MAPPING))
    with basalt.run(config) as result:
        assert result["generic"].arrow().column_names == ["InstrumentId", "TimeBucket", "Volume", "Close", "Trades"]
