"""What a run leaves on its connection: views by name and as ``dataset.pass``, and tables in a database file."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from tape_examples import Config, days_pass, reference, results, sorted_rows, tape, trade_pass

import basalt
from basalt.errors import CallError

AVERAGE = {"name": "SMA", "input_col": "Close", "timeperiod": 2}


def pipeline(**settings: object) -> Config:
    """Bars, their days, and averages over them."""
    averages = days_pass("bars", "averages")
    averages["generic_analytics"]["talib_indicators"] = [AVERAGE]
    passes = [trade_pass("bars"), days_pass("bars", "days"), averages]
    return {"TABLES": {"trades": tape()}, "PASSES": passes, **settings}


@pytest.mark.parametrize("name", ["bars", "basalt.bars", "days", "basalt.days"])
def test_a_pass_is_a_view_that_computes_itself(name: str) -> None:
    expected = results(pipeline())[name.rsplit(".", maxsplit=1)[-1]]
    with basalt.run(pipeline()) as result:
        assert sorted_rows(result.connection.sql(f"FROM {name}").to_arrow_table()) == expected


def test_the_schema_of_the_views_is_the_name_of_the_dataset() -> None:
    with basalt.run(pipeline(DATASETNAME="us-equities")) as result:
        count = result["days"].arrow().num_rows
        assert result.connection.sql('SELECT count(*) FROM "us-equities".days').fetchall() == [(count,)]


def test_a_pass_with_indicators_is_a_view_once_it_was_read() -> None:
    with basalt.run(pipeline()) as result:
        rows = sorted_rows(result["averages"].arrow())
        assert "SMA_2" in rows[0]
        for name in ("averages", "basalt.averages"):
            assert sorted_rows(result.connection.sql(f"FROM {name}").to_arrow_table()) == rows


@pytest.mark.parametrize("name", ["bars", "days", "averages"])
def test_a_view_has_the_columns_that_are_told(name: str) -> None:
    with basalt.run(pipeline()) as result:
        result[name].arrow()
        told = [(column.name, column.type) for column in result[name].columns]
        described = result.connection.execute(f"DESCRIBE {name}").fetchall()
        assert [(row[0], row[1]) for row in described] == told


def test_views_can_be_joined_with_the_users_own_tables() -> None:
    with duckdb.connect() as connection:
        connection.register("mine", reference())
        with basalt.run(pipeline(), connection=connection) as result:
            assert result.connection is connection
        query = (
            "SELECT InstrumentId, sum(TradeTotalVolume) FROM days JOIN mine USING (ListingId) GROUP BY ALL ORDER BY 1"
        )
        volumes = dict(connection.sql(query).fetchall())
    days = results(pipeline())["days"]
    assert volumes == {
        900: sum(row["TradeTotalVolume"] for row in days if row["ListingId"] in (0, 1)),
        901: sum(row["TradeTotalVolume"] for row in days if row["ListingId"] == 2),
    }


def test_a_run_on_a_connection_can_be_repeated_with_other_trades() -> None:
    with duckdb.connect() as connection:
        first = results(pipeline(), connection=connection)
        few = pipeline(TABLES={"trades": tape().slice(0, 100)})
        assert results(few, connection=connection) == results(few)
        assert results(pipeline(), connection=connection) == first


def test_two_datasets_live_side_by_side() -> None:
    few = pipeline(TABLES={"trades": tape().slice(0, 100)}, DATASETNAME="few")
    with duckdb.connect() as connection:
        whole, part = results(pipeline(), connection=connection), results(few, connection=connection)
        assert sorted_rows(connection.sql("FROM few.averages").to_arrow_table()) == part["averages"]
        assert sorted_rows(connection.sql("FROM basalt.averages").to_arrow_table()) == whole["averages"]


def test_a_connection_of_the_users_stays_open() -> None:
    with duckdb.connect() as connection:
        with basalt.run(pipeline(), connection=connection) as result:
            result["days"].arrow()
        assert connection.sql("SELECT count(*) FROM days").fetchall() == [(10,)]


def test_a_connection_of_the_runs_own_is_closed_with_it() -> None:
    with basalt.run(pipeline()) as result:
        relation = result["days"].relation
    with pytest.raises(duckdb.ConnectionException):
        result.connection.execute("SELECT 1")
    with pytest.raises(duckdb.Error):
        relation.fetchall()
    result.close()


def test_what_was_taken_out_of_a_run_outlives_it() -> None:
    with basalt.run(pipeline()) as result:
        table = result["days"].arrow()
    assert sorted_rows(table) == results(pipeline())["days"]


@pytest.mark.parametrize("name", ["bars", "days", "averages"])
def test_a_database_file_can_be_read_by_others_afterwards(name: str, tmp_path: Path) -> None:
    file = tmp_path / "results.duckdb"
    with basalt.run(pipeline(), database=file):
        pass
    expected = results(pipeline())[name]
    with duckdb.connect(str(file), read_only=True) as connection:
        for view in (name, f"basalt.{name}"):
            assert sorted_rows(connection.sql(f"FROM {view}").to_arrow_table()) == expected


def test_a_database_file_is_readable_before_anything_was_read(tmp_path: Path) -> None:
    with basalt.run(pipeline(), database=tmp_path / "results.duckdb") as result:
        assert sorted(report.name for report in result.reports) == ["averages", "bars", "days"]


def test_a_run_into_the_same_database_file_takes_the_place_of_the_last(tmp_path: Path) -> None:
    file = tmp_path / "results.duckdb"
    basalt.run(pipeline(), database=file).close()
    few = pipeline(TABLES={"trades": tape().slice(0, 100)})
    basalt.run(few, database=file).close()
    with duckdb.connect(str(file), read_only=True) as connection:
        for name, rows in results(few).items():
            assert sorted_rows(connection.sql(f"FROM {name}").to_arrow_table()) == rows


def test_a_run_that_fails_lets_go_of_its_database_file(tmp_path: Path) -> None:
    file = tmp_path / "results.duckdb"
    with pytest.raises(basalt.errors.BasaltError):
        basalt.run({"PASSES": [trade_pass()]}, database=file)
    basalt.run(pipeline(), database=file).close()


def test_a_connection_and_a_database_are_not_given_together(tmp_path: Path) -> None:
    with duckdb.connect() as connection, pytest.raises(CallError, match="not both"):
        basalt.run(pipeline(), connection=connection, database=tmp_path / "results.duckdb")
