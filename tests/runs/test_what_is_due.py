"""What is up to date is left alone; everything else is written, and the reason told."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from daily_market import DAYS, landed, pipeline, write_source

import basalt
from basalt.errors import BatchError, ConfigurationError, RunError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a source, whose days have all been written."""
    write_source(tmp_path)
    basalt.run(pipeline(tmp_path, BATCH_FREQ="D")).close()
    return tmp_path


def reasons(config: dict[str, Any], **options: bool) -> dict[tuple[str, str], str | None]:
    """Why each pass of each batch has to be written."""
    batches = basalt.plan(config, **options)
    return {(str(task.days.first), task.pass_name): task.reason for batch in batches for task in batch.tasks}


def due(config: dict[str, Any]) -> set[tuple[str, str]]:
    return {key for key, reason in reasons(config).items() if reason is not None}


def stamps(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in (folder / "out").rglob("*.parquet") if path.is_file()}


def daily(folder: Path, **settings: object) -> dict[str, Any]:
    return pipeline(folder, BATCH_FREQ="D", **settings)


def test_nothing_is_written_twice(folder: Path) -> None:
    before = stamps(folder)
    with basalt.run(daily(folder)) as result:
        assert [each.status for each in result.manifest.batches] == ["up to date"] * len(DAYS)
    assert stamps(folder) == before
    assert len(before) == 2 * len(DAYS)


def test_a_plan_writes_nothing(tmp_path: Path) -> None:
    write_source(tmp_path)
    assert set(reasons(daily(tmp_path)).values()) == {"new"}
    assert not list(tmp_path.rglob("out/**/*.parquet"))


def test_a_new_day_is_new(folder: Path) -> None:
    (folder / "out" / "bars" / f"{DAYS[2]}_{DAYS[2]}.parquet").unlink()
    assert {key: reason for key, reason in reasons(daily(folder)).items() if reason} == {(str(DAYS[2]), "bars"): "new"}


def test_a_changed_file_is_read_again_by_the_days_it_tells_of(folder: Path) -> None:
    write_source(folder, [DAYS[2]], price=20.0)
    found = {key: reason for key, reason in reasons(daily(folder)).items() if reason}
    assert found[str(DAYS[2]), "bars"] == f"changed input: {folder}/trades/{DAYS[2]}.parquet"
    assert {day for day, name in found if name == "bars"} == {str(DAYS[1]), str(DAYS[2])}  # midnight is of both
    assert {day for day, name in found if name == "coarse"} == {str(day) for day in DAYS}  # averages look back
    basalt.run(daily(folder)).close()
    assert due(daily(folder)) == set()
    with basalt.run(pipeline(folder, OUTPUT_TARGET=None)) as result:
        order = [("ListingId", "ascending"), ("TimeBucket", "ascending")]
        assert landed(folder, "bars").equals(result["bars"].arrow().sort_by(order))


def test_a_file_that_is_gone_is_noticed(folder: Path) -> None:
    (folder / "trades" / f"{DAYS[2]}.parquet").unlink()
    assert (str(DAYS[2]), "bars") in due(daily(folder))


def test_a_file_that_was_only_read_is_not(folder: Path) -> None:
    file = folder / "trades" / f"{DAYS[2]}.parquet"
    os.utime(file, ns=(1, file.stat().st_mtime_ns))
    assert due(daily(folder)) == set()


def test_a_changed_configuration_is_told_by_the_passes_it_changes(folder: Path) -> None:
    config = daily(folder)
    config["PASSES"][1]["generic_analytics"]["aggregations"]["High"] = "max"
    found = reasons(config)
    assert {reason for (_, name), reason in found.items() if name == "coarse"} == {"changed configuration"}
    assert {reason for (_, name), reason in found.items() if name == "bars"} == {None}


def test_a_pass_that_is_added_changes_no_other(folder: Path) -> None:
    merged = {"source_pass": "bars", "resample_rule": "1h", "aggregations": {"High": "auto", "TradeTotalVWAP": "auto"}}
    hourly = {"name": "hourly", "modules": "generic", "generic_analytics": merged}
    config = daily(folder)
    config["PASSES"].insert(1, hourly)
    assert {name for _, name in due(config)} == {"hourly"}
    assert {name for _, name in due(bars_only(folder))} == set()


def test_changed_batches_of_the_same_days_are_up_to_date(folder: Path) -> None:
    assert due(pipeline(folder, BATCH_FREQ="M")) == set()
    assert due(pipeline(folder)) == set()


def test_settings_of_a_run_change_nothing(folder: Path) -> None:
    assert due(daily(folder, MEMORY_LIMIT="1GB", THREADS=1)) == set()


def test_a_changed_output_is_written(folder: Path) -> None:
    config = daily(folder)
    config["OUTPUT_TARGET"]["compression"] = "zstd"
    assert set(reasons(config).values()) == {"changed output settings"}


def test_a_changed_engine_writes_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duckdb.__version__", "9.7.1")
    assert all(reason and reason.startswith("changed engine") for reason in reasons(daily(folder)).values())


def test_restating_writes_all(folder: Path) -> None:
    before = stamps(folder)
    assert set(reasons(daily(folder), restate=True).values()) == {"forced"}
    basalt.run(daily(folder), restate=True).close()
    assert all(now != before[path] for path, now in stamps(folder).items())


def test_what_exists_is_skipped_where_that_is_asked_for(folder: Path) -> None:
    write_source(folder, [DAYS[2]], price=20.0)
    (folder / "out" / "bars" / f"{DAYS[1]}_{DAYS[1]}.parquet").unlink()
    assert due(daily(folder, SKIP_EXISTING_OUTPUT=True)) == {(str(DAYS[1]), "bars")}


def test_data_in_memory_is_computed_each_time(tmp_path: Path) -> None:
    write_source(tmp_path)
    config = pipeline(tmp_path)
    config["TABLES"] = {"trades": pq.read_table(tmp_path / "trades")}
    basalt.run(config).close()
    assert set(reasons(config).values()) == {"changed input: table trades"}


def bars_only(folder: Path, **settings: object) -> dict[str, Any]:
    """The pipeline without bars that need the days before."""
    config = daily(folder, **settings)
    return {**config, "PASSES": config["PASSES"][:1]}


def broken(folder: Path) -> None:
    """Make the third day's file one that cannot be read."""
    path = folder / "trades" / f"{DAYS[2]}.parquet"
    content = bytearray(path.read_bytes())
    content[4:2000] = bytes(1996)
    path.write_bytes(bytes(content))


def test_a_batch_that_fails_does_not_lose_the_others(tmp_path: Path) -> None:
    write_source(tmp_path)
    broken(tmp_path)
    with pytest.raises(BatchError) as caught:
        basalt.run(bars_only(tmp_path))
    failed = {problem.place for problem in caught.value.problems}
    assert failed == {f"batch {DAYS[2]}_{DAYS[2]}"}
    written = {path.stem.split("_")[0] for path in (tmp_path / "out" / "bars").glob("*.parquet")}
    assert written == {str(day) for day in DAYS if day != DAYS[2]}
    write_source(tmp_path, [DAYS[2]])
    assert due(bars_only(tmp_path)) == {(str(day), "bars") for day in DAYS[1:3]}  # midnight is of both days


def test_failing_fast_stops_at_the_first(tmp_path: Path) -> None:
    write_source(tmp_path)
    broken(tmp_path)
    with pytest.raises(BatchError):
        basalt.run(bars_only(tmp_path), fail_fast=True)
    written = {path.stem.split("_")[0] for path in (tmp_path / "out" / "bars").glob("*.parquet")}
    assert written == {str(DAYS[0]), str(DAYS[1])}


def test_one_batch_fails_with_its_own_error(tmp_path: Path) -> None:
    write_source(tmp_path)
    broken(tmp_path)
    with pytest.raises(RunError) as caught:
        basalt.run(pipeline(tmp_path))
    assert not isinstance(caught.value, BatchError)


def test_one_file_for_all_batches_is_refused(folder: Path) -> None:
    config = daily(folder, OUTPUT_TARGET={"path_template": f"{folder}/out/{{pass}}.parquet"})
    with pytest.raises(ConfigurationError, match="all batches would be written to"):
        basalt.run(config)


def test_rows_without_time_are_not_put_into_batches(folder: Path) -> None:
    config = daily(folder)
    total = {"source_pass": "bars", "group_by": ["ListingId"], "aggregations": {"TradeTotalVolume": "sum"}}
    config["PASSES"].append({"name": "total", "modules": "generic", "generic_analytics": total})
    with pytest.raises(ConfigurationError, match="without a TimeBucket"):
        basalt.run(config)


def test_a_manifest_tells_of_a_run(folder: Path) -> None:
    write_source(folder, [DAYS[2]], price=20.0)
    with basalt.run(bars_only(folder, RUNS_PATH=folder / "runs")) as result:
        manifest = result.manifest
    (path,) = (folder / "runs").iterdir()
    assert path.read_text() == manifest.to_json()
    assert manifest.status == "done"
    statuses = {str(each.batch.days): each.status for each in manifest.batches}
    assert statuses[str(DAYS[2])] == "written"
    assert statuses[str(DAYS[0])] == "up to date"
    (bars,) = (each for each in manifest.batches[2].told()["outputs"] if each["place"].count("bars"))
    assert bars["rows"] == landed_rows(folder, DAYS[2])


def landed_rows(folder: Path, day: object) -> int:
    rows: int = pq.read_metadata(folder / "out" / "bars" / f"{day}_{day}.parquet").num_rows
    return rows
