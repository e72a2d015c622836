"""Writes one SELECT, and a pass as named steps of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from basalt.compiler.layout import SelectItem, conditions, names, on_one_line, select_list
from basalt.compiler.plan import Step
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.compiler.templates import render


def select(
    columns: Sequence[SelectItem] | Sql,
    source: Sql,
    *,
    where: Iterable[Sql | None] = (),
    group_by: Sequence[str] = (),
    distinct: bool = False,
) -> Fragment:
    """Return a SELECT with a column per line; conditions that are None are left out."""
    return render(
        "shapes/select",
        columns=columns if isinstance(columns, Sql) else select_list(columns),
        source=source,
        where=conditions(where),
        group_by=names(group_by) if group_by else None,
        distinct=distinct,
    )


def add_columns(source: str, items: Sequence[SelectItem]) -> Fragment:
    """Return all columns of a step and computed ones besides."""
    return select(compose("*,\n    {}", select_list(items)), Identifier(source))


def pass_sql(title: str, steps: Sequence[Step]) -> Fragment:
    """Return a whole pass: one CTE per step, the last step its result."""
    written = [
        {
            "name": Identifier(step.name),
            "body": step.body,
            "comment": on_one_line(step.comment),
            "is_computed_again": step.is_computed_again,
        }
        for step in steps
    ]
    return render("shapes/pass", title=on_one_line(title), steps=written)
