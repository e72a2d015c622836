"""Boxes of a graph stand after what they read, and lines pass between boxes and never behind one."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from basalt.compiler.display.layers import Box, layered
from basalt.compiler.display.layout import HEIGHT, Across, Down


@st.composite
def graphs(draw: st.DrawFn) -> list[Box]:
    """Draw source tables, and passes each of which reads some that come before it."""
    sources = [Box(f"table{number}", "source table", is_source=True) for number in range(draw(st.integers(1, 4)))]
    boxes = list(sources)
    for number in range(draw(st.integers(1, 8))):
        read = draw(st.lists(st.sampled_from(boxes), min_size=1, max_size=3, unique=True))
        boxes.append(Box(f"pass{number}", "trade · 3 columns", tuple(each.name for each in read)))
    used = {name for box in boxes for name in box.reads}
    return [box for box in boxes if not box.is_source or box.name in used]


@given(graphs())
def test_lines_go_forward_one_layer_at_a_time(boxes: list[Box]) -> None:
    layers = layered(boxes)
    level = {box.name: number for number, row in enumerate(layers.rows) for box in row}
    assert set(boxes) <= {box for row in layers.rows for box in row}
    assert {(line[0].name, line[-1].name) for line in layers.lines} == {
        (name, box.name) for box in boxes for name in box.reads
    }
    for line in layers.lines:
        assert [level[box.name] for box in line] == list(range(level[line[0].name], level[line[-1].name] + 1))
        assert all(box.is_passage for box in line[1:-1])


@given(graphs())
def test_boxes_do_not_overlap(boxes: list[Box]) -> None:
    layers = layered(boxes)
    for direction in (Across(), Down()):
        placed = direction.placed(layers)
        corners = [(placed[box.name], box.width) for row in layers.rows for box in row if not box.is_passage]
        for number, (place, width) in enumerate(corners):
            for other, wide in corners[number + 1 :]:
                apart_x = place.x + width <= other.x or other.x + wide <= place.x
                apart_y = place.y + HEIGHT <= other.y or other.y + HEIGHT <= place.y
                assert apart_x or apart_y


def test_a_table_stands_just_before_its_first_reader() -> None:
    boxes = [
        Box("trades", "", is_source=True),
        Box("reference", "", is_source=True),
        Box("minutes", "", ("trades",)),
        Box("quarters", "", ("reference", "minutes")),
        Box("days", "", ("quarters", "minutes")),
    ]
    layers = layered(boxes)
    assert [[box.name for box in row] for row in layers.rows] == [
        ["trades"],
        ["minutes", "reference"],
        ["minutes to days, 2", "quarters"],
        ["days"],
    ]
    assert all(len(set(step)) == 2 for line in layers.lines for step in pairwise(line))
