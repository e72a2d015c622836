"""What a dialect is: which constructs of DuckDB's SQL mean the same in it, and how it says the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NoReturn

from sqlglot import exp

from basalt.dialects.scope import Scope

Lowering = Callable[[exp.Expr, Scope], exp.Expr]
"""Returns what stands in an engine for a node whose children have been lowered; raises Unsayable."""


class Unsayable(Exception):  # noqa: N818 - it becomes a DialectError, once it is known where it stands
    """An engine has no way to say a construct exactly."""

    def __init__(self, reason: str, suggestion: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.suggestion = suggestion


@dataclass(frozen=True)
class Dialect:
    """An engine's SQL.

    A construct that is neither in ``same`` nor has a lowering is refused. ``functions`` are lowerings of functions that
    the parser does not know, by name.
    """

    name: str
    title: str
    modules: frozenset[str]
    """The modules whose every metric has been run on the engine."""
    same: frozenset[type[exp.Expr]]
    lowerings: Mapping[type[exp.Expr], Lowering]
    functions: Mapping[str, Lowering]
    cautions: Mapping[str, str]
    """What to say where a function is used whose values are the engine's own."""

    def lowering(self, node: exp.Expr) -> Lowering:
        """Return how a node is said. Raises Unsayable for one that nothing is known of."""
        known = self.functions.get(node.name.casefold()) if isinstance(node, exp.Anonymous) else self._by_type(node)
        return known or refuse("nothing is known of it")

    def _by_type(self, node: exp.Expr) -> Lowering | None:
        return self.lowerings.get(type(node)) or (_same if type(node) in self.same else None)


def refuse(reason: str, suggestion: str = "") -> NoReturn:
    """Raise Unsayable: an engine cannot say a construct, for a reason."""
    raise Unsayable(reason, suggestion)


def _same(node: exp.Expr, _: Scope) -> exp.Expr:
    return node
