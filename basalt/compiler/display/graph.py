"""The graph of a pipeline as SVG: source tables, and the passes that read them and one another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from markupsafe import Markup

from basalt.compiler.display.layers import Box, layered
from basalt.compiler.display.layout import HEIGHT, Across, Direction, Down, Place
from basalt.compiler.model import CompiledPipeline

_MARGIN = 12


def pipeline_graph(pipeline: CompiledPipeline) -> Markup:
    """Return the graph as two ``svg`` elements: one from left to right, one from top to bottom for narrow screens."""
    boxes = list(_boxes(pipeline))
    return Markup("").join(_svg(boxes, direction) for direction in (Across(), Down()))


def _svg(boxes: Sequence[Box], direction: Direction) -> Markup:
    layers = layered(boxes)
    placed = direction.placed(layers)
    size = _whole(
        max(placed[box.name].x + box.width for row in layers.rows for box in row) + _MARGIN,
        max(place.y for place in placed.values()) + HEIGHT + _MARGIN,
    )
    edges = (_edge(path, placed, direction) for path in layers.lines)
    drawn = (_drawn(box, placed[box.name]) for box in boxes)
    return Markup(
        '<svg class="graph {}" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="The graph of passes">'
        '<defs><marker id="arrow-{}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"'
        ' orient="auto"><path d="M0 0 8 4 0 8Z"/></marker></defs>{}{}</svg>'
    ).format(direction.name, *size, *size, direction.name, Markup("").join(edges), Markup("").join(drawn))


def _whole(*numbers: float) -> tuple[int, ...]:
    return tuple(round(number) for number in numbers)


def _boxes(pipeline: CompiledPipeline) -> Iterable[Box]:
    tables = dict.fromkeys(table for each in pipeline.passes.values() for table in each.tables)
    for name in tables:
        yield Box(name, "source table", is_source=True)
    for each in pipeline.passes.values():
        note = f"{each.title.split(',')[0]} · {len(each.columns)} columns"
        yield Box(each.name, note, reads=(*each.tables, *each.depends_on))


def _edge(path: Sequence[Box], placed: Mapping[str, Place], direction: Direction) -> Markup:
    """Draw a line from box to box, the ones between being places that it goes through."""
    steps = []
    for box, following in pairwise(path):
        begin = direction.exit(box, placed[box.name])
        end = direction.entry(following, placed[following.name])
        steps.append(f"L{begin.x:.0f} {begin.y:.0f}{direction.curve(begin, end)}")
    line = "M" + "".join(steps).removeprefix("L")
    return Markup('<path class="edge" d="{}" marker-end="url(#arrow-{})"/>').format(line, direction.name)


def _drawn(box: Box, place: Place) -> Markup:
    shape = Markup(
        '<g class="{}"><rect x="{}" y="{}" width="{}" height="{}" rx="10"/>'
        '<text class="name" x="{}" y="{}">{}</text><text class="note" x="{}" y="{}">{}</text></g>'
    ).format(
        "source" if box.is_source else "pass",
        *_whole(place.x, place.y, box.width, HEIGHT),
        *_whole(place.x + 16, place.y + 24),
        box.name,
        *_whole(place.x + 16, place.y + 42),
        box.note,
    )
    return Markup('<a href="#{}">{}</a>').format(anchor(box.name), shape)


def anchor(name: str) -> str:
    """Return what links to a table or a pass of the page point to."""
    return f"of-{name}"
