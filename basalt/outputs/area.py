"""Where an output is prepared and its records are kept: beside it, on a disk or in an object store."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from basalt.outputs.state import State


class Area(Protocol):
    """The lock of an output, its records, and what is under way to it."""

    @property
    def state(self) -> State:
        """The records."""

    def held(self) -> AbstractContextManager[None]:
        """Hold the output for the block. Raises OutputBusyError when another run holds it."""

    def new(self, name: str) -> Path:
        """Return the path of something new under way, in a local folder that is there."""

    def clean(self) -> None:
        """Remove what is under way."""
