"""What the plans of all modules over raw events have in common."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.compiler.indicators import Indicator
from basalt.compiler.plan import Check, Inputs, Relations
from basalt.compiler.sources import SourceTable
from basalt.configuration import PassConfig


@dataclass(frozen=True)
class EventsPass:
    """A pass over the events of a source: it merges no states of an earlier pass, and has nothing to check."""

    config: PassConfig
    inputs: Inputs
    source: SourceTable

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""
        return ("ListingId", "TimeBucket")

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """No indicators: they are for bars."""
        return ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Nothing that the user should know about the numbers."""
        return ()

    @property
    def source_passes(self) -> tuple[str, ...]:
        """The pass that is read in the place of a table of events, if one is."""
        return (self.source.name,) if self.source.name in self.inputs.passes else ()

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read: the events, and ``reference`` where the universe goes by it."""
        universe = self.inputs.config.UNIVERSE
        looked_up = universe is not None and any(column not in self.source for column in universe.where)
        own = () if self.source.name in self.inputs.passes else (self.source.name,)
        return (*own, "reference") if looked_up else own

    def needs(self, source: str, hidden: frozenset[str]) -> frozenset[str]:  # noqa: ARG002 - as PlannedPass has it
        """Return no states: events are read as they are."""
        return frozenset()

    def refusals(self, relations: Relations) -> list[Check]:  # noqa: ARG002 - as PlannedPass has it
        """Return no check."""
        return []

    def cautions(self, relations: Relations) -> list[Check]:  # noqa: ARG002 - as PlannedPass has it
        """Return no check."""
        return []
