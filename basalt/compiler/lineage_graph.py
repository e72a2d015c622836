"""The lineage of a column as a graph: columns of passes and sources, what decides the rows, and what leads where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel, ConfigDict

from basalt.compiler.explanation import Explanation, Origin, Rule

Role = Literal["value", "key", "filter"]
"""How one thing decides another: a value that is computed from it, rows that are keyed or chosen by it."""
Kind = Literal["column", "mapped", "source", "rows"]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LineageNode(_Data):
    """A column of a pass, what a mapping makes of a source table's columns, one of these, or the rows of a pass.

    ``how`` is what it is computed by: a formula, or for rows the rules that decide them, one per line.
    """

    id: str
    kind: Kind
    relation: str
    column: str
    how: str


class LineageEdge(_Data):
    """What leads from one node to another; ``what`` says so in words where it is not the value."""

    source: str
    target: str
    role: Role
    what: str = ""


class LineageGraph(_Data):
    """The lineage of one column, which is the first node; edges lead towards it."""

    column: str
    pass_name: str
    nodes: tuple[LineageNode, ...]
    edges: tuple[LineageEdge, ...]

    def sources(self) -> tuple[LineageNode, ...]:
        """Return the columns of the source tables that the column comes from."""
        return tuple(each for each in self.nodes if each.kind == "source")


def lineage_graph(told: Explanation) -> LineageGraph:
    """Return the lineage of a column of a pipeline, down to the columns of its sources, keys and filters included.

    Raises ValueError for a column that is explained without a pipeline.
    """
    if told.lineage is None:
        message = f"{told.column} was explained without a pipeline"
        raise ValueError(message)
    graph = _Building(told)
    graph.add(told.lineage)
    for name, rules in told.rows.items():
        graph.add_rows(name, rules)
    return LineageGraph(
        column=told.column,
        pass_name=told.pass_name,
        nodes=tuple(graph.nodes.values()),
        edges=tuple(dict.fromkeys(graph.edges)),
    )


class _Building:
    """A graph under way."""

    def __init__(self, told: Explanation) -> None:
        self.nodes: dict[str, LineageNode] = {}
        self.edges: list[LineageEdge] = []
        self._passes = told.rows

    def add(self, origin: Origin) -> str:
        """Add a column and all that it is computed from."""
        if origin.relation not in self._passes:
            return self._add_source(origin)
        own = self._node("column", origin.relation, origin.column, "" if origin.how == origin.column else origin.how)
        for each in origin.reads:
            self._lead(self.add(each), own, "value")
        return own

    def add_rows(self, name: str, rules: tuple[Rule, ...]) -> None:
        """Add what decides the rows of a pass, and that its columns depend on them."""
        columns = [each.id for each in self.nodes.values() if each.kind == "column" and each.relation == name]
        rows = self._node("rows", name, "", "\n".join(f"{each.what}: {each.relation}: {each.sql}" for each in rules))
        for rule in rules:
            role: Role = "key" if rule.what.startswith("key ") else "filter"
            for source in self._decided_by(rule):
                self._lead(source, rows, role, rule.what)
        for column in columns:
            self._lead(rows, column, "filter", f"rows of {name}")

    def _decided_by(self, rule: Rule) -> Iterator[str]:
        """Yield what a rule looks at: columns of a source, or a column of a pass."""
        if rule.relation in self._passes:
            yield self._node("column", rule.relation, rule.sql.strip('"'), "")
        for column in rule.source_columns:
            yield self._node("source", rule.relation, column, "")

    def _add_source(self, origin: Origin) -> str:
        """Add a column of a table, and those of its own that a mapping computes it from."""
        others = [each for each in origin.source_columns if each.casefold() != origin.column.casefold()]
        how = "" if origin.how == origin.column else origin.how
        own = self._node("mapped" if others else "source", origin.relation, origin.column, how)
        for column in others:
            self._lead(self._node("source", origin.relation, column, ""), own, "value")
        return own

    def _node(self, kind: Kind, relation: str, column: str, how: str) -> str:
        name = f"{relation}.{column}" if column else f"rows of {relation}"
        known = self.nodes.get(name)
        if known is None or (how and not known.how):
            self.nodes[name] = LineageNode(id=name, kind=kind, relation=relation, column=column, how=how)
        return name

    def _lead(self, source: str, target: str, role: Role, what: str = "") -> None:
        self.edges.append(LineageEdge(source=source, target=target, role=role, what=what))
