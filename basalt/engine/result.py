"""What a run gives back: passes that are computed when they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import duckdb
import pyarrow as pa

from basalt.compiler.columns import Column
from basalt.compiler.model import CompiledPipeline
from basalt.engine.manifest import Manifest
from basalt.engine.observing import PassReport
from basalt.engine.runner import Runner
from basalt.engine.schedule import Task
from basalt.errors import UnknownPassError, nearest
from basalt.quality.model import CheckResult

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


_HEAD = 10
"""How many rows a notebook shows."""


class PassResult:
    """The rows of one pass; they are computed once, when they are first read."""

    def __init__(self, name: str, runner: Runner) -> None:
        self.name = name
        self._runner = runner

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns with their types, units and meaning."""
        return self._runner.compiled.passes[self.name].columns

    @property
    def sql(self) -> str:
        """The SQL that computes the pass, without its indicators."""
        return self._runner.compiled.passes[self.name].sql

    @property
    def relation(self) -> duckdb.DuckDBPyRelation:
        """The rows as a DuckDB relation on the run's connection."""
        return self._runner.read(self.name)

    def arrow(self) -> pa.Table:
        """Return the rows as an Arrow table."""
        return self.relation.to_arrow_table()

    def pl(self) -> pl.DataFrame:
        """Return the rows as a Polars frame; needs polars."""
        frame: pl.DataFrame = self.relation.pl()
        return frame

    def df(self) -> pd.DataFrame:
        """Return the rows as a pandas frame; needs pandas."""
        frame: pd.DataFrame = self.relation.df()
        return frame

    def _repr_html_(self) -> str:
        """Return the first rows as a notebook shows them."""
        from basalt.compiler.display.notebook import rows_html  # noqa: PLC0415 - Pygments is imported when it is used

        rows = self.relation.limit(_HEAD).fetchall()
        return str(rows_html(self._runner.compiled.passes[self.name], rows))

    def __repr__(self) -> str:
        return f"<pass {self.name}: {', '.join(column.name for column in self.columns)}>"


class RunResult(Mapping[str, PassResult]):
    """The passes of a run by name. Close it, or use it as a context manager, to close a connection of its own."""

    def __init__(self, runner: Runner, manifest: Manifest, *, owns_connection: bool) -> None:
        self._runner = runner
        self._owns_connection = owns_connection
        self.manifest = manifest
        """The record of the run: batches, outputs, why each was written or not, fingerprints, versions."""

    @property
    def compiled(self) -> CompiledPipeline:
        """The SQL that was run."""
        return self._runner.compiled

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB connection on which each pass is a view by its own name."""
        return self._runner.connection

    @property
    def outputs(self) -> dict[str, Path]:
        """The local file or folder of each pass that has one, the first of several; of batches that of the last."""
        found = ((task.pass_name, task.output.path) for task in reversed(self._last_tasks))
        return {name: path for name, path in found if path is not None and path.exists()}

    @property
    def places(self) -> dict[str, tuple[str, ...]]:
        """The outputs of each pass, as a person reads them; of batches those of the last."""
        names = dict.fromkeys(task.pass_name for task in self._last_tasks)
        return {name: tuple(each.output.place for each in self._last_tasks if each.pass_name == name) for name in names}

    @property
    def _last_tasks(self) -> tuple[Task, ...]:
        return self.manifest.batches[-1].batch.tasks if self.manifest.batches else ()

    @property
    def reports(self) -> tuple[PassReport, ...]:
        """What was computed so far: rows, time and file per pass, and per batch where there are several."""
        if len(self.manifest.batches) == 1:
            return tuple(self._runner.reports)
        before = (report for each in self.manifest.batches for report in each.reports)
        return (*before, *self._runner.reports)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the numbers, from compiling and from what was computed so far."""
        found = (*self.compiled.warnings, *self.manifest.warnings, *self._runner.warnings)
        return tuple(dict.fromkeys(found))

    def states(self, name: str) -> duckdb.DuckDBPyRelation:
        """Return the rows of a pass with the states that later passes merge; raises as reading the pass does."""
        return self._runner.read_states(name)

    def check(self, name: str) -> None:
        """Raise AmbiguousReferenceError where a pass looks up what is there twice, without computing the pass."""
        self._runner.check(name)

    @property
    def checks(self) -> tuple[CheckResult, ...]:
        """How the quality checks of the passes computed so far came out, per batch where there are several."""
        if len(self.manifest.batches) == 1:
            return self._runner.checks
        before = (found for each in self.manifest.batches for found in each.checks)
        return (*before, *self._runner.checks)

    def __getitem__(self, name: str) -> PassResult:
        if name not in self.compiled.passes:
            known = ", ".join(self.compiled.passes)
            message = f"there is no pass {name!r}; there are {known}"
            raise UnknownPassError(message, suggestion=nearest(name, self.compiled.passes))
        return PassResult(name, self._runner)

    def __iter__(self) -> Iterator[str]:
        return iter(self.compiled.passes)

    def __len__(self) -> int:
        return len(self.compiled.passes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection if the run opened it; relations of it cannot be read afterwards."""
        if self._owns_connection:
            self.connection.close()
            self._runner.close()

    def _repr_html_(self) -> str:
        """Return the graph of the passes as a notebook shows it."""
        return self.compiled._repr_html_()

    def __repr__(self) -> str:
        return f"<run of {', '.join(self)}>"
