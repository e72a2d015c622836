"""Shows how a run gets on, on standard error: a bar per pass on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import typer
from rich.console import Console
from rich.progress import Progress, ProgressColumn, Task, TaskID, TextColumn, TimeElapsedColumn
from rich.progress_bar import ProgressBar
from rich.text import Text

from basalt.cli.json_lines import JsonLines
from basalt.cli.wording import place_text, rows_text, seconds_text
from basalt.configuration.days import Days
from basalt.engine.observing import Observer, PassReport

Share = Callable[[], float | None]
"""Tells how much of the running query is done, from 0 to 1, or None where that is not known; safe in any thread."""

_REDRAWN_EVERY = 0.1
"""Seconds between two pictures of the bars."""


def unknown() -> float | None:
    """Tell nothing about a query."""
    return None


@contextmanager
def shown_progress(*, as_json: bool = False) -> Iterator[Observer]:
    """Yield an observer that shows a run's progress while the block runs, ``as_json`` in lines for programs."""
    if as_json:
        yield JsonLines()
        return
    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    if not console.is_terminal:
        yield ProgressLines()
        return
    rows = TextColumn("{task.fields[rows]}", markup=False)
    times = (TimeElapsedColumn(), TimeLeftColumn())
    columns = (TextColumn("{task.description}", markup=False), ShareColumn(), rows, *times)
    with Progress(*columns, console=console, auto_refresh=False) as progress, _redrawn(progress):
        yield PassBars(progress)


@contextmanager
def _redrawn(progress: Progress) -> Iterator[None]:
    """Draw bars again and again; the thread that does it has ended when the block has, and holds on to nothing."""
    done = Event()

    def draw() -> None:
        while not done.wait(_REDRAWN_EVERY):
            progress.refresh()

    thread = Thread(target=draw, name="basalt progress", daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


class ProgressLines:
    """Tells of each batch and each pass when it starts and when it is done."""

    def batch_started(self, days: Days, number: int, total: int) -> None:
        """Tell that a batch begins."""
        typer.echo(f"{days} ({number + 1} of {total})", err=True)

    def batch_finished(self, days: Days, status: str, error: str | None) -> None:
        """Tell what became of a batch."""
        typer.echo(f"{days}: {status}" + (f": {error}" if error else ""), err=True)

    def started(self, name: str, share: Share = unknown) -> None:  # noqa: ARG002 - lines do not move
        """Tell that a pass begins to be computed."""
        typer.echo(f"{name}: started", err=True)

    def finished(self, report: PassReport) -> None:
        """Tell what a pass gave, and where it landed."""
        landed = "".join(f", {place_text(each)}" for each in report.places)
        typer.echo(f"{report.name}: {rows_text(report.rows)} rows in {seconds_text(report.seconds)}{landed}", err=True)


class PassBars:
    """A bar for each pass that has begun.

    A pass begins before the passes it reads: the query that runs is that of the pass begun last and not done, and
    its bar alone moves. A bar whose share is not known swings.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._running: dict[str, TaskID] = {}
        self._latest = ""  # read by the thread that draws, while _running changes
        self._batches: TaskID | None = None

    def batch_started(self, days: Days, number: int, total: int) -> None:
        """Show how many batches are done; the bars of the batch before make room."""
        if self._batches is None:
            self._batches = self._progress.add_task("", total=total, share=unknown, rows="")
        for task in self._progress.task_ids:
            if task != self._batches:
                self._progress.remove_task(task)
        self._running.clear()
        self._progress.update(self._batches, description=str(days), completed=number, rows=f"{number} of {total}")

    def batch_finished(self, days: Days, status: str, error: str | None) -> None:
        """Count a batch; say above the bars when it failed."""
        if error is not None:
            self._progress.console.print(f"{days}: {status}: {error}")
        if self._batches is not None:
            self._progress.advance(self._batches)

    def started(self, name: str, share: Share = unknown) -> None:
        """Show a bar for a pass."""

        def own_share() -> float | None:
            return share() if name == self._latest else None

        self._latest = name
        self._running[name] = self._progress.add_task(name, total=None, share=own_share, rows="")

    def finished(self, report: PassReport) -> None:
        """Fill the bar of a pass."""
        task = self._running.pop(report.name)
        self._latest = next(reversed(self._running), "")
        self._progress.update(task, total=1, completed=1, rows=f"{rows_text(report.rows)} rows")


class ShareColumn(ProgressColumn):
    """The bar of a pass, drawn in another thread than the run's."""

    def render(self, task: Task) -> ProgressBar:
        """Return the bar as it stands now."""
        share = task.percentage / 100 if task.total not in (None, 1) else task.fields["share"]()
        share = 1.0 if task.finished else share
        return ProgressBar(total=1, completed=share or 0, width=40, pulse=share is None, animation_time=task.get_time())


class TimeLeftColumn(ProgressColumn):
    """The time that the batches not yet done may take, judged by those that are."""

    def render(self, task: Task) -> Text:
        """Return the time left as text, empty where nothing tells."""
        if task.total in (None, 1) or not task.completed or task.elapsed is None or task.finished:
            return Text("")
        left = task.elapsed / task.completed * ((task.total or 0) - task.completed)
        return Text(f"{timedelta(seconds=round(left))} left")
