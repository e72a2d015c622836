"""A pass as views or as tables: a statement that creates it, and comments on it and on each of its columns."""

from __future__ import annotations

from basalt.compiler.layout import names_per_line
from basalt.compiler.model import CompiledPass
from basalt.compiler.scripts.comments import comment_on, comments, states_comment
from basalt.compiler.scripts.completeness import function_note
from basalt.compiler.sql import Fragment, Identifier, Sql

_VIEW, _TABLE = Fragment("VIEW"), Fragment("TABLE")


def views(compiled: CompiledPass) -> str:
    """Return a pass as CREATE VIEW statements, its states first where a later pass reads them."""
    return _script(_VIEW, compiled)


def tables(compiled: CompiledPass) -> str:
    """Return a pass as CREATE TABLE statements, its states first where a later pass reads them."""
    return _script(_TABLE, compiled)


def _script(kind: Fragment, compiled: CompiledPass) -> str:
    told = comments(kind, compiled.name, compiled, compiled.columns)
    note = function_note(compiled)
    if compiled.states_sql is None:
        return f"{note}{_created(kind, compiled.name, compiled.sql)}\n{told}"
    states = Identifier(compiled.states_name)
    return (
        f"{note}{_created(kind, compiled.states_name, compiled.states_sql)}\n"
        f"{comment_on(kind, states, states_comment(compiled))}\n"
        f"{_created(kind, compiled.name, shown(compiled, states))}\n{told}"
    )


def _created(kind: Fragment, name: str, query: str) -> str:
    return f"CREATE OR REPLACE {kind} {Identifier(name)} AS\n{query};\n"


def shown(compiled: CompiledPass, states: Sql) -> str:
    """Return the SELECT of what a user sees of a pass from the relation that has its states as well."""
    where = f"\nWHERE {compiled.shown}" if compiled.shown else ""
    return f"SELECT\n    {names_per_line(compiled.plain_columns)}\nFROM {states}{where}"
