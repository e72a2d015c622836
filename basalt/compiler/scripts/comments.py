"""What columns and passes mean, as comments that a database keeps."""

from __future__ import annotations

from collections.abc import Sequence

from basalt.compiler.columns import Column
from basalt.compiler.model import CompiledPass
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose


def column_comment(column: Column) -> str:
    """Return what a column means, its unit in brackets, and when it is null or 0."""
    unit = f" [{column.unit}]" if column.unit else ""
    null_rule = f"; {column.null_rule}" if column.null_rule else ""
    return f"{column.title or column.name}{unit}{null_rule}"


def states_comment(compiled: CompiledPass) -> str:
    """Return what the relation beside a pass is, which later passes read."""
    return f"what later passes read of {compiled.name}"


def comment_on(kind: Fragment, name: Sql, text: str) -> str:
    """Return one COMMENT ON statement."""
    return f"COMMENT ON {kind} {name} IS {Literal(text)};\n"


def comments(kind: Fragment, name: str, compiled: CompiledPass, columns: Sequence[Column]) -> str:
    """Return the comments on the view or table of a pass and on its columns, aligned."""
    paths = [Identifier(name, column.name).text for column in columns]
    width = max(map(len, paths), default=0)
    lines = (
        comment_on(Fragment("COLUMN"), compose("{}", Fragment(f"{path:<{width}}")), column_comment(column))
        for path, column in zip(paths, columns, strict=True)
    )
    return comment_on(kind, Identifier(name), compiled.described) + "".join(lines)
