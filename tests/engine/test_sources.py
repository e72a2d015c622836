"""The same trades give the same results whatever they are read from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from markets.pipelines import generic_pass_config
from tape_examples import Config, days_pass, results, tape, trade_pass

import basalt
from basalt.errors import BindingError, SourceNotFoundError

PASSES = [trade_pass(), days_pass()]
COLUMNS = {"ListingId": "id", "TradeTimestamp": "ts", "LocalPrice": "px / 2", "Size": "qty", "MIC": "upper(venue)"}


def trades() -> pa.Table:
    """The tape, in which every 50th price is not a number."""
    table = tape()
    is_bad = pa.array([number % 50 == 49 for number in range(table.num_rows)])
    prices = pc.if_else(is_bad, float("nan"), table["LocalPrice"])
    return table.set_column(table.column_names.index("LocalPrice"), "LocalPrice", prices)


@dataclass(frozen=True)
class Source:
    """What a run is given to find the trades: entries of TABLES, and a connection of the user's."""

    tables: Config = field(default_factory=dict)
    connection: duckdb.DuckDBPyConnection | None = None


def arrow(_: Path) -> Source:
    return Source({"trades": trades()})


def record_batches(_: Path) -> Source:
    return Source({"trades": trades().to_reader(max_chunksize=100)})


def pandas_frame(_: Path) -> Source:
    return Source({"trades": trades().to_pandas()})


def polars_frame(_: Path) -> Source:
    return Source({"trades": pytest.importorskip("polars").from_arrow(trades())})


def polars_lazy_frame(_: Path) -> Source:
    return Source({"trades": pytest.importorskip("polars").from_arrow(trades()).lazy()})


def relation(_: Path) -> Source:
    connection = connection_with("prints")
    return Source({"trades": connection.sql("FROM prints WHERE Size > 0")}, connection)


def relation_of_another_connection(_: Path) -> Source:
    return Source({"trades": connection_with("prints").sql("FROM prints")})


def parquet_file(folder: Path) -> Source:
    pq.write_table(trades(), folder / "trades.parquet", row_group_size=100)
    return Source({"trades": folder / "trades.parquet"})


def parquet_by_duckdb(folder: Path) -> Source:
    connection_with("prints").execute(f"COPY prints TO '{folder}/trades.parquet' (FORMAT parquet)")
    return Source({"trades": str(folder / "trades.parquet")})


def parquet_glob(folder: Path) -> Source:
    for number in range(6):
        pq.write_table(trades().slice(number * 100, 100), folder / f"part-{number}.parquet")
    return Source({"trades": f"{folder}/part-*.parquet"})


def parquet_list(folder: Path) -> Source:
    parquet_glob(folder)
    return Source({"trades": [str(path) for path in sorted(folder.glob("*.parquet"), reverse=True)]})


def hive_partitions(folder: Path) -> Source:
    days = pc.cast(trades()["TradeTimestamp"], pa.date32())
    dated = trades().append_column("date", days)
    pq.write_to_dataset(dated, folder / "trades", partition_cols=["date", "MIC"])
    return Source({"trades": {"path": f"{folder}/trades/**/*.parquet", "date_column": "date"}})


def csv(folder: Path) -> Source:
    pyarrow.csv.write_csv(trades(), folder / "trades.csv")
    return Source({"trades": f"{folder}/trades.csv"})


def compressed_csv(folder: Path) -> Source:
    with pa.output_stream(folder / "trades.csv.gz") as file:
        pyarrow.csv.write_csv(trades(), file)
    return Source({"trades": f"{folder}/trades.csv.gz"})


def table_by_its_canonical_name(_: Path) -> Source:
    return Source(connection=connection_with("trades"))


def table_by_another_name(_: Path) -> Source:
    connection = connection_with("prints")
    connection.execute("CREATE SCHEMA raw; CREATE TABLE raw.prints AS FROM prints")
    return Source({"trades": {"table": "raw.prints"}}, connection)


def view_on_the_connection(_: Path) -> Source:
    connection = connection_with("prints")
    connection.execute("CREATE VIEW trades AS FROM prints")
    return Source(connection=connection)


def table_in_a_database_file(folder: Path) -> Source:
    with duckdb.connect(str(folder / "vendor.duckdb")) as connection:
        fill(connection, "prints")
    return Source({"trades": {"database": str(folder / "vendor.duckdb"), "table": "prints"}})


def mapped_columns_and_a_filter(folder: Path) -> Source:
    """Somebody else's columns: other names, doubled prices, venues in lower case, and rows that are not wanted."""
    with duckdb.connect(str(folder / "main.duckdb")) as connection:
        fill(connection, "canonical")
        connection.execute("""
            CREATE TABLE prints AS
            SELECT ListingId AS id, TradeTimestamp AS ts, BMLLSequenceNo AS seq, lower(MIC) AS venue,
                LocalPrice * 2 AS px, Size AS qty, AggressorSide, Classification, 'good' AS quality
            FROM canonical
            UNION ALL BY NAME
            SELECT ListingId AS id, TradeTimestamp AS ts, 7 AS seq, 'xaaa' AS venue, 1e6 AS px, 1e6 AS qty,
                AggressorSide, Classification, CASE WHEN ListingId = 1 THEN 'bad' END AS quality
            FROM canonical
        """)
    table = {"database": str(folder / "main.duckdb"), "table": "main.prints", "columns": COLUMNS}
    return Source({"trades": {**table, "filter": "quality = 'good'", "sequence": "seq"}})


def connection_with(name: str) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    fill(connection, name)
    return connection


def fill(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Put the tape into a table."""
    connection.register("arrow_tape", trades())
    connection.execute(f"CREATE TABLE {name} AS FROM arrow_tape")
    connection.unregister("arrow_tape")


SOURCES = [
    record_batches,
    pandas_frame,
    polars_frame,
    polars_lazy_frame,
    relation,
    relation_of_another_connection,
    parquet_file,
    parquet_by_duckdb,
    parquet_glob,
    parquet_list,
    hive_partitions,
    csv,
    compressed_csv,
    table_by_its_canonical_name,
    table_by_another_name,
    view_on_the_connection,
    table_in_a_database_file,
    mapped_columns_and_a_filter,
]


@pytest.fixture(scope="module")
def expected() -> dict[str, list[dict[str, Any]]]:
    """The results over the tape in memory."""
    return results({"TABLES": arrow(Path()).tables, "PASSES": PASSES})


def test_the_tape_says_what_it_should(expected: dict[str, list[dict[str, Any]]]) -> None:
    assert len(expected["bars"]) > 150
    assert len(expected["days"]) == 3 * 3 + 1  # the trade at the first midnight is the last of the day before
    lit = trades().filter(pc.equal(trades()["Classification"], "LIT_CONTINUOUS"))
    assert sum(row["TradeTotalVolume"] for row in expected["days"]) == pc.sum(lit["Size"]).as_py()


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.__name__)
def test_results_are_identical(
    source: Callable[[Path], Source], expected: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    found = source(tmp_path)
    config = {"TABLES": found.tables, "PASSES": PASSES}
    assert results(config, connection=found.connection) == expected


@pytest.mark.parametrize("source", [arrow, pandas_frame, parquet_glob], ids=lambda source: source.__name__)
def test_tables_may_be_given_to_the_call(
    source: Callable[[Path], Source], expected: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    assert results({"PASSES": PASSES}, tables=source(tmp_path).tables) == expected


def test_a_table_given_to_the_call_stands_for_that_of_the_pipeline(tmp_path: Path) -> None:
    config = {"TABLES": {"trades": str(tmp_path / "not-there.parquet")}, "PASSES": PASSES}
    assert results(config, tables={"trades": trades()})["bars"] == results(config, tables={"trades": trades()})["bars"]


@pytest.mark.parametrize("unit", ["ns", "us", "ms"])
def test_resolutions_of_the_event_time_give_the_same(unit: str, expected: dict[str, list[dict[str, Any]]]) -> None:
    times = trades()["TradeTimestamp"].cast(pa.timestamp(unit))
    table = trades().set_column(1, "TradeTimestamp", times)
    assert results({"TABLES": {"trades": table}, "PASSES": PASSES}) == expected


def test_not_a_number_in_a_file_of_bars_is_no_number(tmp_path: Path) -> None:
    """Arrow leaves what is not a number out of a file's statistics, which then promise that there is none."""
    times = pa.array([0, 60_000_000], pa.timestamp("us"))
    table = {"ListingId": pa.array([1, 1], pa.int64()), "TimeBucket": times, "Close": [99.5, float("nan")]}
    pq.write_table(pa.table(table), tmp_path / "vendor.parquet")
    step = generic_pass_config("vendor", {"Close": "max"}, group_by=["ListingId"])
    config = {"TABLES": {"vendor": str(tmp_path / "vendor.parquet")}, "PASSES": [step]}
    assert results(config) == {"generic": [{"ListingId": 1, "Close": 99.5}]}


def test_a_size_that_is_not_a_number_does_not_count_where_all_others_are_equal(tmp_path: Path) -> None:
    table = tape().slice(0, 3)
    for name, values in (("Size", [2.0, float("nan"), 2.0]), ("ListingId", [1, 1, 1]), ("MIC", ["XAAA"] * 3)):
        table = table.set_column(table.column_names.index(name), name, pa.array(values))
    pq.write_table(table, tmp_path / "trades.parquet")
    config = {"TABLES": {"trades": str(tmp_path / "trades.parquet")}, "PASSES": [trade_pass("bars", seconds=86_400)]}
    rows = results(config)["bars"]
    assert [sum(row[name] for row in rows) for name in ("TradeTotalCount", "TradeTotalVolume")] == [2, 4.0]


@pytest.mark.parametrize("values", [(1.0, 2.0, 4.0), (2.0, 2.0, 2.0)], ids=["a range", "a constant"])
@pytest.mark.parametrize("bad", [float("nan"), None], ids=["nan", "null"])
@pytest.mark.parametrize("column", ["Size", "LocalPrice"])
def test_a_row_of_a_file_without_a_number_counts_as_one_in_memory(
    column: str, bad: float | None, values: tuple[float, ...], tmp_path: Path
) -> None:
    """A file's statistics tell only of its numbers, of all of them at once where they are the same."""
    table = with_values(column, [values[0], bad, values[2]], with_values("Size", list(values), tape().slice(0, 3)))
    pq.write_table(table, tmp_path / "trades.parquet")
    passes = [trade_pass("bars", seconds=86_400)]
    (found,) = results({"TABLES": {"trades": str(tmp_path / "trades.parquet")}, "PASSES": passes}).values()
    assert found == results({"TABLES": {"trades": table}, "PASSES": passes})["bars"]
    assert sum(row["TradeTotalCount"] for row in found) == (2 if column == "Size" else 3)
    counted = [values[0], values[2]] if column == "Size" else values
    assert sum(row["TradeTotalVolume"] for row in found) == sum(counted)


def with_values(column: str, values: list[float | None], table: pa.Table) -> pa.Table:
    """Return a table with other values in a column."""
    return table.set_column(table.column_names.index(column), column, pa.array(values, pa.float64()))


def test_the_source_is_left_as_it_was(tmp_path: Path) -> None:
    source = table_in_a_database_file(tmp_path)
    before = (tmp_path / "vendor.duckdb").read_bytes()
    results({"TABLES": source.tables, "PASSES": PASSES})
    assert (tmp_path / "vendor.duckdb").read_bytes() == before


@pytest.mark.parametrize("name", ["trades.parquet", "*.parquet", "trades.csv"])
def test_a_path_that_is_not_there_is_named(name: str, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError, match=r"trades") as caught:
        basalt.run({"TABLES": {"trades": f"{tmp_path}/{name}"}, "PASSES": PASSES})
    assert [problem.place for problem in caught.value.problems] == ["TABLES.trades.path"]


def test_a_database_that_is_not_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "vendor.duckdb").write_bytes(b"not a database" * 1_000)
    table = {"database": str(tmp_path / "vendor.duckdb"), "table": "prints"}
    with pytest.raises(SourceNotFoundError, match=r"vendor\.duckdb") as caught:
        basalt.run({"TABLES": {"trades": table}, "PASSES": PASSES})
    assert [problem.place for problem in caught.value.problems] == ["TABLES.trades.database"]


def test_data_that_duckdb_cannot_read_is_refused() -> None:
    class Frame:
        columns = ("ListingId",)

    with pytest.raises(BindingError, match="Frame"):
        basalt.run({"TABLES": {"trades": Frame()}, "PASSES": PASSES})


def test_a_table_without_a_source_is_not_run_on_an_assumption() -> None:
    with pytest.raises(SourceNotFoundError, match="trades"):
        basalt.run({"PASSES": PASSES})
