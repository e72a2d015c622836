"""The folder in which an output is prepared, and its records are kept."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from basalt.outputs.failures import writing_to
from basalt.outputs.lock import exclusive
from basalt.outputs.paths import STATE
from basalt.outputs.state import LocalFiles, State


@dataclass(frozen=True)
class WorkArea:
    """A folder below ``_basalt`` beside an output: its lock, its records, and what is under way to it."""

    folder: Path
    place: str

    @property
    def state(self) -> State:
        """The records."""
        return State(LocalFiles(self.folder, self._under_way))

    @property
    def _under_way(self) -> Path:
        return self.folder / "under_way"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the output for the block; the holder cleans what a run that was killed left under way.

        Raises OutputBusyError when another run holds it.
        """
        with ExitStack() as stack:
            with writing_to(self.place):
                stack.callback(self._remove_empty_folders)
                stack.enter_context(exclusive(self.folder / "lock", self.place))
                stack.callback(self.clean)
            yield

    def new(self, name: str) -> Path:
        """Return the path of something new under way, in a folder that is there."""
        folder = self._under_way / uuid.uuid4().hex
        folder.mkdir(parents=True)
        return folder / name

    def clean(self) -> None:
        """Remove what is under way."""
        shutil.rmtree(self._under_way, ignore_errors=True)

    def _remove_empty_folders(self) -> None:
        """Leave no folder behind where nothing was written."""
        with suppress(OSError):
            for folder in [self.folder, *self.folder.parents]:
                folder.rmdir()
                if folder.name == STATE:
                    break


def area_of_table(file: Path, table: object) -> WorkArea:
    """Return the folder for a table of a database that is a file."""
    return WorkArea(file.parent / STATE / file.name / str(table), f"{file}: {table}")
