"""Groups that rows belong to by a membership table: several at once, for a time, and with weights."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from markets.pipelines import generic_pass_config
from tape_examples import DAYS, Config, reference, tape, trade_pass

import basalt
from basalt.errors import AmbiguousReferenceError

if TYPE_CHECKING:
    from collections.abc import Callable

Rows = list[dict[str, Any]]
HOURS = {"time_bucket_seconds": 3600, "time_bucket_closed": "left", "time_bucket_anchor": "start"}


def table_of(names: str, *rows: tuple[Any, ...]) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(names.split(), row, strict=True)) for row in rows])


def pipeline(members: pa.Table, aggregations: Any = "auto", **membership: object) -> Config:  # noqa: ANN401 - as written
    """Hours by listing, and days by index."""
    step = generic_pass_config("bars", aggregations, rule="1d", group_by=["Index", "TimeBucket"], name="indices")
    step["generic_analytics"]["membership"] = {"table": "members", **membership}
    bars = trade_pass("bars", "Volume", "Count", "VWAP", "OHLC", **HOURS)
    tables = {"trades": tape(), "members": members, "reference": reference()}
    return {"TABLES": tables, "PASSES": [bars, step]}


def run(config: Config) -> tuple[dict[tuple[str, date], dict[str, Any]], tuple[str, ...]]:
    with basalt.run(config) as result:
        rows = result["indices"].arrow().to_pylist()
        warnings = tuple(map(str, result.warnings))
    found = {(row.pop("Index"), row.pop("TimeBucket").date()): row for row in rows}
    assert len(found) == len(rows)
    return found, warnings


def counted() -> Rows:
    """The trades that count, in time order."""
    rows = [row for row in tape().to_pylist() if row["Classification"] == "LIT_CONTINUOUS"]
    return sorted(rows, key=lambda row: row["TradeTimestamp"])


def by_index(weight_of: Callable[[int, date, int], dict[str, float]]) -> dict[tuple[str, date], dict[str, Any]]:
    """Weighted volume, count and VWAP, and the last price, of each index and day, trade by trade.

    ``weight_of`` gives the indices of a listing on a day, in an hour of it, with weights.
    """
    groups: dict[tuple[str, date], list[tuple[float, dict[str, Any]]]] = defaultdict(list)
    for row in counted():
        moment = row["TradeTimestamp"]
        for index, weight in weight_of(row["ListingId"], moment.date(), moment.hour).items():
            groups[index, moment.date()].append((weight, row))
    return {
        key: {
            "TradeTotalVolume": sum(weight * row["Size"] for weight, row in rows),
            "TradeTotalCount": sum(weight for weight, _ in rows),
            **of_prices([(weight, row) for weight, row in rows if row["LocalPrice"] is not None]),
        }
        for key, rows in groups.items()
    }


def of_prices(rows: list[tuple[float, dict[str, Any]]]) -> dict[str, float]:
    weighted = [(weight * row["Size"], row["LocalPrice"]) for weight, row in rows]
    value, volume = sum(size * price for size, price in weighted), sum(size for size, _ in weighted)
    return {"TradeTotalVWAP": value / volume, "Close": rows[-1][1]["LocalPrice"]}


def assert_indices(config: Config, weight_of: Callable[[int, date, int], dict[str, float]]) -> tuple[str, ...]:
    found, warnings = run(config)
    expected = by_index(weight_of)
    assert found.keys() == expected.keys()
    for key, row in expected.items():
        for column, value in row.items():
            assert found[key][column] == pytest.approx(value, rel=1e-12), (key, column)
    return warnings


def test_a_listing_may_belong_to_several_groups_and_one_that_belongs_to_none_is_left_out_and_told() -> None:
    members = table_of("ListingId Index", (0, "A"), (0, "B"), (1, "B"))
    belongs = {0: {"A": 1.0, "B": 1.0}, 1: {"B": 1.0}}
    warnings = assert_indices(pipeline(members), lambda listing, *_: belongs.get(listing, {}))
    assert warnings == (
        "pass indices: 1 ListingId of bars belong to no Index in members; their rows are left out (such as 2)",
    )


def test_the_short_form_names_the_table() -> None:
    members = table_of("ListingId Index", (0, "A"), (1, "A"), (2, "A"))
    config = pipeline(members)
    config["PASSES"][1]["generic_analytics"]["membership"] = "members"
    assert assert_indices(config, lambda *_: {"A": 1.0}) == ()


def test_members_of_a_day() -> None:
    rows = [(0, DAYS[0], "A"), (0, DAYS[1], "B"), (1, DAYS[1], "B"), (1, DAYS[1], "A")]
    belongs = dict.fromkeys(rows, 1.0)
    assert_indices(
        pipeline(table_of("ListingId Date Index", *rows)),
        lambda listing, day, _: {index: 1.0 for index in "AB" if (listing, day, index) in belongs},
    )


def test_members_of_a_period_until_its_last_day_or_the_next_row() -> None:
    first, second, third = DAYS
    rows = [
        (0, "A", first, None, 1.0),
        (0, "A", third, None, 3.0),
        (0, "B", second, second, 2.0),
        (1, "A", date(2000, 1, 1), first, 5.0),
        (1, "A", third, date(2099, 1, 1), 7.0),
    ]
    weights = {
        (0, first): {"A": 1.0},
        (0, second): {"A": 1.0, "B": 2.0},
        (0, third): {"A": 3.0},
        (1, first): {"A": 5.0},
        (1, third): {"A": 7.0},
    }
    members = table_of("ListingId Index ValidFrom ValidTo Weight", *rows)
    warnings = assert_indices(
        pipeline(members, weight="Weight"), lambda listing, day, _: weights.get((listing, day), {})
    )
    assert any("belong to no Index" in warning for warning in warnings)


def test_weights_of_a_day_multiply_what_adds_up() -> None:
    rows = [(listing, day, "A", 1.0 + listing + number) for listing in (0, 1, 2) for number, day in enumerate(DAYS)]
    weights = {(listing, day): weight for listing, day, _, weight in rows}
    members = table_of("ListingId Date Index Weight", *rows)
    warnings = assert_indices(pipeline(members, weight="Weight"), lambda listing, day, _: {"A": weights[listing, day]})
    assert [each for each in warnings if "weights do not apply" in each and "Ask" not in each] == [
        f"pass indices: {name} is computed from the {how} over members, to which weights do not apply"
        for name, how in (("Open", "first"), ("High", "max"), ("Low", "min"), ("Close", "last"))
    ]


def test_weights_of_a_bucket() -> None:
    hours = pa.timestamp("us")
    moments = sorted({row["TradeTimestamp"].replace(minute=0, second=0, microsecond=0) for row in counted()})
    rows = [(listing, moment, "A", listing + moment.hour + 1.0) for listing in (0, 1) for moment in moments]
    members = table_of("ListingId TimeBucket Index Weight", *rows)
    members = members.set_column(1, "TimeBucket", members["TimeBucket"].cast(hours))
    config = pipeline(members, weight="Weight")
    config["TABLES"]["members"] = {"data": members, **HOURS}
    assert_indices(config, lambda listing, _, hour: {"A": listing + hour + 1.0} if listing < 2 else {})


def test_a_member_without_a_weight_is_none() -> None:
    members = table_of("ListingId Index Weight", (0, "A", 2.0), (1, "A", None), (2, "A", float("nan")))
    warnings = assert_indices(pipeline(members, weight="Weight"), lambda listing, *_: {"A": 2.0} if not listing else {})
    assert "2 ListingId of bars belong to no Index in members" in warnings[-1]


def test_an_average_by_weights_and_sums_of_plain_columns() -> None:
    bars = pa.table(
        {
            "ListingId": [0, 1, 2],
            "TimeBucket": pa.array([60_000_000] * 3, pa.timestamp("us")),
            "Close": [10.0, 20.0, None],
            "Shares": [1, 2, 3],
        }
    )
    members = table_of("ListingId Index Weight", (0, "A", 1.0), (1, "A", 3.0), (2, "A", 5.0), (1, "B", 2.0))
    asked = {"Close": {"weighted_mean": "Weight"}, "Shares": ["sum", "max"], "Weight": "sum"}
    step = generic_pass_config("vendor", asked, group_by=["Index"], name="indices")
    step["generic_analytics"]["membership"] = {"table": "members", "weight": "Weight"}
    config = {"TABLES": {"vendor": bars, "members": members}, "PASSES": [step]}
    with basalt.run(config) as result:
        rows = {row.pop("Index"): row for row in result["indices"].arrow().to_pylist()}
    assert rows == {
        "A": {"Close": 70 / 4, "SharesSum": 22.0, "SharesMax": 3, "Weight": 35.0},
        "B": {"Close": 20.0, "SharesSum": 4.0, "SharesMax": 2, "Weight": 4.0},
    }


def test_a_later_pass_merges_weighted_states() -> None:
    members = table_of("ListingId Index Weight", (0, "A", 2.0), (1, "A", 0.5), (2, "B", 1.5))
    config = pipeline(members, ["TradeTotalVWAP", "TradeTotalCount"], weight="Weight")
    direct, _ = run(config)
    config["PASSES"][1]["generic_analytics"]["resample_rule"] = "2h"
    config["PASSES"][1]["name"] = "narrow"
    last = generic_pass_config("narrow", "auto", rule="1d", group_by=["Index", "TimeBucket"], name="indices")
    config["PASSES"].append(last)
    composed, _ = run(config)
    assert composed.keys() == direct.keys()
    for key, row in direct.items():
        assert composed[key] == pytest.approx(row, rel=1e-12)


def test_members_may_be_found_by_another_key_and_grouped_with_the_reference() -> None:
    config = pipeline(table_of("MIC Index", ("XAAA", "A")), {"TradeTotalVolume": "sum"}, on="MIC")
    trades = tape()
    venues = pa.array(["XAAA" if row["ListingId"] else "XBBB" for row in trades.to_pylist()])
    config["TABLES"]["trades"] = trades.drop_columns("MIC").append_column("MIC", venues)
    config["PASSES"][1]["generic_analytics"]["group_by"] = ["Index", "InstrumentId", "TimeBucket"]
    with basalt.run(config) as result:
        rows = result["indices"].arrow().to_pylist()
    totals: dict[tuple[Any, ...], float] = defaultdict(float)
    instruments = {row["ListingId"]: row["InstrumentId"] for row in reference().to_pylist()}
    for row in counted():
        if row["ListingId"]:
            totals["A", instruments[row["ListingId"]], row["TradeTimestamp"].date()] += row["Size"]
    found = {(row["Index"], row["InstrumentId"], row["TimeBucket"].date()): row["TradeTotalVolume"] for row in rows}
    assert found == pytest.approx(dict(totals))


@pytest.mark.parametrize(
    ("names", "rows", "told"),
    [
        (
            "ListingId Index Weight",
            [(0, "A", 1.0), (0, "A", 2.0), (1, "A", 1.0)],
            "in one group with several weights: 1, such as 0",
        ),
        (
            "ListingId Index ValidFrom ValidTo Weight",
            [(0, "A", DAYS[0], DAYS[1], 1.0), (0, "A", DAYS[1], None, 1.0), (1, "B", DAYS[0], DAYS[1], 1.0)],
            "in one group for periods that overlap: 1, such as 0; ValidTo is the last day of a period",
        ),
        (
            "ListingId Index Date Weight",
            [(0, "A", DAYS[0], 1.0), (0, "A", DAYS[0], 1.5), (0, "A", DAYS[1], 1.5)],
            "in one group with several weights: 1, such as 0",
        ),
    ],
)
def test_a_member_that_would_count_twice_is_refused(names: str, rows: list[tuple[Any, ...]], told: str) -> None:
    config = pipeline(table_of(names, *rows), weight="Weight")
    with basalt.run(config) as result, pytest.raises(AmbiguousReferenceError, match=f"members has ListingId {told}"):
        result["indices"].arrow()


def test_the_same_member_twice_is_one() -> None:
    members = table_of("ListingId Index", (0, "A"), (0, "A"), (1, "A"), (2, "A"))
    assert assert_indices(pipeline(members), lambda *_: {"A": 1.0}) == ()


def test_members_and_their_weights_may_be_an_earlier_pass() -> None:
    """Each listing of an index weighs as much as it traded on the hour itself."""
    config = pipeline(table_of("ListingId Index", (0, "A"), (1, "A"), (1, "B")), ["TradeTotalCount"])
    weights = generic_pass_config("bars", {"TradeTotalVolume": "sum"}, name="weights")
    weights["generic_analytics"] |= {
        "group_by": ["ListingId", "Index", "TimeBucket"],
        "membership": "members",
        "output_name_pattern": "Weight",
    }
    bars, last = config["PASSES"]
    last["generic_analytics"]["membership"] = {"table": "weights", "weight": "Weight"}
    config["PASSES"] = [bars, weights, last]
    volumes: dict[tuple[int, date, int], float] = defaultdict(float)
    for row in counted():
        volumes[row["ListingId"], row["TradeTimestamp"].date(), row["TradeTimestamp"].hour] += row["Size"]
    found, _ = run(config)
    expected: dict[tuple[str, date], float] = defaultdict(float)
    for row in counted():
        moment = row["TradeTimestamp"]
        for index in {0: "A", 1: "AB"}.get(row["ListingId"], ""):
            expected[index, moment.date()] += volumes[row["ListingId"], moment.date(), moment.hour]
    assert {key: row["TradeTotalCount"] for key, row in found.items()} == pytest.approx(dict(expected))
