"""What every output does: it is held by one run at a time, and takes the rows of some days whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from basalt.outputs.written import Written


class Rows(Protocol):
    """Rows under way to an output; nobody sees them before all are there."""

    def append(self, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> None:
        """Add rows; with none, the output still gets its columns. Raises OutputError."""

    def record(self, fingerprint: Mapping[str, str], inputs: Mapping[str, str], run: str) -> None:
        """Say where the rows come from; the record is there once they are. Without it, rows leave none."""


class HeldOutput(Protocol):
    """An output that no other run writes as long as it is held."""

    def writing(self, first: date | None, last: date | None) -> AbstractContextManager[Rows]:
        """Yield what takes the rows of the days ``first``..``last``, None being an open end.

        When the block succeeds they take the place of the rows of these days, at once; when it fails, everything stays
        as it was. Raises OutputError when that cannot be done, OutputRangeError when what is there cannot be told
        apart by these days, or a row belongs to another day.
        """


class Output(Protocol):
    """Where a pass lands."""

    @property
    def place(self) -> str:
        """The place as a person reads it, without secrets."""

    @property
    def path(self) -> Path | None:
        """The local file or folder of the run's dates, if it is one."""

    @property
    def sort_by(self) -> tuple[str, ...]:
        """The columns by which the rows must come sorted."""

    @property
    def holds_many(self) -> bool:
        """Whether ranges of days written one after another stand side by side, and not the last one alone."""

    @property
    def can_be_read(self) -> bool:
        """Whether ``relation`` tells how DuckDB reads it."""

    def relation(self, first: date | None, last: date | None) -> str | None:
        """Return what stands after FROM to read the rows written for these days; None where DuckDB alone cannot."""

    def records(self) -> list[Written]:
        """Return what is known of the rows in it, in order of days; none where nothing has been written.

        Nothing is made or changed by that, and another run may write the output meanwhile. Days of which a run that was
        killed has left it open whose rows are there are not told. Raises OutputError for what cannot be read.
        """

    def held(self) -> AbstractContextManager[HeldOutput]:
        """Hold the output for this run; what a run that was killed left is cleaned first.

        Raises OutputBusyError when another run holds it.
        """
