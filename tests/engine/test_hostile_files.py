"""Files that are not what they should be: read rightly, or refused with a clear error; never a wrong number."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import basalt
from basalt.errors import BasaltError, BindingError, SourceNotFoundError

NINE = datetime(2025, 3, 3, 9, tzinfo=UTC).replace(tzinfo=None)
HEADER = "ListingId,TradeTimestamp,LocalPrice,Size"


def trades(prices: list[Any], minute: int = 0, **changed: Any) -> pa.Table:  # noqa: ANN401 - whatever Arrow takes
    """Trades of listing 7, of size 2, a second apart."""
    times = [NINE + timedelta(minutes=minute, seconds=second + 1) for second in range(len(prices))]
    columns = {
        "ListingId": [7] * len(prices),
        "TradeTimestamp": pa.array(times, pa.timestamp("us")),
        "LocalPrice": prices,
        "Size": [2.0] * len(prices),
    }
    return pa.table(columns | changed)


def pipeline(paths: Any, **settings: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever a configuration takes
    """Minutes of trades."""
    measures = [{"measures": ["Volume", "Count", "VWAP", "OHLC"]}]
    minutes = {"name": "minutes", "modules": "trade", "trade_analytics": {"generic_metrics": measures}}
    return {"TABLES": {"trades": paths}, "PASSES": [minutes], **settings}


def rows(config: dict[str, Any]) -> list[dict[str, Any]]:
    with basalt.run(config) as result:
        found: list[dict[str, Any]] = result["minutes"].relation.order("ALL").to_arrow_table().to_pylist()
    return found


def refusal(config: dict[str, Any]) -> str:
    """Return the one line of the error of a run, which is Basalt's own."""
    with pytest.raises(BasaltError) as caught:
        rows(config)
    text = str(caught.value)
    assert "Traceback" not in text
    return text


def parquet(folder: Path, **tables: pa.Table) -> str:
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet")
    return f"{folder}/*.parquet"


def truncated(path: Path, keep: Callable[[bytes], bytes]) -> None:
    path.write_bytes(keep(path.read_bytes()))


def _footer(data: bytes) -> int:
    """Where the footer of a Parquet file begins."""
    return len(data) - 8 - int.from_bytes(data[-8:-4], "little")


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "text": lambda _: b"ListingId,Size\n1,2\n",
    "without its end": lambda data: data[:-1],
    "half": lambda data: data[: len(data) // 2],
    "only its end": lambda data: data[-200:],
    "zeros": lambda data: bytes(len(data)),
    "zeros in the footer": lambda data: (end := _footer(data)) and data[:end] + bytes(60) + data[end + 60 :],
    "the beginning of another": lambda data: b"PAR2" + data[4:-4] + b"PAR2",
}


@pytest.mark.parametrize("place", ["alone", "first", "last"])
@pytest.mark.parametrize("damage", BROKEN)
def test_a_broken_parquet_file_is_refused_by_name(tmp_path: Path, damage: str, place: str) -> None:
    names = {"alone": ["b"], "first": ["b", "c"], "last": ["a", "b"]}[place]
    paths = parquet(tmp_path, **{name: trades([10.0] * 50) for name in names})
    truncated(tmp_path / "b.parquet", BROKEN[damage])
    assert "b.parquet" in refusal(pipeline(paths))


def test_damaged_pages_are_an_error_or_do_not_matter(tmp_path: Path) -> None:
    table = trades([10.0 + number / 8 for number in range(200)])
    paths = parquet(tmp_path, a=table)
    whole = rows(pipeline(paths))
    data = (tmp_path / "a.parquet").read_bytes()
    outcomes = set()
    for place in range(4, len(data) // 2, 97):
        (tmp_path / "a.parquet").write_bytes(data[:place] + b"\xff" * 40 + data[place + 40 :])
        try:
            outcomes.add(rows(pipeline(paths)) == whole)
        except BasaltError:
            outcomes.add("refused")
    assert "refused" in outcomes


ONES = [10.0, 12.0]
MIXED: dict[str, tuple[pa.Table, str]] = {
    # the second file; what is said of it
    "prices as text": (trades(["10", "12"]), "column LocalPrice is VARCHAR in "),
    "prices as decimals": (trades(pa.array([10, 12]).cast(pa.decimal128(25, 3))), "is DECIMAL(25,3) in "),
    "whole numbers too large": (trades(pa.array([2**60, 2**60 + 1])), "column LocalPrice is BIGINT in "),
    "other times": (
        trades(ONES, TradeTimestamp=pa.array([NINE] * 2, pa.timestamp("ns"))),
        "column TradeTimestamp is TIMESTAMP_NS in ",
    ),
    "times with a zone": (
        trades(ONES, TradeTimestamp=pa.array([NINE] * 2, pa.timestamp("us", "UTC"))),
        "column TradeTimestamp is TIMESTAMP WITH TIME ZONE in ",
    ),
    "a column less": (trades(ONES).drop_columns(["Size"]), "has no column Size"),
    "another name": (trades(ONES).rename_columns(["ListingId", "TradeTimestamp", "Price", "Size"]), "has no column L"),
}


@pytest.mark.parametrize("case", MIXED)
def test_files_that_disagree_are_refused(tmp_path: Path, case: str) -> None:
    other, told = MIXED[case]
    message = refusal(pipeline(parquet(tmp_path, a=trades(ONES), b=other)))
    assert told in message
    assert "b.parquet" in message


def test_prices_are_not_rounded_to_the_type_of_the_first_file(tmp_path: Path) -> None:
    paths = parquet(tmp_path, a=trades([10, 12]), b=trades([10.75]))
    assert duckdb.sql(f"SELECT max(LocalPrice) FROM read_parquet('{paths}') WHERE LocalPrice <> 12").fetchall() == [
        (11,)
    ]
    assert "column LocalPrice is DOUBLE in " in refusal(pipeline(paths))


def test_files_that_agree_in_what_is_read_are_read(tmp_path: Path) -> None:
    first = trades([10.0], Extra=[1], Nested=[{"LocalPrice": "a", "x": [1]}])
    second = trades(
        pa.array([12], pa.int32()),
        1,
        Extra=["text"],
        Nested=[{"LocalPrice": 1, "x": ["b"]}],
        Size=pa.array([4], pa.int8()),
    )
    shuffled = second.select(["Size", "Nested", "Extra", "LocalPrice", "TradeTimestamp", "ListingId"])
    found = rows(pipeline(parquet(tmp_path, a=first, b=shuffled)))
    assert [(row["Close"], row["TradeTotalVolume"]) for row in found] == [(10.0, 2.0), (12.0, 4.0)]


def test_no_rows_are_no_rows(tmp_path: Path) -> None:
    nothing = trades([10.0]).slice(0, 0)
    paths = parquet(tmp_path, a=nothing, b=nothing)
    assert rows(pipeline(paths)) == []
    pq.write_table(trades([10.0]), tmp_path / "c.parquet")
    assert [row["TradeTotalVolume"] for row in rows(pipeline(paths))] == [2.0]
    out = {"path_template": f"{tmp_path}/out/{{pass}}.out"}
    rows(pipeline(f"{tmp_path}/a.parquet", OUTPUT_TARGET=out))
    assert pq.read_table(tmp_path / "out/minutes.out").num_rows == 0


def test_no_files_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match="No files found"):
        rows(pipeline(f"{tmp_path}/*.parquet"))


WRONG_TYPES = {
    "LocalPrice": [["a", "b"], [NINE, NINE], [[1.0], [2.0]], [{"x": 1}] * 2, [True, False]],
    "Size": [["1", "2"], [b"1", b"2"]],
    "TradeTimestamp": [["09:00", "09:01"], [1.5, 2.5], [True, False]],
}


@pytest.mark.parametrize(
    ("column", "values"), [(column, values) for column, cases in WRONG_TYPES.items() for values in cases], ids=str
)
def test_columns_of_the_wrong_type_are_refused(tmp_path: Path, column: str, values: list[Any]) -> None:
    paths = parquet(tmp_path, a=trades(ONES, **{column: values}))
    with pytest.raises(BindingError, match=column):
        rows(pipeline(paths))


def csv(folder: Path, *lines: str, name: str = "a.csv", header: str = HEADER) -> str:
    (folder / name).write_text("\n".join([header, *lines, ""]))
    return f"{folder}/*.csv"


def line(price: object, second: int = 1, size: object = 2) -> str:
    return f"7,2025-03-03 09:00:{second:02}.5,{price},{size}"


def test_a_price_far_down_a_csv_is_not_rounded(tmp_path: Path) -> None:
    paths = csv(tmp_path, *[line(10)] * 25_000, line(10.75, second=2))
    (row,) = rows(pipeline(paths))
    assert (row["High"], row["Close"], row["TradeTotalCount"]) == (10.75, 10.75, 25_001)


def test_a_price_in_a_later_csv_is_not_rounded(tmp_path: Path) -> None:
    for number in range(12):
        csv(tmp_path, line(10), name=f"a{number:02}.csv")
    paths = csv(tmp_path, line(10.75, second=2), name="b.csv")
    (row,) = rows(pipeline(paths))
    assert (row["High"], row["TradeTotalCount"]) == (10.75, 13)


def test_nanoseconds_in_a_csv_are_not_lost(tmp_path: Path) -> None:
    exact = csv(tmp_path, "7,2025-03-03 09:00:00.123456,10,2", "7,2025-03-03 09:00:01.123456000,10,2")
    assert len(rows(pipeline(exact))) == 1
    finer = csv(tmp_path, "7,2025-03-03 09:00:00.000000001,10,2", "7,2025-03-03 09:00:01,10,2")
    assert "column TradeTimestamp has times finer than a microsecond" in refusal(pipeline(finer))


BAD_LINES = {
    "a short last line": [line(10)] * 3 + ["7,2025-03-03 09:00"],
    "a long line": [line(10), line(10) + ",1,2", line(10)],
    "an open quote": [line(10), '7,2025-03-03 09:00:01,"10'],
    "text for a price": [line(10)] * 25_000 + [line("ten")],
    "a time that is none": [line(10)] * 25_000 + ["7,25:61,10,2"],
    "a short line far down": [line(10)] * 25_000 + ["7"],
    "bytes": ["\x00\x01\x02" * 40],
    "another separator": [each.replace(",", "|") for each in [line(10)] * 3],
    "decimal commas": ["7;2025-03-03 09:00:01;10,5;2"],
}


@pytest.mark.parametrize("case", BAD_LINES)
def test_a_csv_that_is_not_what_it_says_is_refused(tmp_path: Path, case: str) -> None:
    refusal(pipeline(csv(tmp_path, *BAD_LINES[case])))


def test_csv_files_with_other_columns_are_refused(tmp_path: Path) -> None:
    csv(tmp_path, line(10))
    paths = csv(tmp_path, line(11), name="b.csv", header="ListingId,TradeTimestamp,Price,Size")
    assert "Schema mismatch" in refusal(pipeline(paths))
    header = "Size,ListingId,TradeTimestamp,LocalPrice"
    swapped = csv(tmp_path, "2,7,2025-03-03 09:01:01.5,12", name="b.csv", header=header)
    assert "TradeTimestamp must be a timestamp" in refusal(pipeline(swapped))  # types are agreed on by place


def test_an_empty_csv_is_refused_and_one_with_a_header_has_no_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("")
    refusal(pipeline(f"{tmp_path}/a.csv"))
    csv(tmp_path, name="b.csv")
    typed = {"path": f"{tmp_path}/b.csv", "columns": {"LocalPrice": "try_cast(LocalPrice AS DOUBLE)"}}
    assert "TradeTimestamp" in refusal(pipeline(typed))  # nothing says that it is a time
    typed["columns"] |= {"TradeTimestamp": "try_cast(TradeTimestamp AS TIMESTAMP)", "Size": "try_cast(Size AS DOUBLE)"}
    assert rows(pipeline(typed)) == []


ABSURD = [float("nan"), float("inf"), float("-inf"), None]


def test_prices_that_are_no_numbers_count_nowhere_and_absurd_ones_are_what_they_are(tmp_path: Path) -> None:
    paths = parquet(tmp_path, a=trades([10.0, *ABSURD, 12.0], Size=[1.0] * 6))
    (row,) = rows(pipeline(paths))
    assert (row["Open"], row["High"], row["Low"], row["Close"]) == (10.0, 12.0, 10.0, 12.0)
    assert (row["TradeTotalVWAP"], row["TradeTotalVolume"], row["TradeTotalCount"]) == (11.0, 6.0, 6)
    paths = parquet(tmp_path, a=trades([-5.0, 1e300, 5e-324, 0.0]))
    (row,) = rows(pipeline(paths))
    assert (row["Open"], row["High"], row["Low"], row["Close"]) == (-5.0, 1e300, -5.0, 0.0)
    assert row["TradeTotalVWAP"] == 1e300 / 4
    quality = {"range": {"columns": ["Low", "High"], "min": 0, "max": 1e6}}
    assert refusal(pipeline(paths, QUALITY=quality)).startswith("BAS410 pass minutes: QUALITY.range[0]: 1 of 1 rows: ")


def test_sums_beyond_the_largest_number_are_not_told_as_numbers(tmp_path: Path) -> None:
    paths = parquet(tmp_path, a=trades([1e308] * 4, Size=[1e308] * 4))
    (row,) = rows(pipeline(paths))
    assert not math.isfinite(row["TradeTotalVWAP"])
    assert "BAS410" in refusal(pipeline(paths, QUALITY={"no_nan": True}))


def test_sizes_that_are_no_numbers_do_not_count(tmp_path: Path) -> None:
    paths = parquet(tmp_path, a=trades([10.0] * 5, Size=[*ABSURD, 3.0]))
    (row,) = rows(pipeline(paths))
    assert (row["TradeTotalVolume"], row["TradeTotalCount"]) == (3.0, 1)


def test_rows_that_are_there_twice_count_twice_and_in_any_order(tmp_path: Path) -> None:
    table = trades([10.0, 11.0, 12.0])
    doubled = pa.concat_tables([table, table])
    backwards = doubled.take(pa.array(range(5, -1, -1)))
    found = [rows(pipeline(parquet(tmp_path, a=each))) for each in (doubled, backwards)]
    assert found[0] == found[1]
    (row,) = found[0]
    assert (row["TradeTotalVolume"], row["Open"], row["Close"]) == (12.0, 10.0, 12.0)


NAMES = ["'; DROP TABLE x; --", '"', "{x}", "{{ 7 * 7 }}", "a\nb", "é漢🙂", " ", "x" * 10_000]


def test_columns_of_any_name_in_files_are_columns(tmp_path: Path) -> None:
    table = trades(ONES, **{name: [float(place), 0.5] for place, name in enumerate(NAMES)})
    paths = parquet(tmp_path, a=table)
    config = pipeline({"path": paths, "columns": {}})
    config["PASSES"][0]["trade_analytics"]["generic_metrics"][0]["attribute_filters"] = {
        name: [float(place)] for place, name in enumerate(NAMES)
    }
    (row,) = rows(config)
    assert (row["TradeTotalCount"], row["Close"]) == (1, 10.0)
