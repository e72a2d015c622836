"""What the SQL of golden second passes should give: aggregations, calendars and members, over generated markets."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import strategies as st
from markets.bars import bars
from markets.trades import INSTRUMENTS
from oracles.buckets import DAY, SECOND, Contract
from oracles.calendars import Session, calendar_bucket
from oracles.generic_pass import AGGREGATIONS, aggregated, in_order, weighted_mean
from oracles.results import Result, Tolerance, assert_same
from oracles.tolerances import metric_tolerance, trade_tolerance
from oracles.trade_pass import trade_pass
from oracles.trades import by_instrument, read_trades

from golden.cases import GoldenCase
from golden.executed import Draw, canonical, drawn_market, views, with_columns

MINUTES = Contract(60 * SECOND)
QUARTERS = MINUTES.coarser(15)
HOURS = MINUTES.coarser(60)


def check_aggregations(case: GoldenCase, draw: Draw) -> None:
    market = drawn_market(draw, MINUTES)
    lit, measures = (
        [trade for trade in read_trades(market.rows) if trade.lit],
        ["Volume", "VWAP", "OHLC", "MedianPrice"],
    )
    minutes = trade_pass(lit, MINUTES, measures)
    wide = trade_pass(by_instrument(lit, market.instruments), QUARTERS, measures[:-1])
    expected = {key: row | summary(rows) for (key, row), rows in zip(wide.items(), parts(wide, minutes), strict=True)}
    hours = trade_pass(by_instrument(lit, market.instruments), HOURS, measures[:-1])
    spread = "TradeTotalMedianPriceStd"
    tolerance = trade_tolerance(QUARTERS).relative | {spread: 1e-9, "TradeTotalMedianPriceWeightedMean": 1e-12}
    with views(case, trades=canonical(market), reference=market.reference) as found:
        assert_same(found.result("quarters"), expected, Tolerance(tolerance, {spread: 1e-9}))
        merged = with_columns(hours, "TradeTotalVWAP", "TradeTotalVolume", "Close")
        assert_same(found.result("hours"), merged, trade_tolerance(HOURS))


def parts(wide: Result, minutes: Result) -> Iterable[list[dict[str, Any]]]:
    """Yield the minutes of the listings of each instrument's quarter of an hour."""
    for instrument, quarter in wide:
        yield [
            {"ListingId": listing, **row}
            for (listing, label), row in minutes.items()
            if (INSTRUMENTS[listing], MINUTES.resample(label, QUARTERS)) == (instrument, quarter)
        ]


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What the case asks of medians and listings, over the minutes of a group."""
    median = "TradeTotalMedianPrice"
    given = [row[median] for row in rows if row[median] is not None]
    return {
        f"{median}Median": AGGREGATIONS["median"](given),
        f"{median}Std": AGGREGATIONS["std"](given),
        f"{median}WeightedMean": weighted_mean(rows, median, "TradeTotalVolume"),
        "ListingId": len({row["ListingId"] for row in rows}),
    }


def check_calendars(case: GoldenCase, draw: Draw) -> None:
    market = draw(bars(st.just(MINUTES.coarser(15))))
    market = replace(market, rows=[row for row in market.rows if row["TimeBucket"] > 0])
    quarter = market.contract.width
    session = Session(time(9, 30), time(16), ZoneInfo("America/New_York"))
    azores = ZoneInfo("Atlantic/Azores")

    def relabelled(bucket: Callable[[int], tuple[int, int] | None], end: int) -> list[dict[str, Any]]:
        found = [(row, bucket(market.contract.start_of(row["TimeBucket"]))) for row in in_order(market.rows)]
        return [{**row, "TimeBucket": edges[end]} for row, edges in found if edges is not None]

    hours = relabelled(lambda start: session.bucket(start, start + quarter, 4 * quarter), 1)
    weeks = relabelled(lambda start: calendar_bucket(start, "week", azores), 0)
    keys, added = ["ListingId", "TimeBucket"], Tolerance({"Volume": 1e-12})
    with views(case, vendor=market.table) as found:
        expected = aggregated(hours, keys, {"Volume": "sum", "Close": "last"})
        assert_same(found.result("hours"), expected, added)
        every = found.result("every_hour")
        assert {key: row for key, row in every.items() if row["VolumeCount"] == 0 and key not in expected} == {
            key: {"VolumeSum": None, "VolumeCount": 0, "Close": expected[before(key, expected)]["Close"]}
            for key in every
            if key not in expected
        }
        assert_same(
            {key: {"Volume": every[key]["VolumeSum"]} for key in expected}, with_columns(expected, "Volume"), added
        )
        assert_same(found.result("weeks"), aggregated(weeks, keys, {"Volume": "sum"}), added)


def before(key: tuple[int, int], rows: Result) -> tuple[int, int]:
    """The last row of the listing before a key."""
    return max(each for each in rows if each[0] == key[0] and each[1] < key[1])


def check_membership(case: GoldenCase, draw: Draw) -> None:
    """Members change from the first day of the market to the next; weights are eighths, whose products are exact."""
    market = drawn_market(draw, MINUTES)
    lit = [trade for trade in read_trades(market.rows) if trade.lit]
    minutes = trade_pass(lit, MINUTES, ["Volume", "Count"])
    day = min((MINUTES.start_of(label) // DAY for _, label in minutes), default=0)
    periods = draw(st.lists(st.tuples(st.sampled_from(sorted(INSTRUMENTS)), st.sampled_from("AB")), unique=True))
    members = [
        {"ListingId": listing, "Index": index, "ValidFrom": day + start, "ValidTo": end, "Weight": weight}
        for listing, index in periods
        for start, end, weight in ((0, None, 0.125), (1, draw(st.sampled_from([None, day + 1])), 1.5))
    ]
    with views(case, trades=canonical(market), reference=market.reference, members=dated(members)) as found:
        for name, contract in (("indices", QUARTERS), ("hours", HOURS)):
            assert_same(
                found.result(name), of_members(members, minutes, contract), metric_tolerance(["TradeTotalCount"])
            )


def dated(members: list[dict[str, Any]]) -> pa.Table:
    types = {"ListingId": pa.int64(), "Index": pa.string(), "Weight": pa.float64()}
    columns = {name: pa.array([row[name] for row in members], type_) for name, type_ in types.items()}
    days = {name: pa.array([row[name] for row in members], pa.int32()) for name in ("ValidFrom", "ValidTo")}
    return pa.table(columns | {name: column.cast(pa.date32()) for name, column in days.items()})


def of_members(members: list[dict[str, Any]], minutes: Result, contract: Contract) -> Result:
    """Weighted volumes and counts of each index, minute by minute."""
    found: Result = {}
    for (listing, label), row in minutes.items():
        day = MINUTES.start_of(label) // DAY
        held = [each for each in members if each["ListingId"] == listing and each["ValidFrom"] <= day]
        latest = {each["Index"]: each for each in sorted(held, key=lambda each: each["ValidFrom"])}
        for index, member in latest.items():
            if member["ValidTo"] is None or day <= member["ValidTo"]:
                total = found.setdefault((index, MINUTES.resample(label, contract)), dict.fromkeys(row, 0.0))
                for column, value in row.items():
                    total[column] += value * member["Weight"]
    return found
