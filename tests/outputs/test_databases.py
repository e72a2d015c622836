"""Tables of databases: what another client finds in them, by mode, and that a transaction is all or nothing."""

from __future__ import annotations

import math
import sqlite3
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from bars import MINUTE, SCHEMA, Row, bars, day, has_days, in_order, open_output, put, shape, table, write
from readers import KINDS
from servers import Server

from basalt.compiler.columns import Column
from basalt.errors import BindingError, MissingPackageError, OutputBusyError, OutputError, OutputRangeError
from basalt.outputs.output import HeldOutput
from basalt.outputs.shape import PassShape
from basalt.outputs.state import State

NAMES = ", ".join(f'"{name}"' for name in SCHEMA.names)


class Place:
    """A table in a database of one kind."""

    def __init__(self, kind: str, folder: Path, server: Callable[[], Server]) -> None:
        self.kind = kind
        self._folder = folder
        self._server = server() if kind.startswith("postgres") else None

    def target(self, **settings: object) -> dict[str, Any]:
        """Return the target."""
        if self._server is not None:
            url = self._server.url
            driver = "+psycopg" if self.kind == "postgres, sqlalchemy" else ""
            return {"type": "sql", "url": url.replace("postgresql:", f"postgresql{driver}:"), **settings}
        if self.kind == "sqlite, sqlalchemy":
            return {"type": "sql", "url": f"sqlite+pysqlite:///{self._folder}/us.db", **settings}
        return {**KINDS[self.kind].target(self._folder), **settings}

    def rows(self) -> list[Row]:
        """Return the rows that another client finds."""
        if self._server is None:
            return KINDS[self.kind.partition(",")[0]].rows(self._folder)
        return in_order(self.execute(f"SELECT {NAMES} FROM bars"))

    def execute(self, statement: str) -> list[Any]:
        """Have another client run a statement."""
        if self._server is not None:
            with self._server.connect() as connection:
                done = connection.execute(statement)
                return done.fetchall() if done.description else []
        if self.kind == "duckdb":
            with duckdb.connect(str(self._folder / "us.duckdb")) as connection:
                return connection.execute(statement).fetchall()
        with sqlite3.connect(self._folder / "us.db") as connection:
            return connection.execute(statement).fetchall()


@pytest.fixture(params=["duckdb", "sqlite", "postgres", "sqlite, sqlalchemy", "postgres, sqlalchemy"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(request.param, tmp_path, lambda: request.getfixturevalue("server"))


def of_days(rows: list[Row], *numbers: int) -> list[Row]:
    return [row for row in rows if (row[2] - row[2].resolution).date() in {day(number) for number in numbers}]


def test_replace_replaces_the_days_of_the_run(place: Place) -> None:
    for _ in range(2):
        write(place.target(), 0, 3, bars(0, 3, 1), 1)
        write(place.target(), 1, 2, bars(1, 2, 2), 2)
        assert place.rows() == in_order(of_days(bars(0, 3, 1), 0, 3) + bars(1, 2, 2))
    output = open_output(place.target())
    told = [(each.first, each.last, each.run, each.rows) for each in output.records()]
    assert told == [
        (day(0), day(0), "run 1", None),
        (day(1), day(2), "run 2", 80),
        (day(3), day(3), "run 1", None),
    ]
    assert has_days(output, day(0), day(3))
    assert not has_days(output, day(0), day(4))


def test_append_leaves_the_rows_of_others_and_doubles_none_of_its_own(place: Place) -> None:
    write(place.target(), 0, 0, [])
    place.execute("INSERT INTO bars VALUES (77, 'X', '2025-03-03 10:00:00.000000', 1.5)")
    other = (77, "X", datetime.fromisoformat("2025-03-03 10:00"), 1.5)
    place.execute("DELETE FROM basalt_runs")
    append = place.target(mode="append")
    write(append, 0, 0, bars(0, 0, 1))
    write(append, 1, 2, bars(1, 2, 1))
    assert place.rows() == in_order([other, *bars(0, 0, 1), *bars(1, 2, 1)])
    write(append, 1, 2, bars(1, 2, 2))
    assert place.rows() == in_order([other, *bars(0, 0, 1), *bars(1, 2, 2)])
    with pytest.raises(OutputRangeError, match="appended together"):
        write(append, 2, 3, bars(2, 3, 2))
    assert place.rows() == in_order([other, *bars(0, 0, 1), *bars(1, 2, 2)])


def test_upsert_goes_by_the_keys(place: Place) -> None:
    first = {(row[0], row[2]): row for row in bars(0, 1, 1)}
    second = {(row[0], row[2]): row for row in bars(1, 1, 2)}
    second |= {key: (*row[:3], 123.0) for key, row in list(first.items())[:7] if row[2].date() == day(0)}
    write(place.target(mode="upsert"), 0, 1, list(first.values()))
    for _ in range(2):
        write(place.target(mode="upsert"), 0, 1, list(second.values()))
        assert place.rows() == in_order(list((first | second).values()))
    assert 123.0 in {row[3] for row in place.rows()}


def test_overwrite_leaves_the_last_run_alone(place: Place) -> None:
    write(place.target(mode="overwrite"), 0, 1, bars(0, 1, 1))
    write(place.target(mode="overwrite"), 3, 3, bars(3, 3, 2), 2)
    assert place.rows() == in_order(bars(3, 3, 2))
    output = open_output(place.target(mode="overwrite"))
    assert not output.holds_many
    assert [each.run for each in output.records()] == ["run 2"]


def test_fail_refuses_days_that_have_rows(place: Place) -> None:
    write(place.target(mode="fail"), 0, 1, bars(0, 1, 1))
    write(place.target(mode="fail"), 2, 2, bars(2, 2, 1))
    with pytest.raises(OutputRangeError, match="80 rows of the days 2025-03-03 to 2025-03-04"):
        write(place.target(mode="fail"), 0, 1, bars(0, 1, 2))
    assert place.rows() == in_order(bars(0, 1, 1) + bars(2, 2, 1))


def fail_on_the_way(held: HeldOutput) -> None:
    with held.writing(day(0), day(1)) as rows:
        rows.append(SCHEMA, table(bars(0, 1, 2)).to_batches())
        raise ZeroDivisionError


def test_a_run_that_fails_leaves_the_table(place: Place) -> None:
    write(place.target(), 0, 1, bars(0, 1, 1))
    with open_output(place.target()).held() as held:
        with pytest.raises(ZeroDivisionError):
            fail_on_the_way(held)
        with pytest.raises(OutputRangeError, match=r"a row belongs to 2025-03-0[56]"):
            put(held, day(0), day(1), bars(0, 3, 2))
    assert place.rows() == in_order(bars(0, 1, 1))


@pytest.mark.parametrize("mode", ["replace", "overwrite", "append", "upsert"])
def test_a_transaction_that_fails_at_its_end_changes_nothing(
    place: Place, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = list({(row[0], row[2]): row for row in bars(0, 1, 1)}.values())
    second = list({(row[0], row[2]): row for row in bars(0, 1, 2)}.values())
    write(place.target(mode=mode), 0, 1, first, 1)
    with monkeypatch.context() as patched:
        patched.setattr(State, "add", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            write(place.target(mode=mode), 0, 1, second, 2)
    assert place.rows() == in_order(first)
    assert [each.run for each in open_output(place.target(mode=mode)).records()] == ["run 1"]
    write(place.target(mode=mode), 0, 1, second, 2)
    assert set(second) <= set(place.rows())


@pytest.mark.parametrize("driver", ["", "+psycopg"])
def test_a_connection_that_is_killed_leaves_the_table(
    server: Server, driver: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = {"type": "sql", "url": server.url.replace("postgresql:", f"postgresql{driver}:")}
    write(target, 0, 1, bars(0, 1, 1), 1)

    def killed(*_: object) -> None:
        with server.connect() as connection:
            query = (
                "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE application_name LIKE 'basalt,%'"
            )
            assert len(connection.execute(query).fetchall()) == 2, "the one that writes and the one that holds"

    with monkeypatch.context() as patched:
        patched.setattr(State, "add", killed)
        with pytest.raises(OutputError):
            write(target, 0, 1, bars(0, 1, 2), 2)
    with server.connect() as connection:
        assert in_order(connection.execute(f"SELECT {NAMES} FROM bars").fetchall()) == in_order(bars(0, 1, 1))
    assert [each.run for each in open_output(target).records()] == ["run 1"]
    write(target, 0, 1, bars(0, 1, 2), 2)
    assert [each.run for each in open_output(target).records()] == ["run 2"]


def test_a_first_run_that_fails_leaves_no_table(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(State, "add", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write(place.target(), 0, 1, bars(0, 1, 1), 1)
    monkeypatch.undo()
    if place.kind.startswith("postgres"):
        assert place.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'ba%'") == []
    else:
        assert place.execute("SELECT name FROM sqlite_master") == []


def test_a_database_has_nan_or_says_that_it_has_not(place: Place) -> None:
    shape_of_floats = PassShape(
        "bars", (Column(name="Price", type="DOUBLE"), Column(name="Half", type="FLOAT")), (), None
    )
    rows = pa.table({"Price": pa.array([1.0, None]), "Half": pa.array([float("nan"), 0.5], pa.float32())})
    output = open_output(place.target(), shape_of_floats)

    def put_rows() -> None:
        with output.held() as held, held.writing(None, None) as under_way:
            under_way.append(rows.schema, rows.to_batches())

    if place.kind.startswith("sqlite"):
        with pytest.raises(OutputError, match=r"column Half has a value that .* cannot hold: NaN"):
            put_rows()
        return
    put_rows()
    found = place.execute('SELECT "Price", "Half" FROM bars ORDER BY "Price" IS NULL')
    assert found[0][0] == 1.0
    assert math.isnan(found[0][1])
    assert found[1] == (None, 0.5)


def test_a_table_with_other_columns_is_refused(place: Place) -> None:
    write(place.target(), 0, 1, bars(0, 1, 1))
    place.execute("ALTER TABLE bars ADD COLUMN more INTEGER")
    with pytest.raises(OutputError, match=r"has the columns .*more.* and the pass"):
        write(place.target(), 0, 1, bars(0, 1, 2))
    write(place.target(mode="overwrite"), 0, 1, bars(0, 1, 3))
    assert place.rows() == in_order(bars(0, 1, 3))


def test_of_two_runs_at_once_one_wins_and_the_other_is_told_who(place: Place) -> None:
    with open_output(place.target()).held() as held:
        with (
            pytest.raises(OutputBusyError, match=r"process \d+ on .*, since 20"),
            open_output(place.target()).held(),
        ):
            pass
        with open_output(place.target(table="another")).held():
            pass
        put(held, day(0), day(0), bars(0, 0, 1))
    write(place.target(), 0, 0, bars(0, 0, 2))
    assert place.rows() == in_order(bars(0, 0, 2))


def test_names_are_never_read_as_sql(place: Place) -> None:
    name = "bars\"; DROP TABLE bars; --'"
    write(place.target(), 0, 0, bars(0, 0, 1))
    write(place.target(table=name), 0, 0, bars(0, 0, 2))
    assert place.rows() == in_order(bars(0, 0, 1))
    quoted = name.replace('"', '""')
    assert place.execute(f'SELECT count(*) FROM "{quoted}"') == [(40,)]


VALUES = {
    "BOOLEAN": (pa.bool_(), True),
    "TINYINT": (pa.int8(), -128),
    "UTINYINT": (pa.uint8(), 255),
    "SMALLINT": (pa.int16(), -(2**15)),
    "USMALLINT": (pa.uint16(), 2**16 - 1),
    "INTEGER": (pa.int32(), 2**31 - 1),
    "UINTEGER": (pa.uint32(), 2**32 - 1),
    "BIGINT": (pa.int64(), 2**63 - 1),
    "UBIGINT": (pa.uint64(), 2**64 - 1),
    "HUGEINT": (pa.decimal128(38, 0), Decimal(10**37)),
    "DECIMAL(9,3)": (pa.decimal128(9, 3), Decimal("-123456.789")),
    "FLOAT": (pa.float32(), 0.5),
    "DOUBLE": (pa.float64(), 0.1),
    "VARCHAR": (pa.string(), 'it\'s "ü" {}?'),
    "DATE": (pa.date32(), date(1969, 12, 31)),
    "TIMESTAMP": (pa.timestamp("us"), datetime.fromisoformat("2025-03-03 08:00:00.000001")),
    "TIMESTAMP_NS": (pa.timestamp("ns"), 1_741_000_000_000_001_000),
    "ENUM('a', 'b')": (pa.dictionary(pa.uint8(), pa.string()), "b"),
}
SMALL = {"UBIGINT": 2**63 - 1, "HUGEINT": Decimal(2**63 - 1)}


def test_values_of_every_type_are_the_same_again(place: Place) -> None:
    values = {
        name: SMALL.get(name, value) if place.kind.startswith("sqlite") else value
        for name, (_, value) in VALUES.items()
    }
    columns = tuple(Column(name=f"c {name}", type=name) for name in VALUES)
    rows = pa.table({f"c {name}": pa.array([values[name], None], type_) for name, (type_, _) in VALUES.items()})
    output = open_output(place.target(), PassShape("bars", columns, (), None))
    with output.held() as held, held.writing(None, None) as under_way:
        under_way.append(rows.schema, rows.to_batches())
    names = ", ".join(f'"c {name}"' for name in VALUES)
    found = place.execute(f'SELECT {names} FROM bars ORDER BY "c BIGINT" IS NULL')
    expected = values | {"TIMESTAMP_NS": datetime.fromisoformat("2025-03-03 11:06:40.000001")}
    if place.kind.startswith("sqlite"):
        expected |= {"DATE": "1969-12-31", "TIMESTAMP": "2025-03-03 08:00:00.000001", "DECIMAL(9,3)": "-123456.789"}
        expected["TIMESTAMP_NS"] = "2025-03-03 11:06:40.000001000"
    told = dict(zip(VALUES, found[0], strict=True))
    if place.kind == "duckdb":
        told["TIMESTAMP_NS"] = expected["TIMESTAMP_NS"] = str(told["TIMESTAMP_NS"])
        assert told["TIMESTAMP_NS"].startswith("2025-03-03 11:06:40.000001")
    assert told == expected
    assert found[1] == (None,) * len(VALUES)


def test_nanoseconds_that_postgres_would_cut_are_refused(server: Server) -> None:
    columns = (Column(name="TimeBucket", type="TIMESTAMP_NS"),)
    output = open_output({"type": "sql", "url": server.url}, PassShape("bars", columns, ("TimeBucket",), 0))
    rows = pa.table({"TimeBucket": pa.array([1_741_000_000_000_000_001], pa.timestamp("ns"))})
    with (
        output.held() as held,
        pytest.raises(OutputError, match="TimeBucket has a value"),
        held.writing(None, None) as under_way,
    ):
        under_way.append(rows.schema, rows.to_batches())


def test_nanoseconds_are_told_apart_by_day_in_sqlite_and_duckdb(tmp_path: Path) -> None:
    columns = (Column(name="TimeBucket", type="TIMESTAMP_NS"),)
    midnight = 1_741_046_400_000_000_000  # 2025-03-04
    for kind in ("duckdb", "sqlite"):
        output = open_output(KINDS[kind].target(tmp_path), PassShape("bars", columns, ("TimeBucket",), 500))
        for first, last, times in ((0, 1, [midnight + 499, midnight + 500]), (1, 1, [midnight + 501])):
            rows = pa.table({"TimeBucket": pa.array(times, pa.timestamp("ns"))})
            with output.held() as held, held.writing(day(first), day(last)) as under_way:
                under_way.append(rows.schema, rows.to_batches())
    with duckdb.connect(str(tmp_path / "us.duckdb")) as connection:
        assert connection.execute("SELECT epoch_ns(TimeBucket) FROM bars ORDER BY 1").fetchall() == [
            (midnight + 499,),
            (midnight + 501,),
        ]
    with sqlite3.connect(tmp_path / "us.db") as connection:
        found = connection.execute("SELECT TimeBucket FROM bars ORDER BY 1").fetchall()
    assert found == [("2025-03-04 00:00:00.000000499",), ("2025-03-04 00:00:00.000000501",)]


def test_a_schema_of_postgres_is_made(server: Server) -> None:
    write({"type": "sql", "url": server.url, "table": "{datasetname}.{pass}"}, 0, 0, bars(0, 0, 1))
    with server.connect() as connection:
        assert connection.execute("SELECT count(*) FROM us.bars").fetchall() == [(40,)]
        assert connection.execute("SELECT count(*) FROM us.basalt_runs").fetchall() == [(1,)]
        connection.execute("DROP SCHEMA us CASCADE")


@pytest.mark.parametrize(
    ("settings", "pass_shape", "words"),
    [
        ({"mode": "append"}, shape(offset=None), "needs rows with a TimeBucket"),
        ({"mode": "upsert"}, PassShape("bars", shape().columns, (), MINUTE), "needs keys"),
        ({}, PassShape("bars", (Column(name="x", type="INTEGER[]"),), (), None), "cannot hold"),
        ({"table": "a.b"}, shape(), "SQLite has no schemas"),
    ],
)
def test_what_does_not_fit_is_refused(settings: dict[str, str], pass_shape: PassShape, words: str) -> None:
    with pytest.raises(BindingError, match=words):
        open_output({"type": "sql", "url": "sqlite:///x.db", **settings}, pass_shape)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nothing+such://host/db", "SQLAlchemy has no dialect for nothing"),
        ("firebird://host/db", "SQLAlchemy has no dialect for firebird"),
    ],
)
def test_a_database_that_nobody_knows_is_refused_before_anything_runs(url: str, words: str) -> None:
    with pytest.raises(OutputError, match=words):
        open_output({"type": "sql", "url": url})


def test_a_driver_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymysql", None)
    with pytest.raises(MissingPackageError, match="needs pymysql, which is not installed"):
        open_output({"type": "sql", "url": "mysql+pymysql://host/db"}).records()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'basalt\[sqlalchemy\]'"):
        open_output({"type": "sql", "url": "sqlite+pysqlite:///x.db"})


def test_a_duckdb_url_is_a_duckdb_file(tmp_path: Path) -> None:
    write({"type": "sql", "url": f"duckdb:///{tmp_path}/us.duckdb"}, 0, 0, bars(0, 0, 1))
    assert KINDS["duckdb"].rows(tmp_path) == in_order(bars(0, 0, 1))


@pytest.mark.parametrize("kinds", [("sqlite", "sqlite, sqlalchemy"), ("postgres", "postgres, sqlalchemy")])
def test_two_ways_to_one_table_are_one_output(
    tmp_path: Path, request: pytest.FixtureRequest, kinds: tuple[str, str]
) -> None:
    one, other = (Place(kind, tmp_path, lambda: request.getfixturevalue("server")) for kind in kinds)
    write(one.target(), 0, 1, bars(0, 1, 1), 1)
    write(other.target(), 1, 1, bars(1, 1, 2), 2)
    assert one.rows() == in_order(of_days(bars(0, 1, 1), 0) + bars(1, 1, 2))
    assert [each.run for each in open_output(one.target()).records()] == ["run 1", "run 2"]
    with open_output(one.target()).held(), pytest.raises(OutputBusyError), open_output(other.target()).held():
        pass
