"""Writes outputs in processes that are killed at random moments, and looks at what is left.

Called with a folder, the number of trials, and the kinds of outputs. Each trial writes other rows for some days of an
output in a process that is killed, by SIGKILL: every second time before a step that opens, renames, links or removes a
file, and otherwise after a time. What is then read must be all of the old rows or all of the new ones. After that the
rows are written by a process that is left alone, and nothing else may be there. Every look and every run has a process
of its own.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bars import Row, bars, day, in_order, open_output, put, write
from readers import KINDS, Kind, left_over

if TYPE_CHECKING:
    from collections.abc import Callable


def in_process(work: Callable[[], int], kill_after: float | None = None) -> int:
    """Do something in a process of its own, and return what it returned, or the negative signal that ended it."""
    child = os.fork()
    if child == 0:
        try:
            code = work()
        except BaseException:  # noqa: BLE001 - whatever it was, the process ends
            traceback.print_exc()
            code = 99
        sys.stderr.flush()
        os._exit(code)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def steps_counted(work: Callable[[], object], stop: int | None = None) -> int:
    """Return how often something opens, renames, links or removes a file; it is killed at number ``stop``."""
    count = 0

    def counted(event: str, _: object) -> None:
        nonlocal count
        if event == "open" or event.startswith(("os.", "shutil.", "ctypes.")):
            count += 1
            if count == stop:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(counted)
    work()
    return count


def expected(version: int) -> list[Row]:
    """The rows after the days 1 to 2 were written in a version, the others in the first one."""
    return in_order(bars(0, 0, 0) + bars(1, 2, version) + bars(3, 3, 0))


def run(kind: Kind, folder: Path, version: int) -> Callable[[], None]:
    """Return what writes the days 1 to 2, and nothing else."""
    output, rows = open_output(kind.target(folder)), bars(1, 2, version)

    def written() -> None:
        with output.held() as held:
            put(held, day(1), day(2), rows, version)

    return written


def begun(kind: Kind, folder: Path) -> int:
    """Write all days for the first time."""
    for first, last in ((0, 0), (1, 2), (3, 3)):
        write(kind.target(folder), first, last, bars(first, last, 0))
    return 0


def killed_by_count(kind: Kind, folder: Path, version: int, stop: int) -> int:
    """Write the days, and end before that."""
    steps_counted(run(kind, folder, version), stop)
    return 0


def killed_by_time(kind: Kind, folder: Path, version: int) -> int:
    """Write the days, until somebody ends it."""
    run(kind, folder, version)()
    return 0


def aftermath(kind: Kind, folder: Path, version: int) -> int:
    """Look at what a killed run left, and write the days again; return whether the rows were new before that."""
    found = kind.rows(folder)
    assert found in (expected(version - 1), expected(version)), "neither the old rows nor the new ones are there"
    told = [each for each in open_output(kind.target(folder)).records() if each.days.has(day(1))]
    assert all(found == expected(int(each.run.split()[1])) for each in told), "rows that are not there are told of"
    run(kind, folder, version)()
    assert kind.rows(folder) == expected(version), "the run after the killed one"
    told = [(each.first, each.last, each.run) for each in open_output(kind.target(folder)).records()]
    assert told == [(day(0), day(0), "run 0"), (day(1), day(2), f"run {version}"), (day(3), day(3), "run 0")]
    assert left_over(folder) == []
    return int(found == expected(version))


def measured(kind: Kind, folder: Path) -> tuple[int, float]:
    """Return how many steps a run takes, and how long it takes in seconds."""
    reading, writing = os.pipe()

    def counting() -> int:
        once, again = run(kind, folder, 0), run(kind, folder, 0)
        started = time.perf_counter()
        once()
        seconds = time.perf_counter() - started
        os.write(writing, f"{steps_counted(again)} {seconds}".encode())
        return 0

    assert in_process(counting) == 0
    count, seconds = os.read(reading, 100).split()
    return int(count), float(seconds)


def killed_over_and_over(name: str, folder: Path, trials: int) -> tuple[int, int]:
    """Run the trials of a kind; return how many processes were killed, and after how many of those rows were new."""
    kind, chance = KINDS[name], random.Random(name)  # noqa: S311 - the same moments every time
    folder.mkdir()
    assert in_process(partial(begun, kind, folder)) == 0
    steps, seconds = measured(kind, folder)
    deaths = landed = 0
    for version in range(1, trials + 1):
        if version % 2:
            ended = in_process(partial(killed_by_count, kind, folder, version, chance.randint(1, steps)))
        else:
            ended = in_process(partial(killed_by_time, kind, folder, version), chance.uniform(0, 1.5 * seconds))
        deaths += ended == -signal.SIGKILL
        found = in_process(partial(aftermath, kind, folder, version))
        assert found in (0, 1), f"{name}: trial {version}"
        landed += found
    return deaths, landed


if __name__ == "__main__":
    for each in sys.argv[3:]:
        died, new = killed_over_and_over(each, Path(sys.argv[1]) / each, int(sys.argv[2]))
        sys.stdout.write(f"{each}: {died} {new}\n")
