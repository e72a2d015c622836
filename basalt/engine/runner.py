"""Runs compiled passes: each once, when it is read or has to be written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import duckdb
import pyarrow as pa

from basalt.compiler.binder import Schema
from basalt.compiler.model import CompiledCheck, CompiledPass, CompiledPipeline
from basalt.compiler.pipeline import compile_pipeline
from basalt.compiler.sql import Identifier, Literal
from basalt.configuration import AnalyticsConfig, OutputTarget
from basalt.engine.indicators import add_indicators
from basalt.engine.slices import Slice, day_slices
from basalt.engine.store import Store
from basalt.errors import AmbiguousReferenceError, OutputError, Problem, RunError
from basalt.outputs.paths import output_path
from basalt.outputs.staging import staged


@dataclass(frozen=True)
class PassReport:
    """What became of a pass: its rows, its columns, how long it took in seconds, and the file it was written to."""

    name: str
    rows: int
    columns: int
    seconds: float
    path: Path | None


@dataclass(frozen=True)
class Job:
    """A pipeline, the schemas of its sources, and what they compile to."""

    config: AnalyticsConfig
    schemas: Mapping[str, Schema]
    compiled: CompiledPipeline

    @classmethod
    def of(cls, config: AnalyticsConfig, schemas: Mapping[str, Schema]) -> Job:
        """Compile a pipeline."""
        return cls(config, schemas, compile_pipeline(config, schemas))

    def restricted(self, days: Slice) -> CompiledPipeline:
        """Return the pipeline compiled for a slice of its days."""
        return compile_pipeline(days.of(self.config), self.schemas)


class Observer(Protocol):
    """Hears of a run's progress."""

    def started(self, name: str, share: Callable[[], float | None]) -> None:
        """Hear that a pass begins to be computed, and get a function that tells how far it is.

        It may be called from any thread and returns 0 to 1, or None where DuckDB does not tell: between queries, and
        on a connection that was not opened by the run and does not have ``enable_progress_bar`` set.
        """

    def finished(self, report: PassReport) -> None:
        """Hear that a pass was computed, and where it landed."""


class _Silent:
    def started(self, name: str, share: Callable[[], float | None]) -> None:
        """Hear nothing."""

    def finished(self, report: PassReport) -> None:
        """Hear nothing."""


class Runner:
    """Computes the passes of a compiled pipeline on one connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        job: Job,
        observer: Observer | None = None,
        *,
        in_memory: bool = True,
    ) -> None:
        self.connection = connection
        self.compiled = compiled = job.compiled
        self.reports: list[PassReport] = []
        self.warnings: list[str] = []
        self._job = job
        self._config = config = job.config
        self._observer = observer or _Silent()
        self._in_memory = in_memory
        self._store = Store(connection, config.DATASETNAME)
        self._slices: dict[str, list[Slice]] = {}
        self._parts, self._parts_done = 1, 0
        self._targets: dict[str, OutputTarget] = {
            each.name: target for each in config.PASSES if (target := each.output or config.OUTPUT_TARGET) is not None
        }
        self._kept: set[str] = set()
        self._checked: set[str] = set()
        for name in compiled.passes:
            if not any(compiled.passes[each].indicators for each in compiled.closure(name)):
                self._store.view(compiled.passes[name])

    def read(self, name: str) -> duckdb.DuckDBPyRelation:
        """Return the rows of a pass, computing them if that has not been done.

        Raises RunError naming the pass when it fails.
        """
        if name not in self._kept:
            started = self._begin(name)
            self._prepare(name)
            self._keep(name)
            self._finish(name, started, None)
        return self.connection.sql(f"SELECT * FROM {self._store.name(name)}")

    def write_outputs(self) -> None:
        """Write every pass that has an output.

        Raises OutputError when a file cannot be written, RunError when a pass fails; the old file then stays.
        """
        for name in self.compiled.passes:
            if name in self._targets:
                self._write(name, output_path(self._targets[name], name, self._config))

    def close(self) -> None:
        """Remove temporary files."""
        self._store.discard_parts()

    def keep_all(self) -> None:
        """Compute every pass that has not been computed, so that its rows outlive the process."""
        for name in self.compiled.passes:
            self.read(name)

    def _write(self, name: str, path: Path) -> None:
        started = self._begin(name)
        self._prepare(name)
        must_keep = self._must_keep(name)
        if must_keep:
            self._keep(name)
        else:
            self._store.view(self.compiled.passes[name])
        with staged(path) as aside:
            self._copy(name, aside)
        if not must_keep:
            self._store.view_file(self.compiled.passes[name], path)
            self._kept.add(name)
            self._caution(name)
        self._finish(name, started, path)

    def _must_keep(self, name: str) -> bool:
        """Tell whether a pass is computed once and kept: it has indicators, or is read again."""
        readers = sum(name in each.depends_on for each in self.compiled.passes.values())
        is_written = name in self._targets
        is_read_again = readers + is_written > 1
        return bool(self.compiled.passes[name].indicators) or is_read_again or len(self._slices_of(name)) > 1

    def _prepare(self, name: str) -> None:
        """Have everything a pass reads computed or registered, and check what must hold."""
        for each in self.compiled.closure(name):
            self._refuse(each)
            if each == name or each in self._kept:
                continue
            if self._must_keep(each):
                self.read(each)
            else:
                self._store.view(self.compiled.passes[each])

    def _keep(self, name: str) -> None:
        compiled = self.compiled.passes[name]
        if name in self._kept:
            return
        try:
            if len(self._slices_of(name)) > 1:
                self._store.keep_parts(compiled, self._sliced_queries(name))
            elif compiled.indicators:
                self._store.keep_rows(compiled, self._with_indicators(compiled))
            else:
                self._store.keep(compiled)
        except (duckdb.Error, RunError) as error:
            raise _failed(name, error) from error
        self._kept.add(name)
        self._caution(name)

    def _slices_of(self, name: str) -> list[Slice]:
        """Return the slices a pass is computed in; a database file keeps whole passes."""
        if name not in self._slices:
            column = self.compiled.passes[name].event_column if self._in_memory else None
            table = self._config.TABLES.get("trades")
            self._slices[name] = day_slices(self.connection, table, column, self._config)
        return self._slices[name]

    def _sliced_queries(self, name: str) -> Iterator[str]:
        slices = self._slices_of(name)
        self._parts = len(slices)
        for number, each in enumerate(slices):
            self._parts_done = number
            compiled = self._job.restricted(each).passes[name]
            yield compiled.states_sql or compiled.sql

    def _with_indicators(self, compiled: CompiledPass) -> pa.Table:
        order = ", ".join(str(Identifier(key)) for key in [*compiled.series_keys, "TimeBucket"])
        query = f"SELECT * FROM (\n{compiled.states_sql or compiled.sql}\n) ORDER BY {order}"
        rows = self.connection.sql(query).to_arrow_table()
        return add_indicators(rows, compiled.indicators, compiled.series_keys, f"pass {compiled.name}")

    def _copy(self, name: str, path: Path) -> None:
        try:
            self.connection.execute(
                f"COPY (SELECT * FROM {self._store.name(name)}) TO {Literal(str(path))} (FORMAT parquet)"
            )
        except duckdb.IOException as error:
            raise OutputError(str(error).splitlines()[0], place=f"pass {name}") from error
        except duckdb.Error as error:
            raise _failed(name, error) from error

    def _refuse(self, name: str) -> None:
        """Refuse to run a pass whose checks find something."""
        if name in self._checked:
            return
        problems = [
            Problem(message, f"pass {name}") for message in self._found(name, self.compiled.passes[name].refusals)
        ]
        if problems:
            raise AmbiguousReferenceError(problems)
        self._checked.add(name)

    def _caution(self, name: str) -> None:
        """Warn of what the checks on a computed pass find."""
        rows = self._store.name(name)
        asked = [
            check
            for check in self.compiled.passes[name].cautions
            if check.when is None
            or self.connection.execute(f"SELECT 1 FROM {rows} WHERE {check.when} LIMIT 1").fetchall()
        ]
        self.warnings += self._found(name, asked)

    def _found(self, name: str, checks: Iterable[CompiledCheck]) -> list[str]:
        found = []
        for check in checks:
            try:
                count = self.connection.execute(check.query).fetchall()[0][0]
            except duckdb.Error as error:
                raise _failed(name, error) from error
            if count:
                found.append(check.message.format(count=count))
        return found

    def _begin(self, name: str) -> float:
        self._parts, self._parts_done = 1, 0
        self._observer.started(name, self._share)
        return time.perf_counter()

    def _share(self) -> float | None:
        """Return how much of the running pass is done, from 0 to 1, or None when that is not known."""
        try:
            percent = self.connection.query_progress()
        except duckdb.ConnectionException:  # closed after a failure, while an observer still draws
            return None
        return None if percent < 0 else (self._parts_done + percent / 100) / self._parts

    def _finish(self, name: str, started: float, path: Path | None) -> None:
        rows = self.connection.execute(f"SELECT count(*) FROM {self._store.name(name)}").fetchall()[0][0]
        columns = len(self.compiled.passes[name].columns)
        report = PassReport(name, rows, columns, time.perf_counter() - started, path)
        self.reports.append(report)
        self._observer.finished(report)


def _failed(name: str, error: Exception) -> RunError:
    """Return the error of a pass, as itself when it already names its place."""
    if isinstance(error, RunError) and error.problems[0].place:
        return error
    text = error.problems[0].message if isinstance(error, RunError) else str(error).splitlines()[0]
    return RunError(text, place=f"pass {name}")
