"""MEMORY_LIMIT, THREADS and TEMP_DIR reach DuckDB, and what it refuses is told by its field."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from daily_market import pipeline, write_source

import basalt
from basalt.configuration import AnalyticsConfig
from basalt.engine.connections import limit
from basalt.errors import BasaltError, ConfigurationError

_SETTINGS = "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('temp_directory')"


def unwritten(folder: Path, **settings: object) -> dict[str, object]:
    return pipeline(folder, OUTPUT_TARGET=None, **settings)


def test_a_run_keeps_to_its_limits(tmp_path: Path) -> None:
    write_source(tmp_path)
    limits = {"MEMORY_LIMIT": "300MiB", "THREADS": 1, "TEMP_DIR": tmp_path / "aside"}
    with basalt.run(unwritten(tmp_path, **limits)) as result:
        assert result.connection.execute(_SETTINGS).fetchall() == [("300.0 MiB", 1, str(tmp_path / "aside"))]


def test_a_connection_that_is_given_keeps_to_them_as_well(tmp_path: Path) -> None:
    write_source(tmp_path)
    with duckdb.connect() as connection:
        basalt.run(unwritten(tmp_path, THREADS=1), connection=connection)
        assert connection.execute("SELECT current_setting('threads')").fetchall() == [(1,)]


def test_what_is_no_size_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"MEMORY_LIMIT.*4GB"):
        basalt.run({"PASSES": [], "MEMORY_LIMIT": "much"})


def test_what_does_not_fit_into_memory_goes_to_the_folder(tmp_path: Path) -> None:
    config = AnalyticsConfig.model_validate(
        {**unwritten(tmp_path), "MEMORY_LIMIT": "60MB", "THREADS": 1, "TEMP_DIR": tmp_path / "aside"}
    )
    with duckdb.connect() as connection:
        limit(connection, config)
        connection.execute("CREATE TABLE big AS SELECT i, md5(i::VARCHAR) AS x FROM range(2500000) t(i)")
        assert connection.execute("SELECT count(DISTINCT x) FROM big").fetchall() == [(2_500_000,)]
        assert any((tmp_path / "aside").iterdir())


def test_memory_that_is_too_small_is_a_clear_error(tmp_path: Path) -> None:
    write_source(tmp_path)
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(BasaltError, match="Out of Memory"):
        basalt.run(unwritten(tmp_path, MEMORY_LIMIT="1MB", THREADS=1, TEMP_DIR=tmp_path / "file"))["bars"].arrow()
