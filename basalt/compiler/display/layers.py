"""The boxes of a graph in layers: each after what it reads, in an order that keeps lines short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_NARROWEST, _LETTER, _SMALL_LETTER, _PADDING = 132, 8.2, 6.8, 36


@dataclass(frozen=True)
class Box:
    """A table or a pass, what stands in it, and what it reads; or a passage, which a line goes through."""

    name: str
    note: str
    reads: tuple[str, ...] = ()
    is_source: bool = False
    is_passage: bool = False

    @property
    def width(self) -> float:
        """The width in pixels that its texts need."""
        if self.is_passage:
            return 0.0
        return max(_NARROWEST, max(_LETTER * len(self.name), _SMALL_LETTER * len(self.note)) + _PADDING)


@dataclass(frozen=True)
class Layers:
    """Boxes by how far they are from the sources, and the lines between them, each through a box of every layer."""

    rows: tuple[tuple[Box, ...], ...]
    lines: tuple[tuple[Box, ...], ...]


def layered(boxes: Sequence[Box]) -> Layers:
    """Return boxes, which come after what they read, in layers."""
    depth = _depths(boxes)
    by_name = {box.name: box for box in boxes}
    lines = tuple(_line(by_name[name], box, depth) for box in boxes for name in box.reads)
    levels = depth | {box.name: depth[line[0].name] + step for line in lines for step, box in enumerate(line)}
    every = dict.fromkeys([*boxes, *(box for line in lines for box in line)])
    rows = [[box for box in every if levels[box.name] == level] for level in range(max(levels.values()) + 1)]
    return Layers(_ordered(rows, lines), lines)


def _depths(boxes: Sequence[Box]) -> dict[str, int]:
    """Return the layer of each box; a source stands just before the first that reads it."""
    found: dict[str, int] = {}
    for box in boxes:
        found[box.name] = 1 + max((found[name] for name in box.reads), default=-1)
    for box in boxes:
        if box.is_source:
            found[box.name] = min((found[each.name] for each in boxes if box.name in each.reads), default=1) - 1
    return found


def _line(source: Box, target: Box, depth: dict[str, int]) -> tuple[Box, ...]:
    between = range(depth[source.name] + 1, depth[target.name])
    passages = (Box(f"{source.name} to {target.name}, {level}", "", is_passage=True) for level in between)
    return (source, *passages, target)


def _ordered(rows: Sequence[Sequence[Box]], lines: Sequence[Sequence[Box]]) -> tuple[tuple[Box, ...], ...]:
    """Order each row by where its boxes' lines come from in the row before; boxes that read nothing come last."""
    steps = [step for line in lines for step in pairwise(line)]
    found: list[tuple[Box, ...]] = []
    for row in rows:
        places = {box.name: place for place, box in enumerate(found[-1])} if found else {}
        middles = {box: _middle([places[source.name] for source, target in steps if target == box]) for box in row}
        found.append(tuple(sorted(row, key=middles.__getitem__)))
    return tuple(found)


def _middle(places: Sequence[int]) -> float:
    """Return the mean of places; boxes without any come last."""
    return sum(places) / len(places) if places else float("inf")
