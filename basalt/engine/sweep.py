"""Computes a pass over raw events slice by slice, and with it the passes whose rows need no more than a slice."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import duckdb

from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.engine.failures import of_pass
from basalt.engine.landing import Arrivals, Landing
from basalt.engine.quality import Quality
from basalt.engine.slices import Slice
from basalt.engine.store import Store


@dataclass(frozen=True)
class Member:
    """A pass of a sweep: where its rows land, whether they are kept, whether another member reads them."""

    compiled: CompiledPass
    landing: Landing | None
    is_kept: bool
    is_read: bool

    @property
    def name(self) -> str:
        """The name of the pass."""
        return self.compiled.name

    @property
    def is_written_by_slice(self) -> bool:
        """Whether each slice's rows go to the outputs; indicators and an order need the rows of all slices first."""
        return self.landing is not None and not self.landing.is_sorted and self.is_inspected_by_slice

    @property
    def is_inspected_by_slice(self) -> bool:
        """Whether each slice's rows are complete: no indicators are added when all slices are done."""
        return not self.compiled.added_indicators


def members(pipeline: CompiledPipeline, root: str, wanted: Mapping[str, Landing | None]) -> list[Member]:
    """Return the passes to compute with ``root``, in run order.

    ``wanted`` maps the passes that are to be computed to where they land, if anywhere. A pass joins where each of its
    rows comes from one day of rows, and what it reads is complete within a slice. Rows are kept where somebody outside
    of the sweep may read them.
    """
    joined = _joined(pipeline, root, wanted)
    return [
        Member(
            compiled=compiled,
            landing=wanted.get(name),
            is_kept=_has_readers_outside(pipeline, name, joined)
            or bool(compiled.added_indicators)
            or (name in wanted and not _can_be_read(wanted[name])),
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


def _can_be_read(landing: Landing | None) -> bool:
    """Tell whether the rows of a pass can be read where they land, as soon as each slice is there."""
    return landing is not None and landing.can_be_read and not landing.is_sorted


def _has_readers_outside(pipeline: CompiledPipeline, name: str, joined: set[str]) -> bool:
    return any(name in each.depends_on and each.name not in joined for each in pipeline.passes.values())


@dataclass(frozen=True)
class Sweep:
    """The members, the first of which reads raw events."""

    connection: duckdb.DuckDBPyConnection
    store: Store
    members: Sequence[Member]
    quality: Quality
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    """How long each member took, in all slices together."""

    def run(self, slices: Iterable[tuple[Slice, CompiledPass]], done: Callable[[int], None]) -> None:
        """Compute every slice, for which the first member is compiled anew; ``done`` hears how many are complete.

        Rows land when all slices are complete and the checks hold. Raises RunError naming the pass that fails,
        QualityError, OutputError.
        """
        self.quality.forget(each.name for each in self.members)
        for each in self.members:
            self.store.forget_parts(each.compiled)
        with ExitStack() as stack:
            arrivals = {
                each.name: stack.enter_context(each.landing.writing())
                for each in self.members
                if each.is_written_by_slice and each.landing is not None
            }
            before: CompiledPass | None = None
            for number, (days, root) in enumerate(slices):
                if before is not None:
                    with self._at(before):
                        self.store.keep_standing(before)
                before = root
                for each in self.members:
                    query = root.full_sql if each is self.members[0] else each.compiled.full_sql
                    with self._at(each.compiled):
                        self._slice(each, query, arrivals.get(each.name))
                        if each.is_inspected_by_slice:
                            self.quality.observe(each.name, days)
                done(number + 1)
            self.quality.judge([each.name for each in self.members if each.is_inspected_by_slice])
        self.store.drop_standing(self.members[0].compiled)
        for each in self.members:
            self._settle(each)

    def _slice(self, member: Member, query: str, arrivals: Arrivals | None) -> None:
        rows = f"(\n{query}\n)"
        if self._is_set(member):
            self.store.set_slice(member.compiled, query)
            rows = str(self.store.whole(member.compiled))
        if member.is_kept:
            self.store.add_part(member.compiled, f"SELECT * FROM {rows}")
        if arrivals is not None:
            arrivals.append(self.connection, member.compiled.plain_columns, f"({member.compiled.only_shown(rows)})")

    def _is_set(self, member: Member) -> bool:
        """Tell whether a slice's rows are used more than once."""
        uses = (member.is_kept, member.is_written_by_slice, self.quality.asks(member.name))
        return member.is_read or sum(uses) > 1

    @contextmanager
    def _at(self, compiled: CompiledPass) -> Iterator[None]:
        """Count the time that a pass takes, and name it where it fails."""
        started = time.perf_counter()
        with of_pass(compiled.name):
            yield
        self.seconds[compiled.name] += time.perf_counter() - started

    def _settle(self, member: Member) -> None:
        """Have the views of a pass show all of its rows."""
        if self._is_set(member):
            self.store.drop_slice(member.compiled)
        if member.is_kept:
            self.store.view_parts(member.compiled)
        elif member.landing is not None:
            self.store.view_landed(member.compiled, member.landing.relation)
