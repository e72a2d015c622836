"""The bucket contract: which interval of time a row stands for, exact to the nanosecond."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.day_range import DAY, Day, DayRange, Moment, first_edge, midnight
from basalt.configuration.buckets import NANOSECONDS, Anchor, Closed

_MICROSECOND = 1_000


@dataclass(frozen=True)
class BucketContract:
    """Buckets of ``width`` ns counted from ``origin`` ns after the Unix epoch (UTC).

    Bucket k is ``(origin + k*width, origin + (k+1)*width]`` when closed right, ``[..., ...)`` when closed left, and
    is labelled with its end or its start.
    """

    width: int
    anchor: Anchor = "end"
    closed: Closed = "right"
    origin: int = 0

    @property
    def unit(self) -> int:
        """Nanoseconds of the coarsest timestamp unit that holds every label: 1000 (microseconds) or 1."""
        is_whole = self.width % _MICROSECOND == 0 and self.origin % _MICROSECOND == 0
        return _MICROSECOND if is_whole else 1

    @property
    def label_type(self) -> str:
        """The DuckDB type of ``TimeBucket``."""
        return "TIMESTAMP" if self.unit == _MICROSECOND else "TIMESTAMP_NS"

    @property
    def seconds(self) -> str:
        """The width in seconds as a person would write it."""
        whole, rest = divmod(self.width, NANOSECONDS)
        return str(whole) if not rest else f"{whole}.{rest:09d}".rstrip("0")

    @property
    def label_shift(self) -> int:
        """How many buckets after its start a bucket's label stands: 1 at the end, 0 at the start."""
        return 1 if self.anchor == "end" else 0

    @property
    def label_offset(self) -> int:
        """How many nanoseconds before its label a bucket starts."""
        return self.label_shift * self.width

    def first_label(self, day: Day) -> Moment:
        """Return the label, in nanoseconds, of the first bucket that starts on a day or after it."""
        return first_edge(midnight(day), self.width, self.origin) + self.label_offset

    @property
    def is_within_days(self) -> bool:
        """Whether no bucket reaches over the end of a UTC day."""
        return DAY % self.width == 0 and self.origin % self.width == 0

    def describe(self) -> str:
        """Return the contract in words, as it stands in compiled SQL."""
        return f"{self.seconds} s buckets {interval(self.closed)}, labelled by their {self.anchor}"

    def event_bounds(self, days: DayRange) -> tuple[Moment | None, Moment | None]:
        """Return the events of all buckets that start on a range of days, as bounds in nanoseconds.

        The bounds are edges of buckets: the lower one is exclusive and the upper inclusive when closed right, the
        other way round when closed left. An open end is None.
        """
        edges = (
            None if days.first is None else midnight(days.first),
            None if days.last is None else midnight(days.last, days_later=1),
        )
        lower, upper = (None if edge is None else first_edge(edge, self.width, self.origin) for edge in edges)
        return lower, upper


def interval(closed: Closed) -> str:
    """Return which end of a bucket belongs to it, as a mathematician writes it."""
    return "(start, end]" if closed == "right" else "[start, end)"
