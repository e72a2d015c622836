"""The records of what has been written: which days, from what, by which run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Self

from basalt.configuration.days import Days


@dataclass(frozen=True)
class Written:
    """What is known of the rows of some days of a pass that stand in an output.

    ``fingerprint`` tells what they were computed by and ``inputs`` what from; ``run`` is the run that wrote them, and
    ``at`` when that was (UTC). ``rows`` is None where only some of the days that were written together are left.
    ``files`` are those that hold the rows, counted from the folder of the output; none where they are in a table.
    """

    pass_name: str
    first: date | None
    last: date | None
    fingerprint: Mapping[str, str]
    inputs: Mapping[str, str]
    rows: int | None
    run: str
    at: datetime
    files: tuple[str, ...] = ()

    @property
    def days(self) -> Days:
        """The days that were written."""
        return Days(self.first, self.last)

    def without(self, days: Days) -> list[Written]:
        """Return what is left of the record when some of its days are written anew."""
        if not self.days.overlaps(days):
            return [self]
        return [replace(self, first=each.first, last=each.last, rows=None) for each in self.days.without(days)]

    def to_json(self) -> str:
        """Return the record as JSON; ``from_json`` reads it back."""
        told = asdict(self) | {"first": _text(self.first), "last": _text(self.last), "at": self.at.isoformat()}
        return json.dumps(told, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Return the record that ``to_json`` wrote. Raises ValueError or KeyError for anything else."""
        told = json.loads(text)
        return cls(
            pass_name=told["pass_name"],
            first=_day(told["first"]),
            last=_day(told["last"]),
            fingerprint=told["fingerprint"],
            inputs=told["inputs"],
            rows=told["rows"],
            run=told["run"],
            at=datetime.fromisoformat(told["at"]),
            files=tuple(told["files"]),
        )


@dataclass(frozen=True)
class Origin:
    """Where rows come from: fingerprints of what computed them and of what they were computed from, and the run."""

    fingerprint: Mapping[str, str]
    inputs: Mapping[str, str]
    run: str

    def written(self, pass_name: str, days: Days, rows: int, files: tuple[str, ...] = ()) -> Written:
        """Return the record of rows that are written now."""
        at = datetime.now(UTC)
        return Written(
            pass_name, days.first, days.last, dict(self.fingerprint), dict(self.inputs), rows, self.run, at, files
        )


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
