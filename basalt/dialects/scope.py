"""What the columns of a SELECT are: their types in DuckDB, by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlglot import exp

from basalt.compiler.binder import Schema

_INTEGERS = {"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"}
_KEEP_TYPE = (exp.Paren, exp.Neg, exp.Abs, exp.Sum, exp.Min, exp.Max, exp.Filter, exp.Window, exp.Nullif)
_ARE_DOUBLE = (exp.Ln, exp.Sqrt, exp.StddevSamp, exp.CovarSamp, exp.Pi, exp.Pow, exp.Avg, exp.WithinGroup)
_HAVE_PARTS = (exp.Add, exp.Sub, exp.Mul, exp.Coalesce, exp.Least, exp.Greatest)


@dataclass(frozen=True)
class Scope:
    """The columns that the expressions of one SELECT may name."""

    types: Mapping[str, str]
    """Types by name, folded as DuckDB folds names."""
    is_source: bool
    """Whether a table is read that is none of the pipeline's own passes or steps."""

    @classmethod
    def of(cls, select: exp.Select, relations: Mapping[str, Schema], own: frozenset[str]) -> Scope:
        """Return the scope of a SELECT over ``relations``; ``own`` are the passes and steps among them."""
        tables = list(_tables(select))
        types = {column.casefold(): type_ for table in tables for column, type_ in relations[table].items()}
        return cls(types, any(table not in own for table in tables))

    def type_of(self, node: exp.Expr) -> str | None:
        """Return the type of a node that is a column; None for any other."""
        return self.types.get(node.name.casefold()) if isinstance(node, exp.Column) else None

    def is_double(self, node: exp.Expr) -> bool:
        """Tell whether an expression is known to be DOUBLE."""
        if isinstance(node, exp.Column):
            return self.type_of(node) == "DOUBLE"
        if isinstance(node, exp.Cast):
            return node.is_type(exp.DType.DOUBLE)
        if isinstance(node, exp.Div):
            return any(map(self.is_double, node.iter_expressions()))
        if isinstance(node, exp.Case):
            return any(self.is_double(branch) for branch in _branches(node))
        if isinstance(node, _HAVE_PARTS):
            return any(map(self.is_double, node.iter_expressions()))
        return isinstance(node, _ARE_DOUBLE) or (isinstance(node, _KEEP_TYPE) and self.is_double(node.this))

    def is_of_integers(self, node: exp.Expr) -> bool:
        """Tell whether every column in an expression is an integer, and no part of it DOUBLE."""
        types = {self.type_of(column) for column in node.find_all(exp.Column)}
        return types <= _INTEGERS and not self.is_double(node)

    def is_wide(self, node: exp.Expr) -> bool:
        """Tell whether an expression may be HUGEINT: some part of it is, or is a sum of integers."""
        columns = node.find_all(exp.Column)
        return any(self.type_of(column) == "HUGEINT" for column in columns) or any(node.find_all(exp.Sum))


def _branches(node: exp.Case) -> Iterator[exp.Expr]:
    yield from (each.args["true"] for each in node.args["ifs"])
    if default := node.args.get("default"):
        yield default


def _tables(select: exp.Select) -> Iterator[str]:
    read = select.args.get("from_")
    for each in [*([read] if read else []), *(select.args.get("joins") or [])]:
        if isinstance(each.this, exp.Table):
            yield each.this.name
