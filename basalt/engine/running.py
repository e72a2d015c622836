"""Runs a pipeline batch by batch, and keeps the record of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from basalt.engine.job import Job
from basalt.engine.manifest import BatchRecord, Manifest
from basalt.engine.runner import Runner
from basalt.engine.schedule import Batch, Schedule
from basalt.engine.session import Session
from basalt.errors import BasaltError, BatchError, Problem


def run_batches(session: Session, job: Job, manifest: Manifest, *, restate: bool, fail_fast: bool) -> Runner:
    """Write what is due, batch by batch, and return what computes the passes of the whole range when they are read.

    A batch that fails does not lose the others. Raises BatchError at the end where some have, ``fail_fast`` at the
    first one; where there is but one batch, its own error.
    """
    schedule = Schedule(session, job, manifest.run, restate=restate)
    if len(schedule) == 1:
        return _run_whole(session, job, schedule, manifest)
    for number, batch in enumerate(schedule):
        session.observer.batch_started(batch.days, number, len(schedule))
        with suppress(BasaltError):
            _run_batch(session, schedule, batch, manifest)
        record = manifest.batches[-1]
        if record.error is None:
            _remember(session, job, batch)
        session.observer.batch_finished(batch.days, record.status, record.error)
        if record.error is not None and fail_fast:
            break
    _raise_failed(manifest)
    return Runner(session, job)


def _run_whole(session: Session, job: Job, schedule: Schedule, manifest: Manifest) -> Runner:
    """Run the only batch; what it has computed can be read afterwards."""
    (batch,) = schedule
    runner = Runner(session, job)
    with _recorded(batch, runner, manifest):
        runner.write(batch.due)
    return runner


def _run_batch(session: Session, schedule: Schedule, batch: Batch, manifest: Manifest) -> None:
    """Run a batch of several; what it has computed stays in its outputs alone."""
    runner = Runner(session, schedule.job(batch))
    try:
        with _recorded(batch, runner, manifest):
            runner.write(batch.due)
    finally:
        runner.close()


@contextmanager
def _recorded(batch: Batch, runner: Runner, manifest: Manifest) -> Iterator[None]:
    """Add what becomes of a batch in the block to the manifest."""
    started, failure = time.perf_counter(), None
    try:
        yield
    except BaseException as error:
        failure = "interrupted" if isinstance(error, KeyboardInterrupt) else str(error)
        raise
    finally:
        seconds = time.perf_counter() - started
        manifest.batches.append(
            BatchRecord(batch, tuple(runner.reports), runner.warnings, seconds, failure, runner.checks)
        )


def _remember(session: Session, job: Job, batch: Batch) -> None:
    """Have later batches read what a batch has in its outputs, where that is known to be what it would compute."""
    for task in batch.tasks:
        if task.reason is not None or not job.config.SKIP_EXISTING_OUTPUT:
            session.landed.add(task.pass_name, batch.days, task.output)


def _raise_failed(manifest: Manifest) -> None:
    failed = [each for each in manifest.batches if each.error is not None]
    if failed:
        raise BatchError(Problem(str(each.error), f"batch {each.batch.days.text}") for each in failed)
