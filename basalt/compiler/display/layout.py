"""Where the boxes of a graph stand, and how lines run between them: across a wide screen, or down a narrow one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from basalt.compiler.display.layers import Box, Layers

HEIGHT = 56
_MARGIN = 12
_GAP, _PASSAGE = 20, 28
_LAYER_GAP, _LAYER_GAP_DOWN = 76, 44


@dataclass(frozen=True)
class Place:
    """A point in pixels."""

    x: float
    y: float


class Direction(Protocol):
    """A way to lay out a graph."""

    @property
    def name(self) -> str:
        """What it is called in a style sheet."""

    def placed(self, layers: Layers) -> dict[str, Place]:
        """Return the upper left corner of each box."""

    def entry(self, box: Box, place: Place) -> Place:
        """Return where lines end at a box."""

    def exit(self, box: Box, place: Place) -> Place:
        """Return where lines begin at a box."""

    def curve(self, begin: Place, end: Place) -> str:
        """Return a line from one place to another, as a path's commands that go on from the first."""


class Across:
    """From left to right, each layer a column."""

    name = "across"

    def placed(self, layers: Layers) -> dict[str, Place]:
        """Return the upper left corner of each box; columns stand with their middles in one line."""
        tallest = max(sum(map(self._room, row)) for row in layers.rows)
        found: dict[str, Place] = {}
        x = float(_MARGIN)
        for row in layers.rows:
            y = _MARGIN + (tallest - sum(map(self._room, row))) / 2
            for box in row:
                found[box.name] = Place(x, y)
                y += self._room(box)
            x += max(box.width for box in row) + _LAYER_GAP
        return found

    @staticmethod
    def _room(box: Box) -> float:
        return _PASSAGE if box.is_passage else HEIGHT + _GAP

    def entry(self, box: Box, place: Place) -> Place:
        """Return the middle of the left side, with room for the head of an arrow."""
        return Place(place.x - (0 if box.is_passage else 2), self._middle(box, place))

    def exit(self, box: Box, place: Place) -> Place:
        """Return the middle of the right side."""
        return Place(place.x + box.width, self._middle(box, place))

    @staticmethod
    def _middle(box: Box, place: Place) -> float:
        return place.y + (0 if box.is_passage else HEIGHT / 2)

    def curve(self, begin: Place, end: Place) -> str:
        """Return a curve that leaves and arrives level."""
        bend = (end.x - begin.x) / 2
        return f"C{begin.x + bend:.0f} {begin.y:.0f} {end.x - bend:.0f} {end.y:.0f} {end.x:.0f} {end.y:.0f}"


class Down:
    """From top to bottom, each layer a row."""

    name = "down"

    def placed(self, layers: Layers) -> dict[str, Place]:
        """Return the upper left corner of each box."""
        found: dict[str, Place] = {}
        y = float(_MARGIN)
        for row in layers.rows:
            x = float(_MARGIN)
            for box in row:
                found[box.name] = Place(x, y)
                x += _PASSAGE if box.is_passage else box.width + _GAP
            y += HEIGHT + _LAYER_GAP_DOWN
        return found

    def entry(self, box: Box, place: Place) -> Place:
        """Return the middle of the upper side, with room for the head of an arrow."""
        return Place(place.x + box.width / 2, place.y - (0 if box.is_passage else 2))

    def exit(self, box: Box, place: Place) -> Place:
        """Return the middle of the lower side."""
        return Place(place.x + box.width / 2, place.y + HEIGHT)

    def curve(self, begin: Place, end: Place) -> str:
        """Return a curve that leaves and arrives upright."""
        bend = (end.y - begin.y) / 2
        return f"C{begin.x:.0f} {begin.y + bend:.0f} {end.x:.0f} {end.y - bend:.0f} {end.x:.0f} {end.y:.0f}"
