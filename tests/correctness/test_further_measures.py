"""Measures of variation, liquidity, size and direction equal their oracle, and compose or are refused."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.large import large_market, large_reference, shuffled
from markets.moments import MORNING, contracts
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, Config, bucket_settings, generic_pass_config, run_pass
from markets.trades import Market, markets, trade_table
from oracles.buckets import SECOND, Contract
from oracles.further_measures import BY_SIDE, COMPOSABLE, FURTHER_MEASURES, further_pass, sides_of, told_apart
from oracles.further_tolerances import assert_equal
from oracles.measures import ALL_SIDES
from oracles.results import Result
from oracles.trade_pass import column_name
from oracles.trades import by_instrument, read_trades

import basalt
from basalt.errors import MeasureSideError, ReaggregationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from random import Random

    import pyarrow as pa

MINUTES = Contract(60 * SECOND)
WIDTHS = st.sampled_from([SECOND, 15 * SECOND // 2, 60 * SECOND, 86_400 * SECOND])
ORIGINS = st.sampled_from([0, 0, 30 * SECOND + 1_000])
NOT_COMPOSABLE = [measure for measure in FURTHER_MEASURES if measure not in COMPOSABLE]

some_measures = st.lists(st.sampled_from(FURTHER_MEASURES), unique=True, min_size=1, max_size=4)


def pass_config(contract: Contract, measures: Sequence[str], sides: Sequence[str], **group: object) -> Config:
    """Return a trade pass with every measure for those of the sides that it has a meaning for."""
    groups = [
        {"measures": [measure], "sides": asked} | group
        for measure in measures
        if (asked := [side for side in sides if side in sides_of(measure)])
    ]
    analytics = {"generic_metrics": groups}
    return {"name": "bars", "modules": ["trade"], **bucket_settings(contract), "trade_analytics": analytics}


def result_of(
    table: pa.Table,
    contract: Contract,
    measures: Sequence[str],
    sides: Sequence[str] = ("Total",),
    connection: duckdb.DuckDBPyConnection | None = None,
    **group: object,
) -> Result:
    """Run a trade pass over a table of trades."""
    config = {"TABLES": {"trades": table}, "PASSES": [pass_config(contract, measures, sides, **group)]}
    return run_pass(config, "bars", connection=connection)


@given(markets(contracts(WIDTHS, ORIGINS)))
@settings(max_examples=5)
def test_every_measure_of_every_side(market: Market) -> None:
    expected = further_pass(told_apart(read_trades(market.rows)), market.contract, FURTHER_MEASURES, ALL_SIDES)
    assert_equal(result_of(market.table, market.contract, FURTHER_MEASURES, ALL_SIDES), expected)


@given(markets(contracts(WIDTHS)), some_measures, st.sampled_from([["Total"], ["Total", "Bid"], ["Total", "Unknown"]]))
@settings(max_examples=5)
def test_some_measures_of_some_sides(market: Market, measures: list[str], sides: list[str]) -> None:
    expected = further_pass(told_apart(read_trades(market.rows)), market.contract, measures, sides)
    assert_equal(result_of(market.table, market.contract, measures, sides), expected)


@given(
    st.lists(
        st.sampled_from([-2.5, 0.0, 1.0, 1.5, 100.0, None, float("nan"), float("inf"), -float("inf")])
        | st.floats(0.01, 1_000),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=5)
def test_prices_that_are_not_positive_or_not_finite(prices: list[float | None]) -> None:
    rows = [trade(place, price, AggressorSide=1 + place % 2) for place, price in enumerate(prices)]
    expected = further_pass(read_trades(rows), MINUTES, FURTHER_MEASURES, ["Total"])
    assert_equal(result_of(trade_table(rows, "ns"), MINUTES, FURTHER_MEASURES), expected)


@given(markets(contracts(WIDTHS), sequences=st.just("unique")), st.sampled_from(["RETAIL", "INSTITUTIONAL"]))
@settings(max_examples=4)
def test_the_trade_before_is_the_one_before_that_the_filter_lets_through(market: Market, participant: str) -> None:
    selected = [row for row in market.rows if row["BMLLParticipantType"] == participant]
    group = {"attribute_filters": {"BMLLParticipantType": participant}}
    actual = result_of(market.table, market.contract, FURTHER_MEASURES, ALL_SIDES, **group)
    expected = further_pass(told_apart(read_trades(selected)), market.contract, FURTHER_MEASURES, ALL_SIDES)
    assert_equal({key: actual[key] for key in expected}, expected)
    empty = [row for key, row in actual.items() if key not in expected]
    assert {value for row in empty for name, value in row.items() if name.startswith("Trade")} <= {None, 0}


@given(
    markets(contracts(WIDTHS), sequences=st.sampled_from(["unique", "repeated", "absent"])),
    some_measures,
    st.randoms(use_true_random=False),
)
@settings(max_examples=5)
def test_shuffled_rows_give_the_same(market: Market, measures: list[str], random: Random) -> None:
    rows = list(market.rows)
    random.shuffle(rows)
    first = result_of(market.table, market.contract, measures, ALL_SIDES[:2])
    assert_equal(result_of(trade_table(rows, market.resolution), market.contract, measures, ALL_SIDES[:2]), first)


def test_trades_of_one_place_in_time_are_told_apart_by_size_and_aggressor() -> None:
    moment = {"TradeTimestamp": MORNING + 1, "BMLLSequenceNo": 1}
    rows = [trade(0, 9.0, AggressorSide=1)]
    rows += [trade(1, 10.0, Size=size, AggressorSide=side, **moment) for size in (1.0, 3.0) for side in (2, 1)]
    rows = [{**row, "TradeTimestamp": row["TradeTimestamp"] if place else MORNING} for place, row in enumerate(rows)]
    measures, wide = ["KyleLambda", "RunCount"], Contract(3_600 * SECOND, "start", "left")
    first = result_of(trade_table(rows, "ns"), wide, measures)
    assert first == {(11, MORNING): {"TradeTotalKyleLambda": pytest.approx(1 / 20), "TradeTotalRunCount": 4}}
    assert result_of(trade_table(rows[::-1], "ns"), wide, measures) == first


@pytest.mark.parametrize("threads", [1, 4])
def test_more_threads_give_the_same(threads: int) -> None:
    table = large_market(20_000, seed=5)
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    first = result_of(table, MINUTES, FURTHER_MEASURES, ALL_SIDES)
    assert len(first) >= 20 * 20
    assert_equal(result_of(shuffled(table, threads), MINUTES, FURTHER_MEASURES, ALL_SIDES, connection), first)


@given(markets(contracts(st.sampled_from([SECOND, 60 * SECOND]), ORIGINS), most=24), st.sampled_from([2, 3, 15]))
@settings(max_examples=5)
def test_what_composes_equals_the_metric_of_the_wider_bucket(market: Market, factor: int) -> None:
    wide = market.contract.coarser(factor)
    trades = by_instrument(read_trades(market.rows), market.instruments)
    expected = further_pass(trades, wide, COMPOSABLE, ALL_SIDES)
    passes = [
        pass_config(market.contract, COMPOSABLE, ALL_SIDES),
        composed("bars", f"{wide.width // 1_000_000}ms"),
    ]
    config = {"TABLES": {"trades": market.table, "reference": market.reference}, "PASSES": passes}
    assert_equal(run_pass(config, "generic", BY_INSTRUMENT), expected)


def composed(source: str, rule: str, group_by: Sequence[str] = BY_INSTRUMENT, name: str = "generic") -> Config:
    """Return a pass that aggregates everything that composes by its own rule."""
    columns = [column_name(side, measure) for measure in COMPOSABLE for side in ALL_SIDES]
    return generic_pass_config(source, dict.fromkeys(columns, "auto"), rule=rule, group_by=group_by, name=name)


@pytest.mark.parametrize("middle", [BY_LISTING, BY_INSTRUMENT])
def test_three_passes_equal_one(middle: Sequence[str]) -> None:
    table = large_market(8_000, seed=3)
    passes = [
        pass_config(MINUTES, COMPOSABLE, ALL_SIDES),
        composed("bars", "5m", middle, "fives"),
        composed("fives", "15m"),
    ]
    config = {"TABLES": {"trades": table, "reference": large_reference()}, "PASSES": passes}
    by_instruments = {"data": table, "columns": {"ListingId": "InstrumentId"}}
    direct = {"TABLES": {"trades": by_instruments}, "PASSES": [pass_config(MINUTES.coarser(15), COMPOSABLE, ALL_SIDES)]}
    assert_equal(run_pass(config, "generic", BY_INSTRUMENT), run_pass(direct, "bars", BY_LISTING))


@pytest.mark.parametrize("measure", NOT_COMPOSABLE)
def test_what_does_not_compose_is_refused_with_the_reason(measure: str) -> None:
    column = column_name("Total", measure)
    passes = [pass_config(MINUTES, [measure], ["Total"]), generic_pass_config("bars", {column: "auto"}, rule="15m")]
    reason = "quantiles of all trades" if measure.startswith("SizeQ") else "depends on the trades next to it"
    with pytest.raises(ReaggregationError, match=f"{column} .*{reason}"):
        basalt.compile({"PASSES": passes})


@pytest.mark.parametrize(("measure", "side"), [(m, s) for m in FURTHER_MEASURES for s in ALL_SIDES])
def test_a_side_without_a_meaning_is_refused_and_any_other_is_not(measure: str, side: str) -> None:
    groups = [{"measures": ["Volume", measure], "sides": ["Total", side] if side != "Total" else ["Total"]}]
    config = {"PASSES": [{"name": "bars", "modules": ["trade"], "trade_analytics": {"generic_metrics": groups}}]}
    if side in sides_of(measure):
        names = [column.name for column in basalt.compile(config).passes["bars"].columns]
        assert column_name(side, measure) in names
        return
    with pytest.raises(MeasureSideError, match=f"{measure} has no meaning for side {side}") as refused:
        basalt.compile(config)
    (problem,) = refused.value.problems
    assert problem.place == "pass bars: trade_analytics.generic_metrics[0]"
    assert problem.suggestion == f"ask for {', '.join(sides_of(measure))}, in an entry of its own"


def trade(second: int, price: float | None, **columns: object) -> dict[str, Any]:
    """One lit trade of listing 11 so many seconds into the minute after nine."""
    row = {
        "ListingId": 11,
        "TradeTimestamp": MORNING + (second + 1) * SECOND,
        "LocalPrice": price,
        "Size": 1.0,
        "BMLLSequenceNo": second,
        "AggressorSide": 1,
        "TradeNotional": 1_000.0,
    }
    return row | columns


def only_bucket(rows: Iterable[dict[str, Any]], measures: Sequence[str]) -> list[Any]:
    """Run a trade pass by the minute and return the values of its one row."""
    ((_, row),) = result_of(trade_table(list(rows), "ns"), MINUTES, measures).items()
    return list(row.values())


@given(st.floats(0.001, 1e6), st.integers(1, 30))
@settings(max_examples=4)
def test_a_price_that_never_changes_varies_by_nothing(price: float, count: int) -> None:
    rows = [trade(second, price) for second in range(count)]
    zero = ["Parkinson", "GarmanKlass", "RogersSatchell", "Amihud", "UptickCount", "DowntickCount"]
    others = ["RealizedVariance", "BipowerVariation", "Roll", "KyleLambda", "TWAP"]
    changes = [0 if count > 1 else None, 0 if count > 2 else None]
    assert only_bucket(rows, [*zero, *others]) == [0] * 6 + changes + [None, None, pytest.approx(price, rel=1e-15)]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
@settings(max_examples=4)
def test_quantiles_of_size_rise_from_the_least_size_to_the_greatest(sizes: list[float]) -> None:
    rows = [trade(place, 10.0, Size=size) for place, size in enumerate(sizes)]
    quantiles = only_bucket(rows, ["SizeQ10", "SizeQ25", "SizeQ50", "SizeQ75", "SizeQ90"])
    assert [min(sizes), *quantiles, max(sizes)] == sorted([min(sizes), *quantiles, max(sizes)])


@given(st.floats(1e-4, 0.5), st.integers(3, 30))
@settings(max_examples=4)
def test_of_returns_of_one_length_bipower_variation_is_the_realized_one_but_for_its_first_term(
    step: float, count: int
) -> None:
    rows = [trade(second, 10 * math.exp(step * (second % 2))) for second in range(count)]
    realized, bipower, ups, downs = only_bucket(
        rows, ["RealizedVariance", "BipowerVariation", "UptickCount", "DowntickCount"]
    )
    assert realized == pytest.approx((count - 1) * step**2, rel=1e-9)
    assert bipower == pytest.approx(math.pi / 2 * (count - 2) * step**2, rel=1e-9)
    assert (ups, downs) == (count // 2, (count - 1) // 2)


def test_one_jump_is_in_the_realized_variance_and_not_in_the_bipower_variation() -> None:
    rows = [trade(second, price) for second, price in enumerate([10.0, 10.0, 20.0, 20.0])]
    assert only_bucket(rows, ["RealizedVariance", "BipowerVariation"]) == [pytest.approx(math.log(2) ** 2), 0]


def test_ranges_by_hand() -> None:
    rows = [trade(second, price) for second, price in enumerate([10.0, 16.0, 8.0, 10.0])]
    high, low, both = math.log(1.6), math.log(1.25), math.log(2)
    assert only_bucket(rows, ["Parkinson", "GarmanKlass", "RogersSatchell"]) == [
        pytest.approx(both / math.sqrt(4 * math.log(2))),
        pytest.approx(both / math.sqrt(2)),
        pytest.approx(math.hypot(high, low)),
    ]


def test_a_price_that_bounces_between_bid_and_ask_gives_their_distance() -> None:
    rows = [trade(second, 10.0 + 0.5 * (second % 2)) for second in range(40)]
    assert only_bucket(rows, ["Roll"]) == [pytest.approx(1.0 * math.sqrt(38 / 37))]
    assert only_bucket(rows[:3], ["Roll"]) == [None]


def test_impact_per_size_is_the_slope_there_is() -> None:
    flow = [2.0, 3.0, -1.0, -4.0, 5.0, 5.0]
    rows = [trade(0, 100.0, AggressorSide=2, Size=9.0)]
    for place, size in enumerate(flow):
        price = rows[-1]["LocalPrice"] + 0.25 * size + 0.5
        rows.append(trade(place + 1, price, Size=abs(size), AggressorSide=1 if size > 0 else 2))
    unknown = trade(3, 1_000.0, AggressorSide=0, TradeTimestamp=MORNING + 3 * SECOND + 5)
    assert only_bucket([*rows, unknown], ["KyleLambda"]) == [pytest.approx(0.25)]


def test_a_price_stands_until_the_next_one_and_the_last_to_the_end_of_the_bucket() -> None:
    rows = [trade(9, 10.0), trade(19, 40.0), trade(29, None), trade(49, 20.0)]
    assert only_bucket(rows, ["TWAP"]) == [pytest.approx((10 * 10 + 40 * 30 + 20 * 10) / 50)]
    assert only_bucket([trade(59, 10.0)], ["TWAP"]) == [None]


def test_runs_and_large_trades_by_hand() -> None:
    sides = [1, 1, 0, 1, 2, None, 2, 1]
    rows = [trade(place, 10.0, AggressorSide=side, Size=2_500.0) for place, side in enumerate(sides)]
    assert only_bucket([*rows, trade(9, None, Size=10_000.0)], ["RunCount", "LargeTradeShare"]) == [3, 1 / 3]
    assert only_bucket(rows, ["LargeTradeShare"]) == [0]
    assert only_bucket([trade(1, 10.0, Size=0.0)], ["LargeTradeShare"]) == [None]


def test_every_measure_by_side_says_so_in_the_name_of_its_column() -> None:
    row = next(iter(result_of(trade_table([trade(1, 10.0)], "ns"), MINUTES, list(BY_SIDE), ["Bid"]).values()))
    assert list(row) == [f"TradeBid{measure}" for measure in BY_SIDE]
    assert [row[f"TradeBid{measure}"] for measure in ("UptickCount", "SizeQ50", "Parkinson")] == [0, None, None]
