"""A note of a commit to a Delta table that is about to be made, so that the next run can tell whether it was."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import dataclass
from typing import Any

from basalt.configuration.days import Days
from basalt.outputs.state import SmallFiles
from basalt.outputs.written import Written

_NAME = "commit"
_KEY = "basalt"
_SEARCHED = 1_000
"""How many of the latest commits are searched for that of a killed run."""


@dataclass(frozen=True)
class BegunCommit:
    """A commit of the rows of some days, known by its token, with their record; ``at`` in seconds since 1970."""

    token: str
    days: Days
    written: Written | None
    at: float

    @classmethod
    def of(cls, days: Days, written: Written | None) -> BegunCommit:
        """Return a commit that begins now."""
        return cls(uuid.uuid4().hex, days, written, time.time())

    @property
    def metadata(self) -> dict[str, str]:
        """What the commit tells of itself in the log of the table."""
        return {_KEY: self.token}

    def is_in(self, table: Any) -> bool:  # noqa: ANN401 - of an optional package
        """Tell whether the commit was made."""
        return any(each.get(_KEY) == self.token for each in table.history(_SEARCHED))

    def note(self, files: SmallFiles) -> None:
        """Write the note."""
        written = self.written.to_json() if self.written else None
        told = {"token": self.token, "days": self.days.text, "written": written, "at": self.at}
        files.write(_NAME, json.dumps(told).encode())

    @classmethod
    def noted(cls, files: SmallFiles) -> BegunCommit | None:
        """Return the commit that was begun and not ended; None where there is none."""
        content = files.read(_NAME)
        if content is None:
            return None
        told = json.loads(content)
        days = Days.named(told["days"])
        assert days is not None  # noqa: S101 - a note is written whole
        return cls(told["token"], days, Written.from_json(told["written"]) if told["written"] else None, told["at"])

    @staticmethod
    def forget(files: SmallFiles) -> None:
        """Remove the note."""
        files.remove(_NAME)
