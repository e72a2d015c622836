"""Delta tables: what the deltalake package finds in them, by mode."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from bars import SCHEMA, bars, day, in_order, open_output, table, write
from deltalake import DeltaTable, write_deltalake
from readers import KINDS, left_over

from basalt.compiler.columns import Column
from basalt.errors import BindingError, MissingPackageError, OutputBusyError, OutputError, OutputRangeError
from basalt.outputs.delta import HeldDelta
from basalt.outputs.shape import PassShape

ROWS = KINDS["delta"].rows


def target(folder: Path, *by: str, **settings: object) -> dict[str, Any]:
    return {"type": "delta", "path_template": f"{folder}/{{pass}}", "partition_by": list(by), **settings}


@pytest.mark.parametrize("by", [[], ["Date"], ["MIC", "Date"], ["MIC"]], ids=",".join)
def test_replace_replaces_the_days_of_the_run_in_one_commit(tmp_path: Path, by: list[str]) -> None:
    write(target(tmp_path, *by), 0, 3, bars(0, 3, 1), 1)
    for version in (1, 2):
        write(target(tmp_path, *by), 1, 2, bars(1, 2, 2), 2)
        found = DeltaTable(tmp_path / "bars")
        assert found.version() == version
        assert found.metadata().partition_columns == by
        others = [row for row in bars(0, 3, 1) if (row[2] - row[2].resolution).date() in (day(0), day(3))]
        assert ROWS(tmp_path) == in_order(others + bars(1, 2, 2))
    assert [(each.first, each.last, each.run) for each in open_output(target(tmp_path, *by)).records()] == [
        (day(0), day(0), "run 1"),
        (day(1), day(2), "run 2"),
        (day(3), day(3), "run 1"),
    ]
    types = {field.name: str(field.type) for field in found.to_pyarrow_table().schema}
    assert {name: types[name] for name in SCHEMA.names} == {field.name: str(field.type) for field in SCHEMA}
    assert left_over(tmp_path) == []


def test_a_slice_without_rows_empties_its_days(tmp_path: Path) -> None:
    write(target(tmp_path, "Date"), 0, 1, bars(0, 1, 1))
    write(target(tmp_path, "Date"), 0, 1, [])
    assert ROWS(tmp_path) == []


def test_append_adds_once(tmp_path: Path) -> None:
    write_deltalake(tmp_path / "bars", table(bars(0, 0, 9)))
    append = target(tmp_path, mode="append")
    for version in (1, 2):
        write(append, 0, 0, bars(0, 0, version))
        if version == 1:
            assert ROWS(tmp_path) == in_order(bars(0, 0, 9) + bars(0, 0, 1))
        write(append, 1, 2, bars(1, 2, version))
    assert ROWS(tmp_path) == in_order(bars(0, 0, 2) + bars(1, 2, 2))
    with pytest.raises(OutputRangeError, match="appended together"):
        write(append, 2, 3, bars(2, 3, 3))
    assert ROWS(tmp_path) == in_order(bars(0, 0, 2) + bars(1, 2, 2))


def test_overwrite_leaves_the_last_run_alone(tmp_path: Path) -> None:
    write(target(tmp_path, mode="overwrite"), 0, 1, bars(0, 1, 1), 1)
    write(target(tmp_path, mode="overwrite"), 3, 3, bars(3, 3, 2), 2)
    assert ROWS(tmp_path) == in_order(bars(3, 3, 2))


def test_other_columns_are_refused_unless_allowed(tmp_path: Path) -> None:
    write(target(tmp_path), 0, 1, bars(0, 1, 1))
    more = PassShape("bars", (*open_output(target(tmp_path)).shape.columns, Column(name="More", type="BIGINT")), (), 0)
    rows = table(bars(1, 1, 2)[:-1])
    rows = rows.append_column("More", [[7] * len(rows)])
    for settings in ({}, {"schema_evolution": True}):
        output = open_output(target(tmp_path, **settings), more)
        with output.held() as held:
            if not settings:
                with pytest.raises(OutputError, match="schema_evolution: true"), held.writing(day(1), day(1)) as way:
                    way.append(rows.schema, rows.to_batches())
                continue
            with held.writing(day(1), day(1)) as way:
                way.append(rows.schema, rows.to_batches())
    found = DeltaTable(tmp_path / "bars").to_pyarrow_table()
    assert found["More"].null_count == found.num_rows - len(rows) > 0


def test_another_writer_of_the_same_rows_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(target(tmp_path), 0, 1, bars(0, 1, 1))
    with open_output(target(tmp_path)).held() as held:
        with pytest.raises(OutputBusyError, match="process"), open_output(target(tmp_path)).held():
            pass
        failed = held.module.exceptions.CommitFailedError("a conflict")

        def fail(*_: object, **__: object) -> None:
            raise failed

        monkeypatch.setattr(held.module, "write_deltalake", fail)
        with pytest.raises(OutputBusyError, match="another program changed"), held.writing(day(0), day(1)) as rows:
            rows.append(SCHEMA, table(bars(0, 1, 2)).to_batches())
    assert ROWS(tmp_path) == in_order(bars(0, 1, 1))


def test_types_that_delta_lacks_are_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(BindingError, match="cannot hold"):
        open_output(target(tmp_path), PassShape("bars", (Column(name="x", type="TIME"),), (), None))


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "deltalake", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'basalt\[delta\]'"):
        write(target(tmp_path), 0, 0, bars(0, 0, 1))
    shutil.rmtree(tmp_path / "bars", ignore_errors=True)
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_ended_between_its_commit_and_its_record_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = target(tmp_path, mode="append")

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(HeldDelta, "_record", end)
        with pytest.raises(KeyboardInterrupt):
            write(append, 0, 1, bars(0, 1, 1), 1)
    assert ROWS(tmp_path) == in_order(bars(0, 1, 1))
    assert open_output(append).records() == [], "nothing is told of days that may have been written or not"
    with open_output(append).held():
        pass
    assert [(each.days.text, each.run) for each in open_output(append).records()] == [(f"{day(0)}_{day(1)}", "run 1")]
    write(append, 0, 1, bars(0, 1, 2), 2)
    assert ROWS(tmp_path) == in_order(bars(0, 1, 2))
    assert left_over(tmp_path) == []
