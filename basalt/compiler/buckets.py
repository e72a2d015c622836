"""The bucket contract: which interval of time a row stands for, exact to the nanosecond."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from basalt.configuration.buckets import NANOSECONDS, Anchor, Closed

_MICROSECOND = 1_000
_DAY = 86_400 * NANOSECONDS
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


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

    def first_label(self, day: date) -> int:
        """Return the label, in nanoseconds, of the first bucket that starts on a day or after it."""
        return self._first_edge_from(midnight(day)) + self.label_offset

    @property
    def is_within_days(self) -> bool:
        """Whether no bucket reaches over the end of a UTC day."""
        return _DAY % self.width == 0 and self.origin % self.width == 0

    def describe(self) -> str:
        """Return the contract in words, as it stands in compiled SQL."""
        return f"{self.seconds} s buckets {interval(self.closed)}, labelled by their {self.anchor}"

    def event_bounds(self, first: date | None, last: date | None) -> tuple[int | None, int | None]:
        """Return the events of all buckets that start on the days ``first``..``last``, as bounds in nanoseconds.

        The bounds are edges of buckets: the lower one is exclusive and the upper inclusive when closed right, the
        other way round when closed left. An open end is None.
        """
        lower = None if first is None else self._first_edge_from(midnight(first))
        upper = None if last is None else self._first_edge_from(midnight(last) + _DAY)
        return lower, upper

    def _first_edge_from(self, moment: int) -> int:
        return self.origin + -((self.origin - moment) // self.width) * self.width


def interval(closed: Closed) -> str:
    """Return which end of a bucket belongs to it, as a mathematician writes it."""
    return "(start, end]" if closed == "right" else "[start, end)"


def midnight(day: date) -> int:
    """Return the start of a UTC day in nanoseconds."""
    return (day.toordinal() - _EPOCH_ORDINAL) * _DAY
