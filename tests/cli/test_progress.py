from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from basalt.cli.progress import PassBars, ProgressLines, ShareColumn
from basalt.configuration.days import Days
from basalt.engine.observing import PassReport


@pytest.fixture
def progress() -> Progress:
    return Progress(ShareColumn(), auto_refresh=False, console=Console(file=io.StringIO()))


def bars(progress: Progress) -> list[float | None]:
    """Return how much of each bar is filled, None for one that swings."""
    drawn = [ShareColumn().render(task) for task in progress.tasks]
    return [None if bar.pulse else bar.completed for bar in drawn]


def test_a_bar_follows_its_query(progress: Progress) -> None:
    shares = [0.25, 0.75]
    PassBars(progress).started("minutes", lambda: shares.pop(0))
    assert bars(progress) == [0.25]
    assert bars(progress) == [0.75]


def test_a_bar_swings_while_nothing_is_known(progress: Progress) -> None:
    PassBars(progress).started("minutes")
    assert bars(progress) == [None]


def test_only_the_bar_of_the_pass_begun_last_moves(progress: Progress) -> None:
    observer = PassBars(progress)
    observer.started("five_minutes", lambda: 0.5)
    observer.started("minutes", lambda: 0.5)
    assert bars(progress) == [None, 0.5]
    observer.finished(PassReport("minutes", 1234, 7, 0.1, None))
    assert bars(progress) == [0.5, 1.0]
    assert progress.tasks[1].fields["rows"] == "1,234 rows"
    observer.finished(PassReport("five_minutes", 3, 4, 0.1, Path("five.parquet")))
    assert bars(progress) == [1.0, 1.0]


def test_lines_tell_where_a_pass_landed(capsys: pytest.CaptureFixture[str]) -> None:
    lines = ProgressLines()
    lines.started("minutes", lambda: 0.5)
    lines.finished(PassReport("minutes", 1234, 7, 0.126, None))
    lines.finished(PassReport("minutes", 1234, 7, 0.126, Path("/data/minutes.parquet"), ("/data/minutes.parquet",)))
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "minutes: started",
        "minutes: 1,234 rows in 0.13 s",
        "minutes: 1,234 rows in 0.13 s, /data/minutes.parquet",
    ]


def test_a_bar_counts_the_batches_and_those_of_passes_make_room(progress: Progress) -> None:
    observer = PassBars(progress)
    day = date(2025, 3, 3)
    observer.batch_started(Days(day, day), 0, 4)
    observer.started("minutes", lambda: 0.5)
    assert bars(progress) == [0.0, 0.5]
    observer.batch_finished(Days(day, day), "written", None)
    assert bars(progress)[0] == 0.25
    observer.batch_started(Days(day, None), 1, 4)
    assert bars(progress) == [0.25]
    assert progress.tasks[0].description == "2025-03-03 to the last day"
    assert progress.tasks[0].fields["rows"] == "1 of 4"


def test_lines_tell_of_batches(capsys: pytest.CaptureFixture[str]) -> None:
    lines, days = ProgressLines(), Days(date(2025, 3, 3), date(2025, 3, 4))
    lines.batch_started(days, 1, 3)
    lines.batch_finished(days, "written", None)
    lines.batch_finished(days, "failed", "BAS401 pass minutes: no")
    assert capsys.readouterr().err.splitlines() == [
        "2025-03-03 to 2025-03-04 (2 of 3)",
        "2025-03-03 to 2025-03-04: written",
        "2025-03-03 to 2025-03-04: failed: BAS401 pass minutes: no",
    ]
