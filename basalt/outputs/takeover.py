"""A note of what is about to happen to files, so that the next run can complete what a killed one began."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from basalt.outputs.work_area import WorkArea
from basalt.outputs.written import Written

_NAME = "takeover"


@dataclass(frozen=True)
class Takeover:
    """A file that takes its name, other files that go with that, and the record of what was written."""

    under_way: str
    replaced: tuple[str, ...]
    written: Written | None

    def begin(self, area: WorkArea) -> None:
        """Note what is about to happen."""
        written = self.written.to_json() if self.written else None
        told = {"under_way": self.under_way, "replaced": self.replaced, "written": written}
        area.state.files.write(_NAME, json.dumps(told).encode())

    def complete(self, area: WorkArea, root: Path) -> None:
        """Do what is left to do once the file has its name."""
        for name in self.replaced:
            (root / name).unlink(missing_ok=True)
        if self.written is not None:
            area.state.add(self.written)
        area.state.files.remove(_NAME)

    @classmethod
    def completed(cls, area: WorkArea, root: Path) -> None:
        """Complete what a killed run began, if its file got its name; forget of it otherwise."""
        content = area.state.files.read(_NAME)
        if content is None:
            return
        told = json.loads(content)
        written = Written.from_json(told["written"]) if told["written"] else None
        takeover = cls(told["under_way"], tuple(told["replaced"]), written)
        if Path(takeover.under_way).exists():
            area.state.files.remove(_NAME)
        else:
            takeover.complete(area, root)
