"""What is known of an output is read without holding it, and without a trace."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bars import SCHEMA, bars, day, open_output, table, write
from readers import KINDS
from test_s3 import DATED, DELTA, FOLDER

from basalt.errors import OutputError
from basalt.outputs.written import Written

if TYPE_CHECKING:
    from servers import Server

S3 = {"s3 files": DATED, "s3 folder": FOLDER, "s3 delta": DELTA}


@pytest.fixture(params=[*KINDS, *S3, "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """A target of each kind, with nothing in it."""
    if request.param in S3:
        request.getfixturevalue("store")
        return S3[request.param]
    if request.param == "postgres":
        server: Server = request.getfixturevalue("server")
        return {"type": "sql", "url": server.url}
    return KINDS[request.param].target(tmp_path)


def told(target: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each.days.text, each.run) for each in open_output(target).records()]


def of_run(number: int) -> tuple[str, str]:
    return f"{day(number)}_{day(number)}", f"run {number}"


def contents(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """All files and folders, with times and content."""
    found = {str(path): (path, path.stat()) for path in folder.rglob("*")}
    return {
        name: (stat.st_ino, stat.st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for name, (path, stat) in found.items()
    }


def test_of_nothing_nothing_is_known_or_made(target: dict[str, Any], tmp_path: Path) -> None:
    assert told(target) == []
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_made_on_a_server(server: Server) -> None:
    assert told({"type": "sql", "url": server.url, "table": "us.bars"}) == []
    with server.connect() as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'b%'").fetchall() == [(0,)]
        assert connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'us'").fetchall() == [(0,)]


def test_records_are_read_while_a_run_writes_and_nothing_is_touched(target: dict[str, Any], tmp_path: Path) -> None:
    write(target, 0, 0, bars(0, 0, 0), 0)
    before = contents(tmp_path)
    assert told(target) == [of_run(0)]
    assert contents(tmp_path) == before
    with open_output(target).held() as held:
        with held.writing(day(1), day(1)) as rows:
            rows.record({}, {}, "run 1")
            rows.append(SCHEMA, table(bars(1, 1, 1)).to_batches())
            before = contents(tmp_path)
            assert told(target) == [of_run(0)]
            assert contents(tmp_path) == before
        assert told(target) == [of_run(0), of_run(1)]
    assert told(target) == [of_run(0), of_run(1)]


@pytest.mark.parametrize("kind", ["folder", "folder by venue"])
def test_a_folder_that_a_killed_run_moved_aside_is_known(
    tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = KINDS[kind].target(tmp_path)
    for number in range(2):
        write(target, number, number, bars(number, number, 0), number)

    def end(new: Path, folder: Path, aside: Path) -> None:
        assert new.is_dir()
        folder.rename(aside)
        raise KeyboardInterrupt

    monkeypatch.setattr("basalt.outputs.partitioned.put_in_place", end)
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)  # a killed process removes nothing
    with pytest.raises(KeyboardInterrupt):
        write(target, 1, 1, bars(1, 1, 1), 1)
    assert not (tmp_path / "bars").exists()
    before = contents(tmp_path)
    assert told(target) == [of_run(0)]
    assert contents(tmp_path) == before


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    target = KINDS["file"].target(tmp_path)
    write(target, 0, 0, bars(0, 0, 0), 0)
    (record,) = (tmp_path / "bars" / "_basalt").rglob("*.json")
    record.unlink()
    record.mkdir()
    assert told(target) == []
    record.rmdir()
    record.symlink_to(record)
    with pytest.raises(OutputError, match=f"cannot read {tmp_path}/bars"):
        told(target)


@pytest.mark.parametrize("kind", [*KINDS])
def test_a_day_opens_no_record_of_another_day(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    target = KINDS[kind].target(tmp_path)
    opened: list[str] = []
    read = Written.from_json

    def counted(text: str | bytes) -> Written:
        written = read(text)
        opened.append(written.days.text)
        return written

    for number in range(4):
        write(target, number, number, bars(number, number, 0, 5), number)
    monkeypatch.setattr(Written, "from_json", counted)
    write(target, 4, 4, bars(4, 4, 4, 5), 4)
    write(target, 2, 2, bars(2, 2, 5, 5), 5)
    assert set(opened) <= {of_run(2)[0]}
    monkeypatch.undo()
    assert told(target) == [of_run(0), of_run(1), (of_run(2)[0], "run 5"), of_run(3), of_run(4)]
