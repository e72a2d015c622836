"""Checks over the slices of a run: the same verdict as in one piece, before anything lands."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from checked import NINE, bars, checked, minute, over, refused

import basalt
from basalt.engine import slices
from basalt.errors import BindingError, QualityError

Quality = dict[str, Any] | None

DAYS = [date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5)]


def trades_of(day: date, number: int) -> pa.Table:
    """A day's trades: 40 of listings 1 and 2 by turns; on the last day 9, in the auction only, has the place of 2."""
    listings = [(9 if number == 2 else 2) if trade % 2 else 1 for trade in range(40)]
    start = datetime.combine(day, NINE.time())
    return pa.table(
        {
            "ListingId": listings,
            "TradeTimestamp": pa.array([start + timedelta(minutes=trade) for trade in range(40)], pa.timestamp("us")),
            "BMLLSequenceNo": list(range(40)),
            "LocalPrice": [10.0 + trade + 100 * number for trade in range(40)],
            "Size": [1.0 + trade for trade in range(40)],
            "Classification": ["AUCTION" if number == 2 and trade % 2 else "LIT_CONTINUOUS" for trade in range(40)],
        }
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for number, day in enumerate(DAYS):
        pq.write_table(trades_of(day, number), tmp_path / f"{day}.parquet")
    return tmp_path


def pipeline(
    folder: Path, minutes: dict[str, Any] | None = None, hours: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Minutes of the trades and hours of the minutes, both written."""
    return {
        "TABLES": {"trades": f"{folder}/2025-*.parquet"},
        "OUTPUT_TARGET": {"path_template": f"{folder}/out/{{pass}}.parquet"},
        "PASSES": [
            {
                "name": "minutes",
                "modules": "trade",
                "trade_analytics": {"generic_metrics": [{"measures": ["Volume", "OHLC"]}]},
                "quality": minutes,
            },
            {
                "name": "hours",
                "modules": "generic",
                "generic_analytics": {
                    "source_pass": "minutes",
                    "resample_rule": "1h",
                    "aggregations": {"TradeTotalVolume": "sum", "Close": "last"},
                },
                "quality": hours,
            },
        ],
    }


MINUTES = {
    "on_failure": "warn",
    "range": {"columns": "Close", "max": 220},
    "row_count": [{"max": 99}, {"min": 21, "per": "day"}, {"min": 20, "max": 40, "per": "day"}],
    "unique": [True, {"columns": "ListingId"}, {"columns": "TradeTotalVolume"}],
    "preserve": "ids",
    "monotonic_time": True,
    "freshness": "1d",
}
HOURS = {
    "on_failure": "warn",
    "conserved": ["TradeTotalVolume", {"columns": "Close", "source_column": "Open"}],
    "preserve": ["ids", "rows"],
}
EXPECTED = [
    # what is checked, how many break it: counted by hand from what trades_of says
    ("range Close", 14),  # of the third day's prices 210, 212, ..., 248
    ("unique ListingId, TimeBucket", 0),
    ("unique ListingId", 2),
    ("unique TradeTotalVolume", 40),
    ("row_count rows", 100),
    ("row_count rows of a day", 1),  # 40, 40, and 20 without the auction
    ("row_count rows of a day", 0),
    ("freshness TimeBucket", 1),
    ("monotonic_time trades", 0),
    ("preserve ids", 1),  # 9 traded in the auction only
]


@pytest.mark.parametrize("rows", [10**9, 40], ids=["whole", "sliced"])
def test_the_verdict_does_not_depend_on_slices(folder: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", rows)
    with basalt.run(pipeline(folder, MINUTES, HOURS)) as result:
        own, hourly = ([each for each in result.checks if name in each.place] for name in ("minutes:", "hours:"))
        assert [(f"{each.check} {each.subject}", each.failing) for each in own] == EXPECTED
        assert [(f"{each.check} {each.subject}", each.status) for each in hourly] == [
            ("conserved TradeTotalVolume", "passed"),
            ("conserved Close", "warned"),
            ("preserve ids", "passed"),
            ("preserve rows", "warned"),
        ]
        lost = next(each for each in own if each.check == "preserve")
        assert (lost.message, lost.samples) == ("1 ListingId of table trades are lost", ("ListingId=9",))
        daily = next(each for each in own if each.place.endswith("row_count[1]"))
        assert (daily.message, daily.samples) == ("1 days do not have at least 21 rows", ("day=2025-03-05, rows=20",))
        assert len([text for text in result.warnings if "such as" in text]) >= 4


def backwards(folder: Path) -> None:
    """Make three trades of the second day earlier than those before them."""
    table = trades_of(DAYS[1], 1)
    times = table["TradeTimestamp"].to_pylist()
    for place in (10, 11, 30):
        times[place] -= timedelta(minutes=5)
    table = table.set_column(1, "TradeTimestamp", pa.array(times, pa.timestamp("us")))
    pq.write_table(table.take(pa.array(range(39, -1, -1))), folder / f"{DAYS[1]}.parquet")  # file order does not count


@pytest.mark.parametrize("rows", [10**9, 40], ids=["whole", "sliced"])
def test_time_that_goes_backwards_is_found(folder: Path, rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", rows)
    backwards(folder)
    found = refused(pipeline(folder, {"monotonic_time": True}))
    assert found == [
        (
            "pass minutes: quality.monotonic_time[0]",
            (
                "3 of 120 rows: the event is earlier than the one before it by sequence in table trades (such as "
                "ListingId=1, sequence=10, event_time=2025-03-04 09:05:00, time_before=2025-03-04 09:08:00; "
                "ListingId=1, sequence=30, event_time=2025-03-04 09:25:00, time_before=2025-03-04 09:28:00; "
                "ListingId=2, sequence=11, event_time=2025-03-04 09:06:00, time_before=2025-03-04 09:09:00)"
            ),
        )
    ]


def test_time_needs_a_sequence_to_go_backwards(folder: Path) -> None:
    for day in DAYS:
        path = folder / f"{day}.parquet"
        pq.write_table(pq.read_table(path).drop_columns(["BMLLSequenceNo"]), path)
    with pytest.raises(BindingError, match="table trades has no sequence"):
        basalt.run(pipeline(folder, {"monotonic_time": "trades"}))


@pytest.mark.parametrize("rows", [10**9, 40], ids=["whole", "sliced"])
@pytest.mark.parametrize("failing", ["minutes", "hours"])
def test_nothing_of_a_pass_that_fails_lands(
    folder: Path, rows: int, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", rows)
    with basalt.run(pipeline(folder)) as result:
        before = {name: path.read_bytes() for name, path in result.outputs.items()}
    trades = folder / f"{DAYS[2]}.parquet"
    pq.write_table(trades_of(DAYS[2], 3), trades)  # other prices
    asked = {"range": {"columns": "Close", "max": 220}}
    found = refused(pipeline(folder, **{failing: asked}))
    assert [place for place, _ in found] == [f"pass {failing}: quality.range[0]"]
    assert (folder / f"out/{failing}.parquet").read_bytes() == before[failing]
    assert sorted(path.name for path in (folder / "out").glob("*.*")) == ["hours.parquet", "minutes.parquet"]
    with basalt.run(pipeline(folder, **{failing: {**asked, "on_failure": "warn"}})) as result:
        assert len(result.warnings) == 1
    assert (folder / f"out/{failing}.parquet").read_bytes() != before[failing]


@pytest.mark.parametrize("rows", [10**9, 40], ids=["whole", "sliced"])
def test_a_pass_that_fails_when_it_is_read_fails_again(
    folder: Path, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "ROWS_PER_SLICE", rows)
    config = pipeline(folder, {"row_count": {"max": 99}})
    del config["OUTPUT_TARGET"]
    with basalt.run(config) as result:
        for _ in range(2):
            with pytest.raises(QualityError, match="there are 100 rows, there should be at most 99"):
                result["minutes"].arrow()
        with pytest.raises(QualityError):
            result["hours"].arrow()


def test_indicators_are_checked_as_well() -> None:
    config = over(bars(Close=[1.0, 2.0, 6.0, 4.0]), range={"columns": "SMA_2", "max": 4.5}, not_null="SMA_2")
    config["PASSES"][0]["generic_analytics"]["talib_indicators"] = [
        {"name": "SMA", "timeperiod": 2, "input_col": "Close"}
    ]
    assert refused(config) == [
        (
            "pass checked: quality.not_null[0]",
            "1 of 4 rows: SMA_2 is null (such as ListingId=7, TimeBucket=2025-03-03 09:00:00, SMA_2=null)",
        ),
        (
            "pass checked: quality.range[0]",
            (
                "1 of 4 rows: SMA_2 is not a number at most 4.5"
                " (such as ListingId=7, TimeBucket=2025-03-03 09:03:00, SMA_2=5.0)"
            ),
        ),
    ]


def test_days_before_the_range_are_not_checked() -> None:
    labels = [NINE + timedelta(days=day, minutes=number) for day in range(2) for number in range(3)]
    vendor = pa.table({"ListingId": [7] * 6, "TimeBucket": labels, "Close": [900.0, 900.0, 900.0, 1.0, 2.0, 3.0]})
    config = over(vendor, range={"columns": "Close", "max": 5}, row_count={"min": 3, "max": 3})
    config["START_DATE"] = "2025-03-04"
    config["PASSES"][0]["generic_analytics"]["talib_indicators"] = [
        {"name": "EMA", "timeperiod": 3, "input_col": "Close"}
    ]
    assert {each.status for each in checked(config)} == {"passed"}


def test_keys_of_bars_that_are_there_twice_are_found() -> None:
    doubled = pa.concat_tables([bars(Close=[1.0, 2.0, 3.0]), bars(Close=[1.0, 5.0])])
    assert refused(over(doubled, unique=True)) == [
        (
            "pass checked: quality.unique[0]",
            (
                "2 times ListingId and TimeBucket are those of several rows (such as "
                "ListingId=7, TimeBucket=2025-03-03 09:00:00; ListingId=7, TimeBucket=2025-03-03 09:01:00)"
            ),
        )
    ]


def test_no_rows_are_too_few_and_not_fresh() -> None:
    nothing = bars(Close=[1.0]).slice(0, 0)
    quality = {"row_count": [{"min": 1}, {"min": 1, "per": "day"}, {"max": 5}], "freshness": "1d", "unique": True}
    assert [message for _, message in refused(over(nothing, **quality))] == [
        "there are 0 rows, there should be at least 1",
        "there are no rows on any day, there should be at least 1 on each",
        "there is no TimeBucket, so nothing is as new as 1d",
    ]


def test_columns_are_those_expected() -> None:
    table = bars(Close=[1.0], Venue=["a"])
    names = ["ListingId", "TimeBucket", "Close"]
    assert checked(over(table, columns={"names": names}))[0].status == "passed"
    assert refused(over(table, columns={"names": [*names, "Open"], "others": "refused"})) == [
        ("pass checked: quality.columns[0]", "it does not have Open; it has Venue besides")
    ]


def test_tables_of_checks_do_not_stay_on_the_connection(folder: Path) -> None:
    with duckdb.connect() as connection:
        with basalt.run(pipeline(folder, MINUTES), connection=connection):
            pass
        assert connection.sql("FROM duckdb_tables() WHERE temporary").fetchall() == []
        with pytest.raises(QualityError):
            basalt.run(pipeline(folder, {**MINUTES, "on_failure": "raise"}), connection=connection)
        assert connection.sql("FROM duckdb_tables() WHERE temporary").fetchall() == []


def test_volume_that_is_lost_between_passes_is_found(folder: Path) -> None:
    config = pipeline(folder, hours={"conserved": "TradeTotalVolume", "preserve": "ids"})
    config["PASSES"][1]["generic_analytics"] |= {
        "session": {"time_zone": "UTC", "open": "09:00", "close": "09:30"},
        "resample_rule": "10m",
    }
    (found,) = refused(config)
    # sizes are 1, 2, ..., 40 on a day; the third day's even ones were in the auction; 09:00 to 09:30 has 2 to 31
    whole = 2 * sum(range(1, 41)) + sum(range(1, 41, 2))
    within = 2 * sum(range(2, 32)) + sum(range(3, 32, 2))
    assert found == (
        "pass hours: quality.conserved[0]",
        f"the sum of TradeTotalVolume is {float(within):,}, in pass minutes it is {float(whole):,}",
    )


def test_a_last_bucket_is_of_the_day_it_starts_on(tmp_path: Path) -> None:
    times = [minute(15 * 60 - 1), minute(15 * 60) + timedelta(seconds=1)]  # 23:59 and a second after midnight
    trades = pa.table({"ListingId": [1, 1], "TradeTimestamp": times, "LocalPrice": [1.0, 1.0], "Size": [1.0, 1.0]})
    pq.write_table(trades, tmp_path / "2025-03-03.parquet")
    config = pipeline(tmp_path, {"on_failure": "warn", "row_count": {"max": 0, "per": "day"}})
    with basalt.run(config) as result:
        assert result.checks[0].samples == ("day=2025-03-03, rows=1", "day=2025-03-04, rows=1")


def test_a_check_may_be_asked_for_twice() -> None:
    config = over(
        bars(Close=[1.0, 2.0]),
        on_failure="warn",
        unique=[True, True, {"columns": "Close"}],
        not_null=["Close", "Close"],
    )
    assert {each.status for each in checked(config)} == {"passed"}
    with duckdb.connect() as connection:
        connection.register("checked", bars(Close=[1.0, 2.0]))
        connection.execute(basalt.compile_checks(config)["checked"])
