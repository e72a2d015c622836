"""What can be told of a pipeline without running it: its sources, its passes, their checks, the schema lock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb

from basalt.compiler.binder import Schema
from basalt.compiler.binding import tables_read
from basalt.compiler.model import CompiledPipeline
from basalt.compiler.pipeline import compile_pipeline
from basalt.configuration import AnalyticsConfig
from basalt.engine.lock_file import lock_differences
from basalt.engine.source_files import check_files
from basalt.engine.sources import bind_connection, check_sources
from basalt.errors import BasaltError, Problem
from basalt.quality.compile import compile_checks
from basalt.quality.model import PassChecks
from basalt.quality.rules import ColumnsRule

Kind = Literal["configuration", "table", "pass", "lock"]
Status = Literal["ok", "warning", "problem"]


@dataclass(frozen=True)
class Trouble:
    """A problem with the code of its error; a warning has none."""

    problem: Problem
    code: str = ""


@dataclass(frozen=True)
class Finding:
    """What was found of a part of a pipeline."""

    kind: Kind
    name: str
    detail: str
    status: Status = "ok"
    troubles: tuple[Trouble, ...] = ()


def problem_of(kind: Kind, name: str, error: BasaltError, detail: str = "") -> Finding:
    """Return an error as what was found."""
    return Finding(kind, name, detail, "problem", tuple(Trouble(each, error.code) for each in error.problems))


def checkup(connection: duckdb.DuckDBPyConnection, config: AnalyticsConfig) -> list[Finding]:
    """Look at the sources of a pipeline, compile it with its checks, compare it with its schema lock; run nothing."""
    schemas: dict[str, Schema] = {}
    looked_at = (_table(connection, config, name, schemas) for name in tables_read(config))
    found = [each for each in looked_at if each is not None]
    if any(each.status == "problem" for each in found):
        return found
    try:
        compiled = compile_pipeline(config, schemas)
        check_sources(compiled, schemas)
        checks = compile_checks(config, compiled, schemas)
        check_files(connection, config, compiled, schemas)
    except BasaltError as error:
        return [*found, problem_of("pass", "all passes", error)]
    return [*found, *_passes(compiled, checks), *_lock(config, compiled)]


def _table(
    connection: duckdb.DuckDBPyConnection, config: AnalyticsConfig, name: str, schemas: dict[str, Schema]
) -> Finding | None:
    """Look at a table, and note its schema; None for one without a source, which may not be needed."""
    try:
        schemas |= bind_connection(connection, config, [name])
    except BasaltError as error:
        return problem_of("table", name, error)
    if name not in schemas:
        return None
    return Finding("table", name, f"{len(schemas[name])} columns")


def _passes(compiled: CompiledPipeline, checks: Mapping[str, PassChecks]) -> Iterator[Finding]:
    for name, each in compiled.passes.items():
        asked = checks[name].checks if name in checks else ()
        detail = f"{len(each.columns)} columns" + (f", {len(asked)} checks" if asked else "")
        failing = [one for one in asked if isinstance(one.rule, ColumnsRule) and one.rule.finding is not None]
        raising = any(one.on_failure == "raise" for one in failing)
        troubles = [Trouble(Problem(warning, f"pass {name}")) for warning in each.warnings]
        troubles += [
            Trouble(Problem(one.rule.finding.message, one.place), "BAS410" if one.on_failure == "raise" else "")
            for one in failing
            if isinstance(one.rule, ColumnsRule) and one.rule.finding is not None
        ]
        status: Status = "problem" if raising else "warning" if troubles else "ok"
        yield Finding("pass", name, detail, status, tuple(troubles))


def _lock(config: AnalyticsConfig, compiled: CompiledPipeline) -> Iterator[Finding]:
    lock = config.SCHEMA_LOCK
    if lock is None or lock.mode == "off":
        return
    name = Path(lock.path).name
    try:
        found = lock_differences(Path(lock.path), compiled)
    except BasaltError as error:
        yield problem_of("lock", name, error)
        return
    status: Status = "problem" if found and lock.mode == "raise" else "warning" if found else "ok"
    yield Finding("lock", name, f"mode {lock.mode}", status, _lock_troubles(found, status))


def _lock_troubles(found: Sequence[Problem], status: Status) -> tuple[Trouble, ...]:
    return tuple(Trouble(each, "BAS411" if status == "problem" else "") for each in found)
