"""A pass as a table macro that is given the first and the last day: ``FROM minutes('2025-03-03', '2025-03-07')``."""

from __future__ import annotations

from collections.abc import Sequence

from basalt.compiler.day_range import DayParameter
from basalt.compiler.model import CompiledPass
from basalt.compiler.parameters import call
from basalt.compiler.scripts.comments import column_comment, comment_on, states_comment
from basalt.compiler.scripts.completeness import function_note
from basalt.compiler.scripts.relations import shown
from basalt.compiler.sql import Fragment, Identifier, Literal, compose, join

_MACRO = Fragment("MACRO TABLE")


def macros(compiled: CompiledPass, parameters: Sequence[DayParameter]) -> str:
    """Return a pass as CREATE MACRO statements, its states first where a later pass reads them.

    A macro's columns cannot have comments in DuckDB, so the macro's own tells of them.
    """
    note = function_note(compiled)
    told = comment_on(_MACRO, Identifier(compiled.name), _described(compiled))
    if compiled.states_sql is None:
        return f"{note}{_created(compiled.name, parameters, compiled.sql)}\n{told}"
    query = shown(compiled, call(compiled.states_name, parameters))
    return (
        f"{note}{_created(compiled.states_name, parameters, compiled.states_sql)}\n"
        f"{comment_on(_MACRO, Identifier(compiled.states_name), states_comment(compiled))}\n"
        f"{_created(compiled.name, parameters, query)}\n{told}"
    )


def _created(name: str, parameters: Sequence[DayParameter], query: str) -> str:
    taken = join(compose("{} := {}", Identifier(each.name), Literal(each.default)) for each in parameters)
    return f"CREATE OR REPLACE MACRO {Identifier(name)}({taken}) AS TABLE\n{query};\n"


def _described(compiled: CompiledPass) -> str:
    columns = (f"{column.name}: {column_comment(column)}" for column in compiled.columns)
    return "\n".join([compiled.described, *columns])
