"""Runs compiled passes: each when it is read or has to be written."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from functools import partial

import duckdb
import pyarrow as pa

from basalt.compiler.model import CompiledPass
from basalt.compiler.sql import Identifier
from basalt.configuration.days import Days
from basalt.engine.checks import Checks
from basalt.engine.failures import of_pass
from basalt.engine.indicators import ReadBack, SortedRows, add_indicators
from basalt.engine.job import Job
from basalt.engine.landed import read_landed
from basalt.engine.landing import Arriving, Landing
from basalt.engine.namespace import own_schema
from basalt.engine.observing import PassReport
from basalt.engine.quality import Quality
from basalt.engine.schedule import Task
from basalt.engine.session import Session
from basalt.engine.slices import Slice, day_slices
from basalt.engine.store import Store
from basalt.engine.sweep import Member, Sweep, members
from basalt.quality.model import CheckResult


class Runner:
    """Computes the passes of a compiled pipeline on one connection."""

    def __init__(self, session: Session, job: Job) -> None:
        self.connection = session.connection
        self.compiled = compiled = job.compiled
        self.reports: list[PassReport] = []
        self._session = session
        self._job = job
        self._checks = Checks(session.connection)
        self._store = Store(session.connection, job.config.DATASETNAME)
        self._quality = Quality(session.connection, self._store, job)
        self._slices: dict[str, list[Slice]] = {}
        self._parts, self._parts_done = 1, 0
        self._kept: set[str] = set()
        self._written: set[str] = set()
        self._to_write: set[str] = set()
        for name, each in compiled.passes.items():
            if not any(compiled.passes[read].added_indicators for read in compiled.closure(name)):
                self._store.view(each)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the passes computed so far make a user want to know."""
        return (*self._checks.warnings, *self._quality.warnings)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """How the quality checks of the passes computed so far came out."""
        return self._quality.results

    def read(self, name: str) -> duckdb.DuckDBPyRelation:
        """Return the rows of a pass, computing them if that has not been done.

        Raises RunError naming the pass when it fails.
        """
        self._compute({name: None})
        return self.connection.sql(f"SELECT * FROM {self._store.name(name)}")

    def read_states(self, name: str) -> duckdb.DuckDBPyRelation:
        """Return the rows of a pass with hidden columns, and of the days around, computing them as ``read`` does."""
        self._compute({name: None})
        return self.connection.sql(f"SELECT * FROM {self._store.whole(self.compiled.passes[name])}")

    def check(self, name: str) -> None:
        """Raise AmbiguousReferenceError where the checks of a pass, or of those that it reads, find something."""
        for each in self.compiled.closure(name):
            self._checks.refuse(self.compiled.passes[each])

    def write(self, tasks: Iterable[Task]) -> None:
        """Write passes to outputs.

        Raises OutputError when one cannot be written, OutputBusyError when another run writes it, RunError when a pass
        fails; what was there then stays.
        """
        with ExitStack() as stack:
            arriving: dict[str, list[Arriving]] = {name: [] for name in self.compiled.passes}
            for each in tasks:
                held = stack.enter_context(each.output.held())
                arriving[each.pass_name].append(Arriving(each.output, held, each.origin))
            self._to_write = {name for name, several in arriving.items() if several}
            days = Days.of(self._job.config)
            passes = self.compiled.passes
            self._compute({name: Landing(passes[name], arriving[name], days) for name in passes if arriving[name]})

    def keep_all(self) -> None:
        """Compute every pass that has not been computed, so that its rows outlive the process."""
        for name in self.compiled.passes:
            self._compute({name: None})

    def close(self) -> None:
        """Remove temporary files."""
        self._store.discard_parts()

    def _compute(self, wanted: Mapping[str, Landing | None]) -> None:
        """Compute passes, in run order, and write those that are to land somewhere."""
        for name, landing in wanted.items():
            root = self._root(name)
            if root is not None:
                self._sweep(root, {each: other for each, other in wanted.items() if not self._is_done(each)})
            if not self._is_done(name):
                self._compute_whole(name, landing)

    def _is_done(self, name: str) -> bool:
        """Tell whether what a user sees of a pass has been computed."""
        return name in self._kept or name in self._written

    def _is_complete(self, name: str) -> bool:
        """Tell whether all that a later pass reads of a pass has been computed."""
        return name in self._kept or (name in self._written and self.compiled.passes[name].states_sql is None)

    def _root(self, name: str) -> str | None:
        """Return the pass that ``name`` waits for and that is computed in slices, if there is one."""
        waited_for = [] if self._is_done(name) else [*self._incomplete(name), name]
        return next((each for each in waited_for if len(self._slices_of(each)) > 1), None)

    def _incomplete(self, name: str) -> list[str]:
        """Return the passes that ``name`` reads, through others, and that have not been computed, in run order."""
        found: list[str] = []
        for each in self.compiled.passes[name].depends_on:
            if not self._is_complete(each):
                found += [*self._incomplete(each), each]
        return list(dict.fromkeys(found))

    def _sweep(self, root: str, wanted: Mapping[str, Landing | None]) -> None:
        """Compute a pass in slices, and with it all that can be computed from its slices."""
        joined = members(self.compiled, root, wanted)
        for each in joined:
            self._checks.refuse(each.compiled)
        told = [each for each in joined if each.is_kept or each.landing is not None]
        self._parts, self._parts_done = len(self._slices_of(root)), 0
        for each in reversed(told):
            self._session.observer.started(each.name, self._share)
        sweep = Sweep(self.connection, self._store, joined, self._quality)
        sweep.run(self._restricted(root), self._advance)
        for each in told:
            started = time.perf_counter() - sweep.seconds[each.name]
            self._complete(each)
            self._finish(each.compiled, started, each.landing)

    def _complete(self, member: Member) -> None:
        """Do what needs the rows of all slices."""
        if member.compiled.added_indicators:
            self._add_indicators(member.compiled, f"SELECT * FROM {self._store.whole(member.compiled)}")
            self._quality.examine(member.name)
        if member.is_kept:
            self._kept.add(member.name)
        if member.is_written_by_slice:
            self._written.add(member.name)
        elif member.landing is not None:
            self._write_rows(member.compiled, member.landing)

    def _compute_whole(self, name: str, landing: Landing | None) -> None:
        """Compute a pass in one go."""
        started = time.perf_counter()
        self._parts, self._parts_done = 1, 0
        self._session.observer.started(name, self._share)
        self._prepare(name)
        compiled = self.compiled.passes[name]
        lands_readable = landing is not None and landing.can_be_read
        if not lands_readable or self._is_read_again(name) or compiled.added_indicators or self._quality.asks(name):
            self._keep(compiled)
        else:
            self._store.view(compiled)
        if landing is not None:
            self._write_rows(compiled, landing)
            if name not in self._kept:
                self._store.view_landed(compiled, landing.relation)
        self._finish(compiled, started, landing)

    def _prepare(self, name: str) -> None:
        """Have everything a pass reads computed or registered, and check what must hold."""
        self._checks.refuse(self.compiled.passes[name])
        for each in self._incomplete(name):
            compiled = self.compiled.passes[each]
            self._checks.refuse(compiled)
            if compiled.added_indicators or self._is_read_again(each) or self._quality.asks(each):
                self._compute_whole(each, None)
            else:
                self._store.view(compiled)

    def _is_read_again(self, name: str) -> bool:
        """Tell whether a pass has several uses: passes that read it, and its output."""
        readers = sum(name in each.depends_on for each in self.compiled.passes.values())
        return readers + (name in self._to_write) > 1

    def _keep(self, compiled: CompiledPass) -> None:
        with of_pass(compiled.name):
            if compiled.added_indicators:
                self._add_indicators(compiled, compiled.full_sql)
            else:
                self._store.keep(compiled)
        self._quality.examine(compiled.name)
        self._kept.add(compiled.name)

    def _add_indicators(self, compiled: CompiledPass, query: str) -> None:
        """Keep the rows of a query with the indicators of a pass added."""
        order = ", ".join(str(Identifier(key)) for key in [*compiled.series_keys, "TimeBucket"])
        place = f"pass {compiled.name}"
        with of_pass(compiled.name):
            table = self.connection.sql(f"SELECT * FROM (\n{query}\n) ORDER BY {order}").to_arrow_table()
            rows = SortedRows(table, compiled.series_keys)
            if self.compiled.first_day is None:
                added = add_indicators(rows, compiled.added_indicators, place)
            else:
                read_back = self._read_back(compiled, self.compiled.first_day, place)
                extended, is_in_range = read_back.extended(rows, partial(self._read_days, compiled.name))
                added = add_indicators(extended, compiled.added_indicators, place).filter(is_in_range)
            self._store.keep_rows(compiled, added)

    def _read_back(self, compiled: CompiledPass, first: date, place: str) -> ReadBack:
        chain = [self.compiled.passes[name] for name in self.compiled.closure(compiled.name)]
        is_by_days = all(each.is_within_days for each in chain)
        return ReadBack(compiled.added_indicators, compiled.series_keys, first, is_by_days, place)

    def _read_days(self, name: str, first: date | None, last: date) -> pa.Table:
        """Return the rows of a pass for days before the range, without its indicators."""
        wanted, compiled = Days(first, last), self.compiled.passes[name]
        landed = [each for each in self._session.landed.before(name, last) if wanted.overlaps(each[0])]
        found = [read_landed(self.connection, compiled, days, output, wanted) for days, output in landed]
        left = wanted.without(Days(landed[-1][0].first, last)) if landed else [wanted]
        return pa.concat_tables([*(self._computed(name, each) for each in left), *found], promote_options="default")

    def _computed(self, name: str, days: Days) -> pa.Table:
        """Return the rows of a pass, without its indicators, in a run within the run."""
        dataset = f"{self._job.config.DATASETNAME}__before"
        with own_schema(self.connection, dataset):
            runner = Runner(self._session.aside(), self._job.before(name, days, dataset))
            try:
                return runner.read(name).to_arrow_table()
            finally:
                runner.close()

    def _write_rows(self, compiled: CompiledPass, landing: Landing) -> None:
        columns = [column.name for column in compiled.columns]
        with landing.writing() as arrivals, of_pass(compiled.name):
            arrivals.append(self.connection, columns, str(self._store.name(compiled.name)))
        self._written.add(compiled.name)

    def _slices_of(self, name: str) -> list[Slice]:
        """Return the slices a pass is computed in; a database file keeps whole passes."""
        if name not in self._slices:
            events = () if self._session.keeps_passes else self.compiled.passes[name].events
            with of_pass(name):
                self._slices[name] = day_slices(self._session.row_groups, events, self._job.computed)
        return self._slices[name]

    def _restricted(self, root: str) -> Iterator[tuple[Slice, CompiledPass]]:
        for number, each in enumerate(self._slices_of(root)):
            yield each, self._job.restricted(each, root, frozenset([root] if number else []))

    def _advance(self, done: int) -> None:
        self._parts_done = done

    def _share(self) -> float | None:
        """Return how much of what runs is done, from 0 to 1, or None when that is not known."""
        try:
            percent = self.connection.query_progress()
        except duckdb.ConnectionException:  # closed after a failure, while an observer still draws
            return None
        return None if percent < 0 else min((self._parts_done + percent / 100) / self._parts, 1.0)

    def _finish(self, compiled: CompiledPass, started: float, landing: Landing | None) -> None:
        rows = self._store.name(compiled.name)
        self._checks.caution(compiled, rows)
        count = self.connection.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0]
        path, places = (landing.path, landing.places) if landing else (None, ())
        seconds = time.perf_counter() - started
        report = PassReport(compiled.name, count, len(compiled.columns), seconds, path, places)
        self.reports.append(report)
        self._session.observer.finished(report)
