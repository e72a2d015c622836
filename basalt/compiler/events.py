"""Which events a pass reads, and how far around a day: what a run that is cut by days has to know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from basalt.compiler.sources import SourceTable


class Margin(BaseModel):
    """How far outside of a range of time events are read that tell something of the range, in nanoseconds.

    ``before`` is None where all earlier events are read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    before: int | None = 0
    after: int = 0

    def or_wider(self, other: Margin) -> Margin:
        """Return the margin that holds both."""
        before = None if self.before is None or other.before is None else max(self.before, other.before)
        return Margin(before=before, after=max(self.after, other.after))


NO_MARGIN = Margin()


class EventTable(BaseModel):
    """A table of events that a pass reads.

    ``column`` is the source's own column of event times, by whose days a run can be cut; None where it is computed.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    table: str
    column: str | None
    margin: Margin = NO_MARGIN

    @classmethod
    def of(cls, source: SourceTable, margin: Margin = NO_MARGIN) -> EventTable:
        """Return a source table as events. Raises UnknownColumnError or BindingError when it has no event time."""
        return cls(table=source.name, column=source.event_column(), margin=margin)
