"""The reference table: one row a listing at a time, point in time where it has dates, and a warning without one."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from markets.pipelines import generic_pass_config
from tape_examples import DAYS, Config, reference, tape, trade_pass

import basalt
from basalt.errors import AmbiguousReferenceError

Rows = list[dict[str, Any]]


def pipeline(table: object, *columns: str, **settings: object) -> Config:
    """Hours by listing, and volumes by columns of the reference and day; all of the tape's days."""
    by = [*(columns or ["InstrumentId"]), "TimeBucket"]
    step = generic_pass_config("bars", {"TradeTotalVolume": "sum"}, rule="1d", group_by=by, name="days")
    passes = [trade_pass("bars", "Volume", time_bucket_closed="left", time_bucket_anchor="start"), step]
    return {"TABLES": {"trades": tape(), "reference": table}, "PASSES": passes, **settings}


def volumes(table: object, column: str = "InstrumentId") -> dict[tuple[Any, date], float]:
    """Volume by a column of the reference and day."""
    with basalt.run(pipeline(table, column)) as result:
        rows = result["days"].arrow().to_pylist()
    assert len({(row[column], row["TimeBucket"]) for row in rows}) == len(rows)
    return {(row[column], row["TimeBucket"].date()): row["TradeTotalVolume"] for row in rows}


def traded(listing: int, day: date) -> float:
    """The volume of a listing's trades that count on a day, added up row by row."""
    rows = tape().to_pylist()
    is_counted = [row["ListingId"] == listing and row["Classification"] == "LIT_CONTINUOUS" for row in rows]
    return sum(
        row["Size"]
        for row, counts in zip(rows, is_counted, strict=True)
        if counts and row["TradeTimestamp"].date() == day
    )


def table_of(*rows: tuple[Any, ...], names: tuple[str, ...] = ("ListingId", "InstrumentId")) -> pa.Table:
    return pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])


def test_without_dates_a_row_holds_for_good() -> None:
    expected = {(900, day): traded(0, day) + traded(1, day) for day in DAYS}
    assert volumes(reference()) == expected | {(901, day): traded(2, day) for day in DAYS}


def test_the_same_row_twice_is_one_row() -> None:
    assert volumes(pa.concat_tables([reference(), reference()])) == volumes(reference())


def test_rows_that_differ_only_in_columns_nobody_asks_for_are_one() -> None:
    named = pa.concat_tables([reference().append_column("Note", pa.array(list(note))) for note in ("abc", "xyz")])
    assert volumes(named) == volumes(reference())


def test_two_different_rows_of_a_listing_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    table = reference((0, 900), (0, 901), (1, 900), (2, 901), (2, 902))
    config = pipeline(table, OUTPUT_TARGET={"path_template": f"{tmp_path}/{{pass}}.parquet"})
    with pytest.raises(AmbiguousReferenceError, match="InstrumentId for 2 listings") as caught:
        basalt.run(config)
    assert [problem.place for problem in caught.value.problems] == ["pass days"]
    assert not (tmp_path / "days.parquet").exists()


def test_two_different_rows_are_refused_when_the_pass_is_read_and_others_are_not_held_up() -> None:
    with basalt.run(pipeline(reference((0, 900), (0, 901)))) as result:
        assert result["bars"].arrow().num_rows > 0
        for _ in range(2):
            with pytest.raises(AmbiguousReferenceError, match="for 1 listing"):
                result["days"].arrow()


def test_a_null_and_a_value_are_two_different_rows() -> None:
    table = table_of((0, 900), (0, None), (1, 900), (2, 900))
    with basalt.run(pipeline(table)) as result, pytest.raises(AmbiguousReferenceError):
        result["days"].arrow()


def test_rows_of_listings_that_do_not_trade_change_nothing() -> None:
    table = reference((0, 900), (1, 900), (2, 901), (77, 900), (78, 999))
    assert volumes(table) == volumes(reference())


def test_listings_without_a_row_keep_a_null_key_and_are_counted() -> None:
    table = reference((0, 900))
    assert volumes(table) == {
        **{(900, day): traded(0, day) for day in DAYS},
        **{(None, day): traded(1, day) + traded(2, day) for day in DAYS},
    }
    with basalt.run(pipeline(table)) as result:
        assert result.warnings == ()
        result["days"].arrow()
        (warning,) = result.warnings
        result["days"].arrow()
        assert result.warnings == (warning,)
    assert warning == ("pass days: 2 listings have no InstrumentId in reference; their key is null (such as 1, 2)")


def test_a_reference_that_knows_every_listing_warns_of_nothing() -> None:
    with basalt.run(pipeline(reference())) as result:
        result["days"].arrow()
        assert result.warnings == ()


def test_a_run_that_writes_warns_as_well(tmp_path: Path) -> None:
    config = pipeline(reference((0, 900)), OUTPUT_TARGET={"path_template": f"{tmp_path}/{{pass}}.parquet"})
    with basalt.run(config) as result:
        assert [warning for warning in result.warnings if "2 listings" in warning] == list(result.warnings)
        assert len(result.warnings) == 1


def test_a_row_by_date_holds_on_that_day_only() -> None:
    names = ("ListingId", "Date", "InstrumentId")
    rows = [(0, DAYS[0], 900), (0, DAYS[1], 901), (1, DAYS[0], 900), (1, DAYS[1], 900), (2, DAYS[2], 902)]
    first, second, third = DAYS
    assert volumes(table_of(*rows, names=names)) == {
        (900, first): traded(0, first) + traded(1, first),
        (None, first): traded(2, first),
        (901, second): traded(0, second),
        (900, second): traded(1, second),
        (None, second): traded(2, second),
        (902, third): traded(2, third),
        (None, third): traded(0, third) + traded(1, third),
    }


def test_two_rows_of_one_date_are_refused() -> None:
    names = ("ListingId", "Date", "InstrumentId")
    table = table_of((0, DAYS[0], 900), (0, DAYS[1], 901), (0, DAYS[1], 902), names=names)
    with basalt.run(pipeline(table)) as result, pytest.raises(AmbiguousReferenceError, match="for 1 listing"):
        result["days"].arrow()


PERIOD = ("ListingId", "ValidFrom", "ValidTo", "InstrumentId")


def test_a_row_holds_from_its_first_day_to_its_last() -> None:
    first, second, third = DAYS
    table = table_of(
        (0, date(2000, 1, 1), first, 900),
        (0, second, None, 901),
        (1, second, second, 900),
        (2, date(2000, 1, 1), date(2024, 12, 31), 900),
        (2, third, date(2099, 1, 1), 901),
        names=PERIOD,
    )
    assert volumes(table) == {
        (900, first): traded(0, first),
        (None, first): traded(1, first) + traded(2, first),
        (901, second): traded(0, second),
        (900, second): traded(1, second),
        (None, second): traded(2, second),
        (901, third): traded(0, third) + traded(2, third),
        (None, third): traded(1, third),
    }


def test_without_an_end_a_row_holds_until_the_next_one() -> None:
    first, second, third = DAYS
    rows = [(listing, first, 900) for listing in (1, 2)] + [(0, second, 901), (0, third, 902)]
    table = table_of(*rows, names=("ListingId", "ValidFrom", "InstrumentId"))
    found = volumes(table)
    assert [found[None, first], found[901, second], found[902, third]] == [traded(0, day) for day in DAYS]
    assert [found[900, day] for day in DAYS] == [traded(1, day) + traded(2, day) for day in DAYS]


def test_two_rows_from_one_day_are_refused() -> None:
    table = table_of((0, DAYS[0], None, 900), (0, DAYS[0], DAYS[2], 901), names=PERIOD)
    with basalt.run(pipeline(table)) as result, pytest.raises(AmbiguousReferenceError, match="for 1 listing"):
        result["days"].arrow()


def test_dates_may_be_timestamps() -> None:
    midnights = [datetime(day.year, day.month, day.day) for day in DAYS]  # noqa: DTZ001 - a date without a zone
    by_time = table_of(
        *((0, midnight, 900 + number) for number, midnight in enumerate(midnights)),
        names=("ListingId", "Date", "InstrumentId"),
    )
    by_day = table_of(
        *((0, day, 900 + number) for number, day in enumerate(DAYS)), names=("ListingId", "Date", "InstrumentId")
    )
    assert volumes(by_time) == volumes(by_day)
    assert volumes(by_day)[901, DAYS[1]] == traded(0, DAYS[1])


def test_several_columns_of_the_reference_come_from_the_same_row(tmp_path: Path) -> None:
    table = table_of(
        (0, "EUR", 900), (1, None, 900), (2, "GBP", None), names=("ListingId", "CurrencyCode", "InstrumentId")
    )
    pq.write_table(table, tmp_path / "reference.parquet")
    with basalt.run(pipeline(str(tmp_path / "reference.parquet"), "CurrencyCode", "InstrumentId")) as result:
        rows = result["days"].arrow().to_pylist()
    assert {(row["CurrencyCode"], row["InstrumentId"]) for row in rows} == {("EUR", 900), (None, 900), ("GBP", None)}
    assert len(rows) == 3 * 3


def test_a_mapped_and_filtered_reference(tmp_path: Path) -> None:
    pyarrow.csv.write_csv(
        table_of((0, 1, "a"), (1, 1, "a"), (2, 2, "a"), (2, 9, "b"), names=("id", "issue", "kind")), tmp_path / "r.csv"
    )
    source = {
        "path": f"{tmp_path}/r.csv",
        "columns": {"ListingId": "id", "InstrumentId": "issue + 899"},
        "filter": "kind = 'a'",
    }
    assert volumes(source) == volumes(reference())


def test_a_universe_by_a_column_of_the_bars_needs_no_reference() -> None:
    times = pa.array([60_000_000, 60_000_000], pa.timestamp("us"))
    bars = pa.table({"ListingId": [1, 2], "TimeBucket": times, "Close": [1.5, 2.5], "MIC": ["XAAA", "XBBB"]})
    step = {"name": "chosen", "modules": "generic", "generic_analytics": {"source_pass": "bars"}}
    with basalt.run({"TABLES": {"bars": bars}, "UNIVERSE": {"MIC": ["XBBB"]}, "PASSES": [step]}) as result:
        assert result.compiled.passes["chosen"].tables == ("bars",)
        assert result["chosen"].arrow()["Close"].to_pylist() == [2.5]


def test_periods_that_overlap_are_refused_and_those_that_follow_each_other_are_not() -> None:
    first, second, third = DAYS
    overlapping = table_of((0, first, second, 900), (0, second, third, 901), (1, first, None, 900), names=PERIOD)
    told = "periods that overlap for 1 listings, such as 0"
    with basalt.run(pipeline(overlapping)) as result, pytest.raises(AmbiguousReferenceError, match=told):
        result["days"].arrow()
    inside = table_of((0, first, third, 900), (0, second, second, 900), names=PERIOD)
    with basalt.run(pipeline(inside)) as result, pytest.raises(AmbiguousReferenceError, match="overlap"):
        result["days"].arrow()
    following = table_of((0, first, first, 900), (0, second, None, 901), (0, third, None, 902), names=PERIOD)
    found = volumes(following)
    assert [found[900, first], found[901, second], found[902, third]] == [traded(0, day) for day in DAYS]


def test_every_key_that_is_looked_up_is_counted_for_itself() -> None:
    table = table_of((0, 900, "EUR"), (1, 900, None), names=("ListingId", "InstrumentId", "CurrencyCode"))
    with basalt.run(pipeline(table, "InstrumentId", "CurrencyCode")) as result:
        result["days"].arrow()
        assert result.warnings == (
            "pass days: 1 listings have no InstrumentId in reference; their key is null (such as 2)",
            "pass days: 2 listings have no CurrencyCode in reference; their key is null (such as 1, 2)",
        )
