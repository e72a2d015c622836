"""Where the sources of a script are: databases to attach; rows that nobody else can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from basalt.compiler.model import CompiledPipeline
from basalt.compiler.sql import Identifier, Literal
from basalt.errors import IncompleteSqlError, Problem


def check_sources(pipeline: CompiledPipeline, names: Iterable[str]) -> None:
    """Raise IncompleteSqlError for tables whose rows are in the memory of this process only."""
    tables = dict.fromkeys(table for name in names for table in pipeline.passes[name].tables)
    problems = [
        Problem(
            f"table {table} is data in memory, which SQL cannot read elsewhere",
            f"TABLES.{table}",
            "write it to a Parquet file and name its path",
        )
        for table in tables
        if table in pipeline.sources and pipeline.sources[table].is_in_memory
    ]
    if problems:
        raise IncompleteSqlError(problems)


def attached(pipeline: CompiledPipeline, name: str) -> str:
    """Return the statements that attach the databases which a pass reads."""
    return "".join(f"{each}\n" for each in attachments(pipeline, [name]))


def attachments(pipeline: CompiledPipeline, names: Iterable[str]) -> Iterator[str]:
    """Yield an ATTACH statement for each database that passes read themselves."""
    tables = (table for name in names for table in pipeline.passes[name].tables)
    sources = (pipeline.sources[table] for table in tables if table in pipeline.sources)
    for path, alias in dict.fromkeys((each.database, each.alias) for each in sources):
        if path is not None and alias is not None:
            yield f"ATTACH IF NOT EXISTS {Literal(path)} AS {Identifier(alias)} (READ_ONLY);"
