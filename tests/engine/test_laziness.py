"""A pass runs when it is read or has to be written, and then once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tape_examples import Config, Heard, days_pass, reference, sorted_rows, tape, trade_pass

import basalt
from basalt.errors import RunError, UnknownPassError

SLOW_TO_IMPORT = {"talib", "pandas", "polars"}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file of trades."""
    pq.write_table(tape(), tmp_path / "trades.parquet")
    return tmp_path / "trades.parquet"


def diamond(source: Path) -> Config:
    """One pass that two others read, and one more that reads the trades."""
    return {
        "TABLES": {"trades": str(source), "reference": reference()},
        "PASSES": [
            days_pass(name="days"),
            days_pass(name="instruments", group_by=("InstrumentId", "TimeBucket")),
            trade_pass("bars"),
            trade_pass("other", "Count"),
        ],
    }


def chain(source: Path) -> Config:
    """A pass that one other reads."""
    return {"TABLES": {"trades": str(source)}, "PASSES": [trade_pass("bars"), days_pass(name="days")]}


def test_a_run_without_indicators_imports_no_library_of_indicators(source: Path, tmp_path: Path) -> None:
    output = {"path_template": str(tmp_path / "{pass}.parquet")}
    pipeline = {"TABLES": {"trades": str(source)}, "PASSES": [trade_pass("bars")], "OUTPUT_TARGET": output}
    program = f"import sys, basalt; basalt.run({pipeline!r}).close(); print({SLOW_TO_IMPORT!r} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
    assert (tmp_path / "bars.parquet").exists()


def test_nothing_runs_before_it_is_read(source: Path) -> None:
    heard = Heard()
    with basalt.run(diamond(source), observer=heard) as result:
        assert set(result) == {"bars", "days", "instruments", "other"}
        assert list(result).index("bars") < min(list(result).index(name) for name in ("days", "instruments"))
        assert result["days"].columns[0].name == "ListingId"
        assert "GROUP BY" in result["days"].sql
        assert heard.started_passes == []
        assert result.reports == ()


def test_a_pass_that_nobody_reads_is_not_run(source: Path) -> None:
    heard = Heard()
    with basalt.run(diamond(source), observer=heard) as result:
        assert result["other"].arrow().num_rows > 0
    assert heard.started_passes == heard.finished_passes == ["other"]


def test_a_run_without_its_source_fails_only_where_it_is_needed(source: Path) -> None:
    with basalt.run(chain(source)) as result:
        source.unlink()
        with pytest.raises(RunError, match=r"pass (bars|days).*trades\.parquet"):
            result["days"].arrow()
        with pytest.raises(RunError, match=r"pass bars.*trades\.parquet"):
            result["bars"].arrow()


def test_a_pass_that_failed_can_be_read_when_its_source_is_back(source: Path) -> None:
    content = source.read_bytes()
    with basalt.run(chain(source)) as result:
        source.unlink()
        with pytest.raises(RunError):
            result["days"].arrow()
        source.write_bytes(content)
        assert result["days"].arrow().num_rows == 10


def test_a_pass_that_was_read_is_not_computed_again(source: Path) -> None:
    heard = Heard()
    with basalt.run(chain(source), observer=heard) as result:
        first = result["bars"].arrow()
        source.unlink()
        assert result["bars"].arrow().equals(first)
        assert sorted_rows(result["bars"].relation.to_arrow_table()) == sorted_rows(first)
    assert heard.started_passes == heard.finished_passes == ["bars"]


def test_a_pass_that_was_read_is_not_computed_again_for_those_that_read_it(source: Path) -> None:
    with basalt.run(chain(source)) as whole:
        expected = sorted_rows(whole["days"].arrow())
    with basalt.run(chain(source)) as result:
        result["bars"].arrow()
        source.unlink()
        assert sorted_rows(result["days"].arrow()) == expected


def test_a_pass_with_two_readers_is_computed_once_for_both(source: Path) -> None:
    heard = Heard()
    with basalt.run(diamond(source), observer=heard) as result:
        result["days"].arrow()
        source.unlink()
        assert result["instruments"].arrow().num_rows > 0
        assert result["bars"].arrow().num_rows > 0
        assert sorted(report.name for report in result.reports) == ["bars", "days", "instruments"]
    assert sorted(heard.finished_passes) == ["bars", "days", "instruments"]


def test_every_pass_is_told_of_once_whatever_is_read_and_how_often(source: Path) -> None:
    heard = Heard()
    with basalt.run(diamond(source), observer=heard) as result:
        for name in [*result, *reversed(list(result))]:
            result[name].arrow()
        rows = {report.name: report.rows for report in result.reports}
        assert rows == {name: each.arrow().num_rows for name, each in result.items()}
    assert sorted(heard.started_passes) == sorted(heard.finished_passes) == ["bars", "days", "instruments", "other"]


def test_a_pass_that_is_written_is_run_and_what_it_does_not_need_is_not(source: Path, tmp_path: Path) -> None:
    config = diamond(source)
    config["PASSES"][0]["output"] = {"path_template": f"{tmp_path}/out/{{pass}}.parquet"}
    heard = Heard()
    with basalt.run(config, observer=heard) as result:
        assert result.outputs == {"days": tmp_path / "out" / "days.parquet"}
        assert set(heard.finished_passes) <= {"bars", "days"}
        assert "days" in heard.finished_passes
    assert [path.name for path in (tmp_path / "out").glob("[!_]*")] == ["days.parquet"]


def test_a_pass_that_was_written_is_read_from_its_file(source: Path, tmp_path: Path) -> None:
    config = chain(source) | {"OUTPUT_TARGET": {"path_template": f"{tmp_path}/{{pass}}.parquet"}}
    with basalt.run(config) as result:
        source.unlink()
        for name in ("bars", "days"):
            assert sorted_rows(result[name].arrow()) == sorted_rows(pq.read_table(tmp_path / f"{name}.parquet"))


def test_frames_of_every_kind_hold_the_same(source: Path) -> None:
    with basalt.run(chain(source)) as result:
        days = result["days"]
        expected = days.relation.fetchall()
        assert len(expected) == 10
        assert [tuple(row) for row in days.pl().rows()] == expected
        assert list(days.df().itertuples(index=False, name=None)) == expected


def test_a_pass_that_is_not_there_is_named_with_the_nearest(source: Path) -> None:
    with basalt.run(chain(source)) as result, pytest.raises(UnknownPassError, match="did you mean 'days'"):
        result["dais"]
