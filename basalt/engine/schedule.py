"""What a run would write and why: the batches of days of each output, and whether they are what they would be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from basalt.compiler.pipeline import days_needed
from basalt.configuration.days import Days
from basalt.engine.batches import batches
from basalt.engine.destinations import Destination, destinations
from basalt.engine.due import Now, why_due
from basalt.engine.fingerprints import Fingerprint, fingerprint
from basalt.engine.inputs import Inputs
from basalt.engine.job import Job
from basalt.engine.session import Session
from basalt.outputs.output import Output
from basalt.outputs.written import Origin, Written


@dataclass(frozen=True)
class Task:
    """The rows of a pass of some days, in one of its outputs; ``reason`` is None where they need not be written."""

    pass_name: str
    days: Days
    output: Output
    origin: Origin
    reason: str | None


@dataclass(frozen=True)
class Batch:
    """Some days of a pipeline, and what there is to write of them."""

    days: Days
    tasks: tuple[Task, ...]

    @property
    def due(self) -> tuple[Task, ...]:
        """What has to be written."""
        return tuple(each for each in self.tasks if each.reason is not None)


class Schedule:
    """The batches of a pipeline. ``restate`` has everything written, whatever is known of what is there."""

    def __init__(self, session: Session, job: Job, run: str, *, restate: bool = False) -> None:
        self._job = job
        self._undated = job.on(Days(None, None))
        self._needed = days_needed(job.config, job.schemas)
        self._inputs = Inputs(session.connection, job.config, session.row_groups)
        self._run = run
        self._restate = restate
        self._fingerprints: dict[tuple[str, int], Fingerprint] = {}
        self._records: dict[tuple[str, int], list[Written]] = {}
        self._days = batches(session.connection, job, destinations(job.config, job.compiled))

    def __len__(self) -> int:
        return len(self._days)

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches in order of days.

        Raises OutputError for an output whose records cannot be read, SourceNotFoundError for a source that is not
        there.
        """
        for days in self._days:
            yield Batch(days, tuple(self._tasks(days)))

    def job(self, batch: Batch) -> Job:
        """Return the pipeline for the days of a batch."""
        return self._job if batch.days == Days.of(self._job.config) else self._job.on(batch.days)

    def _tasks(self, days: Days) -> Iterator[Task]:
        for name, several in destinations(days.asked_of(self._job.config), self._undated.compiled).items():
            for number, each in enumerate(several):
                now = self._now(name, number, days, each)
                reason = self._reason(self._known((name, number), each.output), days, now, each.output)
                yield Task(name, days, each.output, Origin(now.fingerprint, now.inputs, self._run), reason)

    def _now(self, name: str, number: int, days: Days, destination: Destination) -> Now:
        compiled, key = self._undated.compiled, (name, number)
        if key not in self._fingerprints:
            self._fingerprints[key] = fingerprint(self._undated.only(name), destination.target)
        inputs = self._inputs.of(compiled, name, self._needed(name, days))
        return Now(self._fingerprints[key], inputs, self._inputs.all_of(compiled, name))

    def _known(self, key: tuple[str, int], output: Output) -> list[Written]:
        """Return the records of an output, as they are when they are first asked for."""
        if key not in self._records:
            self._records[key] = output.records()
        return self._records[key]

    def _reason(self, records: list[Written], days: Days, now: Now, output: Output) -> str | None:
        if self._restate:
            return "forced"
        if self._job.config.SKIP_EXISTING_OUTPUT and _exists(records, days, output):
            return None
        return why_due(records, days, now)


def _exists(records: list[Written], days: Days, output: Output) -> bool:
    """Tell whether rows of some days are there, whoever wrote them."""
    is_file = output.path is not None and output.path.is_file()
    return is_file or days.are_covered_by(each.days for each in records)
