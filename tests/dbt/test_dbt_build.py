"""dbt itself builds a project and runs its tests; ``make test-dbt`` installs it apart, since it brings much along."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest
from dbt_pipeline import write, write_files
from oracles.results import by_key, rows_of

import basalt

DBT = Path(os.environ.get("BASALT_DBT", "dbt is not there"))

pytestmark = pytest.mark.skipif(not DBT.exists(), reason="BASALT_DBT does not say where dbt is; make test-dbt does")


def test_dbt_builds_what_a_run_gives(tmp_path: Path) -> None:
    config = write(tmp_path)
    write_files(basalt.dbt_project(config), tmp_path / "project")
    command = [str(DBT), "build", "--profiles-dir", ".", "--no-send-anonymous-usage-stats", "--no-use-colors"]
    done = subprocess.run(command, cwd=tmp_path / "project", check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "PASS=7 WARN=0 ERROR=0" in done.stdout, done.stdout  # three models, two tests of the grain, two of nulls
    database = tmp_path / "project/basalt_2_markets.duckdb"
    with duckdb.connect(str(database), read_only=True) as built, basalt.run(config) as result:
        for name, each in result.compiled.passes.items():
            compared = [rows_of(rows.to_arrow_table()) for rows in (built.sql(f"FROM {name}"), result[name].relation)]
            assert by_key(compared[0], each.keys) == by_key(compared[1], each.keys) != {}
        query = "SELECT comment FROM duckdb_columns() WHERE table_name = 'quarters' AND column_name = 'Close'"
        told = "Last trade price by time and sequence (Total) [price]; null when no trade has a price"
        assert built.sql(query).fetchall() == [(told,)]
