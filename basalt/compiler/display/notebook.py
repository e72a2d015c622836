"""What a notebook shows of a pipeline, of a pass, and of its rows; readable on light and dark pages alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from markupsafe import Markup

from basalt.compiler.columns import Column
from basalt.compiler.display.graph import pipeline_graph
from basalt.compiler.display.highlighting import highlighted
from basalt.compiler.model import CompiledPass, CompiledPipeline

_STYLE = Markup("""<style>
.basalt { color: inherit; font: 13px/1.5 system-ui, sans-serif; }
.basalt h4 { margin: 8px 0 2px; font-size: 15px; }
.basalt p { margin: 2px 0 8px; opacity: .75; }
.basalt pre { margin: 8px 0; padding: 12px 14px; overflow: auto; max-height: 480px; border-radius: 8px;
  background: rgb(128 140 150 / 10%); color: inherit; font: 12px/1.55 ui-monospace, Menlo, Consolas, monospace; }
.basalt table { border-collapse: collapse; margin: 0; font-size: 12.5px; }
.basalt th, .basalt td { padding: 4px 14px 4px 0; border-bottom: 1px solid rgb(128 140 150 / 25%); text-align: left; }
.basalt td.number, .basalt th.number { padding: 4px 0 4px 14px; text-align: right; font-variant-numeric: tabular-nums; }
.basalt th small { display: block; font-weight: 400; opacity: .6; }
.basalt summary { cursor: pointer; }
.basalt .k, .basalt .kt, .basalt .kc { color: #a855b5; }
.basalt .nf, .basalt .nb { color: #3b8fd4; }
.basalt .mi, .basalt .mf { color: #c27a2c; }
.basalt .s1, .basalt .s2 { color: #3a9d5d; }
.basalt .c1, .basalt .cm { color: #87919b; font-style: italic; }
.basalt .graph rect { fill: rgb(20 150 165 / 14%); stroke: #1496a5; }
.basalt .graph .source rect { fill: rgb(190 150 60 / 14%); stroke: #b8963f; }
.basalt .graph text { fill: currentColor; }
.basalt .graph .name { font-weight: 600; }
.basalt .graph .note { font-size: 12px; opacity: .7; }
.basalt .graph .edge { fill: none; stroke: #87919b; stroke-width: 1.5; }
.basalt .graph marker path { fill: #87919b; }
.basalt .graph.down { display: none; }
</style>""")


def pipeline_html(compiled: CompiledPipeline) -> Markup:
    """Return the graph of a pipeline."""
    return _shown(pipeline_graph(compiled))


def pass_html(compiled: CompiledPass) -> Markup:
    """Return a pass: what it is, its columns with types, units and meaning, and its SQL."""
    head = ("column", "type", "unit", "what it is")
    columns = ((each.name, each.type, each.unit, each.title) for each in compiled.columns)
    return _shown(_title(compiled), _table(head, columns), highlighted(compiled.sql))


def rows_html(compiled: CompiledPass, rows: Sequence[Sequence[object]]) -> Markup:
    """Return rows of a pass under the names and units of its columns."""
    return _shown(_title(compiled), _rows(compiled.columns, rows))


def _shown(*parts: Markup) -> Markup:
    return Markup('{}<div class="basalt">{}</div>').format(_STYLE, Markup("").join(parts))


def _title(compiled: CompiledPass) -> Markup:
    return Markup("<h4>{}</h4><p>{}</p>").format(compiled.name, compiled.described)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    headings = Markup("").join(Markup("<th>{}</th>").format(each) for each in head)
    cells = (Markup("").join(Markup("<td>{}</td>").format(each) for each in row) for row in rows)
    body = Markup("").join(Markup("<tr>{}</tr>").format(each) for each in cells)
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(headings, body)


def _rows(columns: Sequence[Column], rows: Iterable[Sequence[object]]) -> Markup:
    """Return a table of values; numbers stand to the right, and what is null is left out."""
    kinds = [Markup(' class="number"') if _is_number(each) else Markup("") for each in columns]
    headings = Markup("").join(
        Markup("<th{}>{}<small>{}</small></th>").format(kind, each.name, each.unit)
        for kind, each in zip(kinds, columns, strict=True)
    )
    body = Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                Markup("<td{}>{}</td>").format(kind, _written(value)) for kind, value in zip(kinds, row, strict=True)
            )
        )
        for row in rows
    )
    return Markup("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>").format(headings, body)


def _is_number(column: Column) -> bool:
    return column.kind != "label" and not column.type.startswith(("VARCHAR", "TIMESTAMP", "DATE"))


def _written(value: object) -> str:
    """Return a value as a person reads it; numbers with as many digits as tell something."""
    if value is None:
        return ""
    return f"{value:,.6g}" if isinstance(value, float) else str(value)
