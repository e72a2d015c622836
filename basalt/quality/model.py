"""A check as states that merge over the slices of a run, and a verdict on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from basalt.compiler.sql import Identifier, Sql
from basalt.configuration.quality import OnFailure

Merge = Literal["sum", "min", "max"]
Status = Literal["passed", "warned", "failed"]

SAMPLES = 5
"""How many offenders a check names."""


@dataclass(frozen=True)
class Reading:
    """The rows that states are over: those of a pass, or of a query of their own.

    ``title`` says what they are. A query is of the days for which it was compiled: readings that differ in it alone are
    the same rows of different slices.
    """

    title: str
    pass_name: str | None = None
    query: Sql | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Total:
    """A state of one number: an aggregate over the rows of a slice, and how those of two slices merge."""

    name: str
    value: Sql
    of: Reading
    merge: Merge = "sum"


@dataclass(frozen=True)
class Samples:
    """Rows that break a check, looked for in a slice where the total ``when`` is not 0.

    ``shown`` are the columns by which a row is told.
    """

    when: str
    condition: Sql
    shown: Sequence[str]
    of: Reading


@dataclass(frozen=True)
class Groups:
    """A state of many rows: how often each value of ``keys`` occurs, in a slice where the total ``when`` is not 0.

    ``keys`` maps names to expressions. Without ``when`` they are taken from every slice.
    """

    name: str
    keys: Mapping[str, Sql]
    of: Reading
    when: str | None = None


@dataclass(frozen=True)
class Evidence:
    """What the states of a check came to: its totals, rows that break it, and its groups that do."""

    totals: Mapping[str, float]
    """Numbers by the name of the total; a name is left out where there was nothing to aggregate."""
    moment: int
    """What the age of rows is counted from, in nanoseconds since the Unix epoch."""
    samples: Sequence[str] = ()
    offenders: int = 0

    def count(self, name: str) -> int:
        """Return a total that counts."""
        return int(self.totals.get(name, 0))


@dataclass(frozen=True)
class Finding:
    """What is wrong: how many rows or groups break the check, in words and a few of them."""

    failing: int
    message: str
    samples: tuple[str, ...] = ()


class Rule(Protocol):
    """What a check demands."""

    @property
    def totals(self) -> Sequence[Total]:
        """The states that are numbers."""

    @property
    def samples(self) -> Samples | None:
        """The rows that break it, where single rows do."""

    @property
    def groups(self) -> Sequence[Groups]:
        """The states of many rows."""

    def offenders(self, tables: Mapping[str, Identifier]) -> Sql | None:
        """Return the query of the groups that break it, over the tables in which its groups were collected."""

    def verdict(self, evidence: Evidence) -> Finding | None:
        """Return what is wrong; None where the check holds."""


@dataclass(frozen=True)
class QualityCheck:
    """A check of a pass: what kind, of what, where it was asked for, and what happens when it fails."""

    pass_name: str
    kind: str
    subject: str
    place: str
    on_failure: OnFailure
    rule: Rule


@dataclass(frozen=True)
class PassChecks:
    """The checks of a pass, and their SQL."""

    pass_name: str
    checks: Sequence[QualityCheck]

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The rows that the states are over; each is read once."""
        found = [total.of for each in self.checks for total in each.rule.totals]
        found += [groups.of for each in self.checks for groups in each.rule.groups]
        return tuple(dict.fromkeys(found))

    @property
    def reads_events(self) -> bool:
        """Whether a query of its own has to be compiled anew for each slice."""
        return any(reading.query is not None for reading in self.readings)

    def totals(self, reading: Reading) -> list[Total]:
        """Return the numbers over some rows, each once."""
        found = [total for each in self.checks for total in each.rule.totals if total.of == reading]
        return list(dict.fromkeys(found))


@dataclass(frozen=True)
class CheckResult:
    """How a check came out: what kind, of what, how many rows or groups break it, in words and a few of them."""

    pass_name: str
    check: str
    subject: str
    place: str
    status: Status
    failing: int = 0
    message: str = ""
    samples: tuple[str, ...] = field(default=())

    @property
    def told(self) -> str:
        """What is wrong, with the samples."""
        return f"{self.message} (such as {'; '.join(self.samples)})" if self.samples else self.message


def result_of(check: QualityCheck, finding: Finding | None) -> CheckResult:
    """Return how a check came out."""
    told = (check.pass_name, check.kind, check.subject, check.place)
    if finding is None:
        return CheckResult(*told, "passed")
    status: Status = "failed" if check.on_failure == "raise" else "warned"
    return CheckResult(*told, status, finding.failing, finding.message, finding.samples)
