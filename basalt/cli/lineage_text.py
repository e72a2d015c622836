"""The lineage of a column as a tree, as JSON, or as a Mermaid flowchart."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import basalt
from basalt.cli.output import put
from basalt.compiler.explanation import Explanation, Origin, Rule
from basalt.compiler.layout import on_one_line
from basalt.compiler.lineage_graph import LineageGraph, LineageNode, lineage_graph
from basalt.configuration import AnalyticsConfig

Form = Callable[[Sequence[Explanation]], str]


def print_lineage(config: AnalyticsConfig, column: str, pass_name: str | None, form: Form) -> None:
    """Print where a column comes from, in every pass that has it or in one. Raises what ``basalt.explain`` raises."""
    put(form(basalt.explain(config, column, pass_name=pass_name)))


def tree_text(found: Sequence[Explanation]) -> str:
    """Return lineages as trees, each followed by what decides the rows."""
    return "\n".join("".join(f"{line}\n" for line in _tree(each)) for each in found)


def mermaid_text(found: Sequence[Explanation]) -> str:
    """Return lineages as Mermaid flowcharts."""
    return "\n".join(mermaid(lineage_graph(each)) for each in found)


def json_text(found: Sequence[Explanation]) -> str:
    """Return lineages as JSON: nodes and edges of each column."""
    data = {"columns": [lineage_graph(each).model_dump(mode="json") for each in found]}
    return f"{json.dumps(data, indent=2, ensure_ascii=False)}\n"


def _tree(told: Explanation) -> Iterator[str]:
    """Yield a lineage as lines: the column with all it is computed from, then what decides the rows of each pass."""
    if told.lineage is not None:
        yield _named(told.lineage)
        yield from _branches(_Seen(), told.lineage.reads, "")
    for name, rules in told.rows.items():
        yield ""
        yield f"rows of {name}"
        yield from _rules(rules)


class _Seen(set[tuple[str, str]]):
    """The columns whose branches have been written."""

    def first_time(self, origin: Origin) -> bool:
        """Tell whether a column's branches are still to be written; those of the same column are the same."""
        key = (origin.relation, origin.column)
        is_new = key not in self
        self.add(key)
        return is_new


def _branches(seen: _Seen, origins: Sequence[Origin], indent: str) -> Iterator[str]:
    for position, each in enumerate(origins):
        is_last = position == len(origins) - 1
        is_known = bool(each.reads) and not seen.first_time(each)
        yield f"{indent}{'└── ' if is_last else '├── '}{_named(each)}{' (as above)' if is_known else ''}"
        if not is_known:
            yield from _branches(seen, each.reads, f"{indent}{'    ' if is_last else '│   '}")


def _named(origin: Origin) -> str:
    how = on_one_line(origin.how).text
    written = "" if origin.how == origin.column else f" = {how}"
    own = f"  (from {', '.join(origin.source_columns)})" if origin.source_columns and written else ""
    return f"{origin.relation}.{origin.column}{written}{own}"


def _rules(rules: Sequence[Rule]) -> Iterator[str]:
    for position, each in enumerate(rules):
        end = "└── " if position == len(rules) - 1 else "├── "
        yield f"{end}{each.what}: {each.relation}: {on_one_line(each.sql)}"


_ARROWS = {"value": "-->", "key": "-.->|key|", "filter": "-.->"}


def mermaid(graph: LineageGraph) -> str:
    """Return a lineage as a Mermaid flowchart: a box per relation; broken lines lead from keys and filters."""
    names = {node.id: f"n{number}" for number, node in enumerate(graph.nodes)}
    lines = ["flowchart LR"]
    for number, relation in enumerate(dict.fromkeys(node.relation for node in graph.nodes)):
        lines.append(f'    subgraph r{number}["{_escaped(relation)}"]')
        lines += [f"        {names[node.id]}{_box(node)}" for node in graph.nodes if node.relation == relation]
        lines.append("    end")
    lines += [f"    {names[edge.source]} {_ARROWS[edge.role]} {names[edge.target]}" for edge in graph.edges]
    lines.append(f"    style {names[graph.nodes[0].id]} stroke-width:3px")
    return "".join(f"{line}\n" for line in lines)


def _box(node: LineageNode) -> str:
    if node.kind == "rows":
        return '{{"its rows"}}'
    text = _escaped(node.column) + (f"<br/>{_escaped(on_one_line(node.how).text)}" if node.how else "")
    return f'["{text}"]' if node.kind == "column" else f'[("{text}")]'


def _escaped(text: str) -> str:
    """Return text as Mermaid takes it between quotes."""
    return "".join(each if each.isalnum() or each in " ._-,()=:+" else f"#{ord(each)};" for each in text)
