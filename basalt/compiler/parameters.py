"""SQL that leaves the days open: how it is checked, and how a pass that takes days is read by another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from basalt.compiler.binder import Binder
from basalt.compiler.day_range import DayParameter, DayRange
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.errors import CompileError, Problem

_CHECKED = Identifier("basalt_check_parameters")


def check_parameters(days: DayRange, tables: Mapping[str, SourceTable]) -> None:
    """Raise CompileError where a source has a column with the name of a parameter, which would stand in its place."""
    names = {each.name for each in days.parameters}
    problems = [
        Problem(
            f"table {name} has a column {column}, which is what a macro calls its parameter",
            f"TABLES.{name}",
            "read the table through a view that calls the column otherwise",
        )
        for name, table in tables.items()
        for column in table.raw_schema
        if column.casefold() in names
    ]
    if problems:
        raise CompileError(problems)


def call(name: str, parameters: Sequence[DayParameter]) -> Sql:
    """Return a pass as it stands after FROM: its name, or a call that hands the parameters on."""
    if not parameters:
        return Identifier(name)
    handed_on = (compose("{} := {}", Identifier(each.name), Identifier(each.name)) for each in parameters)
    return compose("{}({})", Identifier(name), join(handed_on))


def describe(binder: Binder, query: Sql, days: DayRange) -> dict[str, str]:
    """Return the columns of a query with their types, whatever days it is given.

    Raises BinderError when the query does not bind.
    """
    if not days.parameters:
        return binder.describe(query)
    names = join(Identifier(each.name) for each in days.parameters)
    binder.declare_function(compose("CREATE OR REPLACE MACRO {}({}) AS TABLE\n{}", _CHECKED, names, query))
    nothing = join(Fragment("NULL") for _ in days.parameters)
    return binder.describe(compose("SELECT * FROM {}({})", _CHECKED, nothing))
