from __future__ import annotations

from pathlib import Path

import duckdb
from command_line import FIVE_MINUTES, MINUTES, TABLES, Command, write_pipeline


def test_publishes_and_says_what_each_pass_is(command: Command, folder: Path) -> None:
    analytics = {**FIVE_MINUTES["generic_analytics"], "talib_indicators": [{"name": "SMA", "timeperiod": 2}]}
    write_pipeline({"TABLES": TABLES, "PASSES": [MINUTES, {**FIVE_MINUTES, "generic_analytics": analytics}]})
    done = command("publish", "pipeline.yaml", "--to", "bi/market.duckdb", "--start-date", "2025-03-04")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "pass          is a   because",
        "minutes       view   -",
        "five_minutes  table  its indicators are not computed in SQL alone",
    ]
    with duckdb.connect(str(folder / "bi/market.duckdb"), read_only=True) as connection:
        assert connection.sql("SELECT TradeTotalVolume FROM minutes").fetchall() == [(7.0,)]
        assert connection.sql("SELECT TradeTotalVolume, SMA_2 FROM five_minutes").fetchall() == [(7.0, 13.5)]


def test_refuses_what_is_no_file(command: Command) -> None:
    done = command("publish", "pipeline.yaml", "--to", "mysql://localhost/market")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error BAS104: --to\n  mysql is not what a pipeline can be published to\n"
        "  name a DuckDB file, such as market.duckdb\n"
    )
