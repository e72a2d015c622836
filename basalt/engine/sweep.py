"""Computes a pass over raw events slice by slice, and with it the passes whose rows need no more than a slice."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa

from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.compiler.sql import Identifier
from basalt.engine.failures import of_pass
from basalt.engine.store import Store
from basalt.errors import RunError
from basalt.outputs.parquet import BATCH_ROWS, ParquetFile, parquet_file


@dataclass(frozen=True)
class Member:
    """A pass of a sweep: the file its rows are written to, whether they are kept, whether another member reads them."""

    compiled: CompiledPass
    path: Path | None
    is_kept: bool
    is_read: bool

    @property
    def name(self) -> str:
        """The name of the pass."""
        return self.compiled.name

    @property
    def is_written_by_slice(self) -> bool:
        """Whether each slice's rows go to the file; indicators need the rows of all slices first."""
        return self.path is not None and not self.compiled.added_indicators


def members(pipeline: CompiledPipeline, root: str, wanted: Mapping[str, Path | None]) -> list[Member]:
    """Return the passes to compute with ``root``, in run order.

    ``wanted`` maps the passes that are to be computed to the files they are written to, if any. A pass joins where
    each of its rows comes from one day of rows, and what it reads is complete within a slice. Rows are kept where
    somebody outside of the sweep may read them.
    """
    joined = _joined(pipeline, root, wanted)
    return [
        Member(
            compiled=compiled,
            path=wanted.get(name),
            is_kept=_has_readers_outside(pipeline, name, joined)
            or bool(compiled.added_indicators)
            or (name in wanted and wanted[name] is None),
            is_read=any(name in pipeline.passes[each].depends_on for each in joined),
        )
        for name, compiled in pipeline.passes.items()
        if name in joined
    ]


def _joined(pipeline: CompiledPipeline, root: str, wanted: Iterable[str]) -> set[str]:
    joined = {root}
    for each in wanted:
        chain = list(pipeline.closure(each))
        if root in chain:
            joined.update(_within_slices(pipeline, chain[chain.index(root) :]))
    return joined


def _within_slices(pipeline: CompiledPipeline, chain: Sequence[str]) -> Iterator[str]:
    """Yield the passes of a chain that are complete within a slice: all they read is, and is computed in slices."""
    complete = {chain[0]}
    for name in chain[1:]:
        compiled = pipeline.passes[name]
        if compiled.is_within_days and compiled.depends_on and complete.issuperset(compiled.depends_on):
            yield name
            if not compiled.added_indicators:
                complete.add(name)


def _has_readers_outside(pipeline: CompiledPipeline, name: str, joined: set[str]) -> bool:
    return any(name in each.depends_on and each.name not in joined for each in pipeline.passes.values())


@dataclass(frozen=True)
class Sweep:
    """The members, the first of which reads raw events."""

    connection: duckdb.DuckDBPyConnection
    store: Store
    members: Sequence[Member]
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """How long each member took, in all slices together."""

    def run(self, slices: Iterable[CompiledPass], done: Callable[[int], None]) -> None:
        """Compute every slice, for which the first member is compiled anew; ``done`` hears how many are complete.

        Files appear when all slices are complete. Raises RunError naming the pass that fails, OutputError.
        """
        with ExitStack() as stack:
            files = {
                each.name: stack.enter_context(parquet_file(each.path))
                for each in self.members
                if each.is_written_by_slice and each.path is not None
            }
            for number, root in enumerate(slices):
                for each in self.members:
                    query = root.full_sql if each is self.members[0] else each.compiled.full_sql
                    with of_pass(each.name), self._timed(each.name):
                        self._slice(each, query, files.get(each.name))
                done(number + 1)
        for each in self.members:
            self._settle(each)

    def _slice(self, member: Member, query: str, file: ParquetFile | None) -> None:
        rows = f"(\n{query}\n)"
        if self._is_set(member):
            self.store.set_slice(member.compiled, query)
            rows = str(self.store.whole(member.compiled))
        if member.is_kept:
            self.store.add_part(member.compiled, f"SELECT * FROM {rows}")
        if file is not None:
            append(self.connection, file, member.compiled.plain_columns, f"({member.compiled.only_shown(rows)})")

    def _is_set(self, member: Member) -> bool:
        """Tell whether a slice's rows are used more than once."""
        return member.is_read or (member.is_kept and member.is_written_by_slice)

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - started

    def _settle(self, member: Member) -> None:
        """Have the views of a pass show all of its rows."""
        if self._is_set(member):
            self.store.drop_slice(member.compiled)
        if member.is_kept:
            self.store.view_parts(member.compiled)
        elif member.path is not None:
            self.store.view_file(member.compiled, member.path)


def append(connection: duckdb.DuckDBPyConnection, file: ParquetFile, columns: Iterable[str], rows: str) -> None:
    """Add columns of a relation to a file."""
    names = ", ".join(str(Identifier(name)) for name in columns)
    reader = connection.sql(f"SELECT {names} FROM {rows}").to_arrow_reader(BATCH_ROWS)
    file.append(reader.schema, _batches(reader))


def _batches(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Yield batches; a query that fails on its way tells so through Arrow, as if a file could not be read."""
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except (OSError, pa.ArrowException) as error:
            raise RunError(str(error).splitlines()[0]) from error
        yield batch
