"""Writes one SELECT, and a pass as named steps of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from basalt.compiler.layout import SelectItem, conditions, names, on_one_line, select_list
from basalt.compiler.plan import Step
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.compiler.templates import render


@dataclass(frozen=True)
class Window:
    """A window of rows and its name, by which several columns refer to it."""

    name: str
    definition: Sql


def select(  # noqa: PLR0913 - the clauses of a SELECT
    columns: Sequence[SelectItem] | Sql,
    source: Sql,
    *,
    where: Iterable[Sql | None] = (),
    group_by: Sequence[str] = (),
    distinct: bool = False,
    window: Window | None = None,
) -> Fragment:
    """Return a SELECT with a column per line; conditions that are None are left out."""
    return render(
        "shapes/select",
        columns=columns if isinstance(columns, Sql) else select_list(columns),
        source=source,
        where=conditions(where),
        group_by=names(group_by) if group_by else None,
        distinct=distinct,
        window=None if window is None else compose("{} AS ({})", Identifier(window.name), window.definition),
    )


def add_columns(source: str, items: Sequence[SelectItem], window: Window | None = None) -> Fragment:
    """Return all columns of a step and computed ones besides, which may be over a window."""
    return select(compose("*,\n    {}", select_list(items)), Identifier(source), window=window)


def filtered(steps: Sequence[Step], columns: Sequence[str], where: Iterable[Sql], days: str) -> list[Step]:
    """Return steps whose result has the rows that meet conditions: those of some ``days``."""
    rows = replace(steps[-1], name=f"{days}_and_more", comment=f"{steps[-1].comment}, of more days")
    result = select([SelectItem.column(name) for name in columns], Identifier(rows.name), where=where)
    return [*steps[:-1], rows, Step("result", result, f"the rows of {days.replace('_', ' ')}")]


def pass_sql(title: str, steps: Sequence[Step]) -> Fragment:
    """Return a whole pass: one CTE per step, the last step its result."""
    written = [
        {
            "name": Identifier(step.name),
            "body": step.body,
            "comment": on_one_line(step.comment),
            "is_computed_again": step.is_computed_again,
            "is_kept": step.is_kept,
        }
        for step in steps
    ]
    return render("shapes/pass", title=on_one_line(title), steps=written)
