"""The walk over a statement that says each of its constructs as a dialect does, or refuses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp, parse_one
from sqlglot.errors import ErrorLevel

from basalt.compiler.binder import Schema
from basalt.dialects.dialect import Dialect, Unsayable
from basalt.dialects.scope import Scope
from basalt.errors import DialectError, Problem

_LONGEST_EXCERPT = 80


@dataclass(frozen=True)
class Walk:
    """A walk over statements of one pass: the dialect, and what they may read."""

    dialect: Dialect
    relations: Mapping[str, Schema]
    """The columns of tables, of passes and of the steps of a statement."""
    own: frozenset[str]
    """Those that are passes or steps, whose text is ordered by bytes already."""
    names: Mapping[str, str]
    """What a table is called in the engine, where that is not its name."""

    def said(self, sql: str, place: str) -> tuple[str, tuple[str, ...]]:
        """Return a statement in the dialect, and what to know about it.

        Raises DialectError with every construct that the engine cannot say exactly, and where it stands.
        """
        root = parse_one(sql, read="duckdb")
        scopes = {id(each): Scope.of(each, self.relations, self.own) for each in root.find_all(exp.Select)}
        cautions: list[str] = []
        problems: list[Problem] = []
        for node, original in _inside_out(root):
            scope = scopes[id(node if isinstance(node, exp.Select) else node.parent_select)]
            try:
                _put(self.dialect.lowering(node)(node, scope), node)
            except Unsayable as error:
                problems.append(_problem(original, error, self.dialect, place))
            if caution := self._caution(original):
                cautions.append(f"{place}: {caution}")
        if problems:
            raise DialectError(tuple(dict.fromkeys(problems)))
        self._rename(root)
        return _written(root, self.dialect), tuple(dict.fromkeys(cautions))

    def _caution(self, node: exp.Expr) -> str | None:
        return self.dialect.cautions.get(node.name.casefold()) if isinstance(node, exp.Anonymous) else None

    def _rename(self, root: exp.Expr) -> None:
        for table in root.find_all(exp.Table):
            if table.name in self.names and table.name not in self.own:
                table.replace(exp.alias_(exp.to_table(self.names[table.name]), table.alias_or_name, table=True))


def _put(said: exp.Expr, node: exp.Expr) -> None:
    if said is not node:
        node.replace(said)


def _inside_out(root: exp.Expr) -> Iterator[tuple[exp.Expr, exp.Expr]]:
    """Yield every node, those inside it before it, with a copy of it as it was."""
    nodes, originals = list(root.walk(bfs=False)), list(root.copy().walk(bfs=False))
    yield from zip(reversed(nodes), reversed(originals), strict=True)


def _problem(node: exp.Expr, error: Unsayable, dialect: Dialect, place: str) -> Problem:
    step, column = node.find_ancestor(exp.CTE), node.find_ancestor(exp.Alias)
    where = [place, f"step {step.alias}" if step else "", f"column {column.alias}" if column else ""]
    message = f"{dialect.title} cannot say {_excerpt(node)} exactly: {error.reason}"
    return Problem(message, ", ".join(part for part in where if part), error.suggestion)


def _excerpt(node: exp.Expr) -> str:
    text = " ".join(node.sql("duckdb", comments=False).split())
    return text if len(text) <= _LONGEST_EXCERPT else f"{text[: _LONGEST_EXCERPT - 3]}..."


def _written(root: exp.Expr, dialect: Dialect) -> str:
    """Write a statement. Names are quoted: engines fold the case of others, each in its way."""
    return root.sql(dialect.name, pretty=True, identify=True, unsupported_level=ErrorLevel.RAISE)
