"""Lets Ctrl-C stop a query that runs."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import duckdb

_AGAIN_AFTER = 0.05
"""Seconds after which a query is told again to stop: one may just have begun when it was told first."""


@contextmanager
def interruptible(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have Ctrl-C stop what runs on a connection, so that KeyboardInterrupt is raised at once and not at its end.

    Python looks at signals between its own steps, and a query is one. Only the main thread hears signals; elsewhere
    nothing changes.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with _Watcher(connection) as watcher:
        try:
            yield
        except Exception as error:
            if watcher.has_heard:  # the query says in its own way that it was stopped
                raise KeyboardInterrupt from error
            raise


class _Watcher:
    """A thread that stops queries from the first SIGINT on."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.has_heard = False
        self._connection = connection
        self._ended = threading.Event()
        self._heard, self._told = socket.socketpair()
        self._told.setblocking(False)  # noqa: FBT003 - a method of the standard library
        self._thread = threading.Thread(target=self._watch, name="basalt signals", daemon=True)

    def __enter__(self) -> Self:
        self._before = signal.set_wakeup_fd(self._told.fileno(), warn_on_full_buffer=False)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        signal.set_wakeup_fd(self._before)
        self._ended.set()
        self._told.close()
        self._thread.join()
        self._heard.close()

    def _watch(self) -> None:
        while signals := self._heard.recv(64):
            if signal.SIGINT in signals:
                self.has_heard = True
                while not self._ended.wait(_AGAIN_AFTER):
                    self._connection.interrupt()
                return
