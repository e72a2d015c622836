"""Writes a DuckDB file that others read: a view for each pass, a table where a view could not be read elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import pyarrow as pa

from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.compiler.scripts.comments import comment_on, comments, states_comment
from basalt.compiler.scripts.relations import views
from basalt.compiler.sql import Fragment, Identifier
from basalt.compiler.sql import Literal as SqlLiteral
from basalt.engine.failures import of_pass
from basalt.engine.result import RunResult
from basalt.outputs.staging import staged

STORAGE_VERSION = "v1.0.0"
"""The oldest format of DuckDB files that keeps comments; every client from 1.0 on opens it."""

PublishedForm = Literal["views", "tables"]
"""What passes are published as: views where they can be, or tables all of them."""

_ROWS = "basalt_rows"
_TABLE = Fragment("TABLE")


@dataclass(frozen=True)
class Publication:
    """A pass in a published file; ``reason`` says why it is not a view."""

    name: str
    kind: Literal["view", "table"]
    reason: str = ""


def publish(result: RunResult, path: Path, form: PublishedForm) -> tuple[Publication, ...]:
    """Write the passes of a run to a DuckDB file, which takes the place of ``path`` when it is whole.

    Readers of an earlier file keep it until they connect anew. Raises OutputError when the file cannot be written,
    RunError when a pass fails; the earlier file then stays.
    """
    published = publications(result.compiled, form)
    with staged(path) as aside, _opened(aside) as target:
        for each in published:
            compiled = result.compiled.passes[each.name]
            if each.kind == "table":
                _store(target, compiled, result)
            else:
                _define(target, compiled, result)
    return published


def publications(compiled: CompiledPipeline, form: PublishedForm) -> tuple[Publication, ...]:
    """Return what each pass is published as, in run order."""
    if form == "tables":
        return tuple(Publication(name, "table", "tables are asked for") for name in compiled.passes)
    return tuple(_publication(compiled, each) for each in compiled.passes.values())


def _publication(pipeline: CompiledPipeline, compiled: CompiledPass) -> Publication:
    if compiled.indicators and compiled.indicator_form.form != "sql":
        return Publication(compiled.name, "table", "its indicators are not computed in SQL alone")
    if here := [name for name in compiled.tables if not pipeline.sources[name].is_files]:
        return Publication(compiled.name, "table", f"{', '.join(here)} cannot be read from another database")
    return Publication(compiled.name, "view")


@contextmanager
def _opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Yield a connection to a new file; the file is whole when the block has succeeded."""
    with duckdb.connect() as connection:
        version = SqlLiteral(STORAGE_VERSION)
        connection.execute(f"ATTACH {SqlLiteral(str(path))} AS published (STORAGE_VERSION {version})")
        connection.execute("USE published")
        yield connection
        connection.execute("CHECKPOINT published")
        connection.execute("USE memory")
        connection.execute("DETACH published")


def _define(target: duckdb.DuckDBPyConnection, compiled: CompiledPass, result: RunResult) -> None:
    """Create the views of a pass, which must hold what a run of it would be refused for."""
    result.check(compiled.name)
    with of_pass(compiled.name):
        target.execute(views(compiled))


def _store(target: duckdb.DuckDBPyConnection, compiled: CompiledPass, result: RunResult) -> None:
    """Write the rows of a pass, and beside them those with the states that a later pass reads."""
    relations = {compiled.name: result[compiled.name].relation}
    if compiled.hidden:
        relations[compiled.states_name] = result.states(compiled.name)
    for name, rows in relations.items():
        with of_pass(compiled.name):
            _write(target, name, rows.to_arrow_reader())
    if compiled.hidden:
        target.execute(comment_on(_TABLE, Identifier(compiled.states_name), states_comment(compiled)))
    target.execute(comments(_TABLE, compiled.name, compiled, compiled.columns))


def _write(target: duckdb.DuckDBPyConnection, name: str, rows: pa.RecordBatchReader) -> None:
    target.register(_ROWS, rows)
    try:
        target.execute(f"CREATE TABLE {Identifier(name)} AS FROM {_ROWS}")
    finally:
        target.unregister(_ROWS)
