"""The schema lock notices every change of names, types and units, and of nothing else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from checked import bars

import basalt
from basalt.errors import OutputError, SchemaLockError
from basalt.quality.lock import LockedColumn, SchemaLock

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ['"', "{x}", "a\nb", "é", "'; DROP TABLE x; --", "x" * 10_000]


def pipeline(folder: Path, mode: str = "raise", table: pa.Table | None = None, name: str = "held") -> dict[str, Any]:
    """A pass that hands bars on, under a lock."""
    vendor = bars(Close=[1.0], Venue=["a"]) if table is None else table
    return {
        "TABLES": {"vendor": vendor},
        "SCHEMA_LOCK": {"path": str(folder / "basalt.lock.json"), "mode": mode},
        "PASSES": [{"name": name, "modules": "generic", "generic_analytics": {"source_pass": "vendor"}}],
    }


def differences(config: dict[str, Any]) -> list[tuple[str, str]]:
    """Return place and message of each difference by which a run is refused."""
    with pytest.raises(SchemaLockError) as caught:
        basalt.run(config)
    assert all("--set SCHEMA_LOCK.mode=update" in problem.suggestion for problem in caught.value.problems)
    return [(problem.place, problem.message) for problem in caught.value.problems]


def test_what_is_written_is_held(tmp_path: Path) -> None:
    basalt.run(pipeline(tmp_path, "update")).close()
    text = (tmp_path / "basalt.lock.json").read_text()
    assert (
        json.loads(text)
        == {
            "version": 1,
            "passes": {
                "held": [
                    {"name": "ListingId", "type": "BIGINT", "unit": ""},
                    {"name": "TimeBucket", "type": "TIMESTAMP", "unit": "UTC"},
                    {"name": "Close", "type": "DOUBLE", "unit": "price"},
                    {"name": "Venue", "type": "VARCHAR", "unit": ""},
                ]
            },
        }
        or text
    )
    with basalt.run(pipeline(tmp_path)) as result:
        assert result.warnings == ()
    assert (tmp_path / "basalt.lock.json").read_text() == text


CHANGED = {
    "another type": (bars(Close=[1], Venue=["a"]), ["the type of column 'Close' was DOUBLE, it is BIGINT"]),
    "a column less": (bars(Close=[1.0]), ["column 'Venue' is no longer there"]),
    "a column more": (bars(Close=[1.0], Venue=["a"], Venues=["b"]), ["column 'Venues' is new"]),
    "another name": (
        bars(Close=[1.0], Venues=["a"]),
        ["column 'Venue' is no longer there", "column 'Venues' is new"],
    ),
    "another order": (
        bars(Venue=["a"], Close=[1.0]),
        ["the columns are in another order: ListingId, TimeBucket, Venue, Close"],
    ),
}


@pytest.mark.parametrize("case", CHANGED)
def test_every_change_is_told(tmp_path: Path, case: str) -> None:
    basalt.run(pipeline(tmp_path, "update")).close()
    held = (tmp_path / "basalt.lock.json").read_bytes()
    table, expected = CHANGED[case]
    told = [("pass held", f"{message}, by basalt.lock.json") for message in expected]
    assert differences(pipeline(tmp_path, table=table)) == told
    with basalt.run(pipeline(tmp_path, "warn", table)) as result:
        assert [text.split(" (")[0] for text in result.warnings] == [
            f"schema lock: pass held: {message}, by basalt.lock.json" for message in expected
        ]
    with basalt.run(pipeline(tmp_path, "off", table)) as result:
        assert result.warnings == ()
    assert (tmp_path / "basalt.lock.json").read_bytes() == held
    basalt.run(pipeline(tmp_path, "update", table)).close()
    basalt.run(pipeline(tmp_path, table=table)).close()


def test_passes_that_come_and_go_are_told(tmp_path: Path) -> None:
    basalt.run(pipeline(tmp_path, "update")).close()
    assert differences(pipeline(tmp_path, name="helt")) == [
        ("pass helt", "the pass is not in the lock, by basalt.lock.json"),
        ("pass held", "the pass is no longer there, by basalt.lock.json"),
    ]


def test_no_lock_yet_is_a_difference(tmp_path: Path) -> None:
    place = str(tmp_path / "basalt.lock.json")
    assert differences(pipeline(tmp_path)) == [(place, "there is no schema lock")]
    with basalt.run(pipeline(tmp_path, "warn")) as result:
        assert len(result.warnings) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "5",
        '{"version": 2, "passes": {}}',
        '{"version": 1}',
        '{"version": 1, "passes": {"a": [{}]}}',
        '{"version": 1, "passes": [1]}',
        "\udc80",
    ],
)
def test_what_is_no_lock_is_refused_and_can_be_written_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "basalt.lock.json").write_bytes(text.encode(errors="surrogateescape"))
    for mode in ("raise", "warn"):
        with pytest.raises(SchemaLockError, match=r"not a schema lock|cannot be read"):
            basalt.run(pipeline(tmp_path, mode))
    basalt.run(pipeline(tmp_path, "update")).close()
    basalt.run(pipeline(tmp_path)).close()


def test_a_lock_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "basalt.lock.json").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        basalt.run(pipeline(tmp_path, "update"))


def test_units_are_held() -> None:
    def lock(unit: str) -> SchemaLock:
        return SchemaLock({"minutes": (LockedColumn("Close", "DOUBLE", unit),)})

    (found,) = lock("price").differences(lock("bps"))
    assert found.message == "the unit of column 'Close' was price, it is bps"
    assert lock("").differences(lock("")) == []


def test_any_name_comes_back() -> None:
    lock = SchemaLock({name: (LockedColumn(name, "DOUBLE", name),) for name in NAMES})
    assert SchemaLock.read(lock.text(), "here") == lock


def test_the_lock_stands_beside_the_pipeline(tmp_path: Path) -> None:
    config = {"SCHEMA_LOCK": {}, "PASSES": [{"name": "a", "modules": "trade", "trade_analytics": {}}]}
    (tmp_path / "p.json").write_text(json.dumps(config))
    assert basalt.load(tmp_path / "p.json").SCHEMA_LOCK.path == str(tmp_path / "basalt.lock.json")
