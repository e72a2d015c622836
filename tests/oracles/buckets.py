"""Which time bucket an event belongs to, and what the bucket is called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

SECOND = 1_000_000_000
DAY = 86_400 * SECOND

Anchor = Literal["end", "start"]
Closed = Literal["right", "left"]


@dataclass(frozen=True)
class Contract:
    """Buckets of ``width`` nanoseconds counted from ``origin``, nanoseconds from the Unix epoch."""

    width: int
    anchor: Anchor = "end"
    closed: Closed = "right"
    origin: int = 0

    def start(self, event: int) -> int:
        """Where the bucket of an event starts: (start, start + width] or [start, start + width)."""
        offset = event - self.origin
        number = (offset - 1) // self.width if self.closed == "right" else offset // self.width
        return self.origin + number * self.width

    def label(self, event: int) -> int:
        """What the bucket of an event is called."""
        return self.label_of(self.start(event))

    def label_of(self, start: int) -> int:
        """What the bucket that starts there is called."""
        return start + self.width if self.anchor == "end" else start

    def start_of(self, label: int) -> int:
        """Where the bucket of that name starts."""
        return label - self.width if self.anchor == "end" else label

    def coarser(self, factor: int) -> Contract:
        """The same contract with buckets ``factor`` times as wide."""
        return replace(self, width=self.width * factor)

    def resample(self, label: int, target: Contract) -> int:
        """What the bucket of ``target`` is called that the whole bar of that name goes into."""
        offset = self.start_of(label) - target.origin
        return target.label_of(target.origin + offset // target.width * target.width)

    @property
    def needs_nanoseconds(self) -> bool:
        """Whether labels do not fit whole microseconds."""
        return self.width % 1_000 != 0 or self.origin % 1_000 != 0


def day_of(moment: int) -> int:
    """The UTC day of a moment, counted from 1970-01-01."""
    return moment // DAY
