"""The files of a dbt project, read as dbt reads them: YAML and Jinja, with its two functions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import jinja2
import pytest
import yaml
from dbt_pipeline import FILTER, write
from oracles.results import by_key, rows_of

import basalt
from basalt.errors import IncompleteSqlError

Files = dict[str, str]


@pytest.fixture
def config(tmp_path: Path) -> dict[str, Any]:
    return write(tmp_path)


@pytest.fixture
def files(config: dict[str, Any]) -> Files:
    return basalt.dbt_project(config)


def rendered(text: str, **functions: Any) -> str:  # noqa: ANN401 - whatever a template calls
    return jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False).from_string(text).render(**functions)  # noqa: S701 - SQL


def test_models_run_in_the_order_of_their_references(config: dict[str, Any], files: Files) -> None:
    sources = yaml.safe_load(files["models/sources.yml"])["sources"][0]
    locations = {
        each["name"]: rendered(each["config"]["meta"]["external_location"]).format(**each) for each in sources["tables"]
    }
    models = {Path(name).stem: text for name, text in files.items() if name.startswith("models/") and ".sql" in name}
    with duckdb.connect() as connection:
        done: set[str] = set()

        def source(group: str, name: str) -> str:
            assert group == sources["name"]
            return locations[name]

        def ref(name: str) -> str:
            if name not in done:
                connection.execute(f"CREATE VIEW {name} AS {rendered(models[name], source=source, ref=ref)}")
                done.add(name)
            return name

        for name in reversed(models):
            ref(name)
        with basalt.run(config) as result:
            for name, each in result.compiled.passes.items():
                found, wanted = connection.sql(f"FROM {name}"), result[name].relation
                assert found.columns == wanted.columns
                compared = [by_key(rows_of(rows.to_arrow_table()), each.keys) for rows in (found, wanted)]
                assert compared[0] == compared[1] != {}
                offenders = connection.sql(rendered(files[f"tests/{name}_has_one_row_per_key.sql"], ref=ref)).fetchall()
                assert offenders == []
        assert FILTER in rendered(models["minutes__states"], source=source, ref=ref)


def test_a_test_of_the_grain_finds_keys_with_several_rows(files: Files) -> None:
    query = rendered(files["tests/minutes_has_one_row_per_key.sql"], ref=lambda name: name)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE minutes AS FROM (VALUES (1, 2), (1, 2), (1, 3)) rows(ListingId, TimeBucket)")
        assert connection.sql(query).fetchall() == [(1, 2)]


def test_models_and_columns_say_what_they_are(config: dict[str, Any], files: Files) -> None:
    models = {each["name"]: each for each in yaml.safe_load(files["models/schema.yml"])["models"]}
    assert list(models) == ["minutes__states", "minutes", "quarters"]
    compiled = basalt.compile(config, complete=True)
    for name, each in compiled.passes.items():
        told = {column["name"]: column for column in models[name]["columns"]}
        assert list(told) == [column.name for column in each.columns]
        for column in each.columns:
            assert told[column.name]["data_type"] == column.type
            assert told[column.name]["config"]["meta"].get("unit", "") == column.unit
            assert rendered(told[column.name]["description"]).startswith(column.title)
    assert {name for name, told in models.items() for each in told.get("columns", ()) if "data_tests" in each} == {
        "minutes",
        "quarters",
    }


def test_project_and_profile_name_each_other(files: Files) -> None:
    project, profiles = yaml.safe_load(files["dbt_project.yml"]), yaml.safe_load(files["profiles.yml"])
    assert project["name"] == project["profile"] == "basalt_2_markets"
    assert profiles["basalt_2_markets"]["outputs"]["dev"] == {"type": "duckdb", "path": "basalt_2_markets.duckdb"}
    assert project["models"]["basalt_2_markets"]["+persist_docs"] == {"relation": True, "columns": True}


def test_databases_are_attached_and_named(tmp_path: Path, config: dict[str, Any]) -> None:
    path = str(tmp_path / "vendor.duckdb")
    with duckdb.connect(path) as connection:
        connection.execute(f"CREATE TABLE trades AS FROM '{config['TABLES']['trades']['path']}'")
    config["TABLES"]["trades"] = {"database": path, "table": "main.trades"}
    files = basalt.dbt_project(config)
    (output,) = (each["outputs"]["dev"] for each in yaml.safe_load(files["profiles.yml"]).values())
    assert output["attach"] == [{"path": path, "alias": "vendor", "read_only": True}]
    (group,) = yaml.safe_load(files["models/sources.yml"])["sources"]
    assert group["tables"][0]["config"]["meta"]["external_location"] == "(FROM vendor.main.trades)"


@pytest.mark.parametrize(
    ("form", "indicator", "said"),
    [
        ("arrow", "SMA", "a run adds them to what the SQL yields"),
        ("udf", "SMA", "pass quarters calls talib_sma, which dbt does not have"),
        ("auto", "KAMA", "pass quarters calls talib_kama, which dbt does not have"),
    ],
)
def test_what_sql_alone_does_not_yield_is_refused(config: dict[str, Any], form: str, indicator: str, said: str) -> None:
    asked = {"name": indicator, "input_col": "Close", "timeperiod": 2}
    config["PASSES"][1]["generic_analytics"] |= {"indicators": form, "talib_indicators": [asked]}
    with pytest.raises(IncompleteSqlError, match=said):
        basalt.dbt_project(config)
