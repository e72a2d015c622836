"""Lets one run at a time write an output on this machine."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from basalt.errors import OutputBusyError


@dataclass(frozen=True)
class Holder:
    """Who holds an output."""

    pid: int
    host: str
    since: str

    @classmethod
    def here(cls) -> Holder:
        """Return this process, now."""
        return cls(os.getpid(), socket.gethostname(), datetime.now(UTC).isoformat(timespec="seconds"))

    def to_json(self) -> str:
        """Return the holder as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str | bytes) -> Holder | None:
        """Return the holder that ``to_json`` wrote; None for text cut short."""
        try:
            told = json.loads(text)
            return cls(int(told["pid"]), str(told["host"]), str(told["since"]))
        except (ValueError, KeyError, TypeError):
            return None

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host}, since {self.since}"


def busy(place: str, holder: Holder | str | None) -> OutputBusyError:
    """Return the error of a run that comes second."""
    message = f"another run is writing {place}: {holder or 'it has just begun'}"
    return OutputBusyError(message, place=place, suggestion="wait for it to end, and run again")


@contextmanager
def exclusive(path: Path, place: str) -> Iterator[None]:
    """Hold a lock file for the block; the system lets go of it when the process ends, in whatever way.

    Raises OutputBusyError when another process, or another run of this one, holds it.
    """
    descriptor = _acquired(path, place)
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, Holder.here().to_json().encode(), 0)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _acquired(path: Path, place: str) -> int:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:  # the folder was removed by a run that ended just now
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = Holder.from_json(os.pread(descriptor, 10_000, 0))
            os.close(descriptor)
            raise busy(place, holder) from None
        if _is_still(path, descriptor):
            return descriptor
        os.close(descriptor)


def _is_still(path: Path, descriptor: int) -> bool:
    """Tell whether the file that is locked has the name still, and was not removed by the run before."""
    try:
        return path.stat().st_ino == os.fstat(descriptor).st_ino
    except FileNotFoundError:
        return False
