"""What the table ``marketstate`` says of sessions: when books stop standing, and the phases of a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.events import Margin
from basalt.compiler.layout import SelectItem
from basalt.compiler.moments import nanoseconds
from basalt.compiler.plan import Inputs, Relations, Step
from basalt.compiler.scans import date_conditions, known_universe_conditions
from basalt.compiler.select import Window, select
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join

TABLE = "marketstate"
BREAKS = "session_breaks"
"""The step with the breaks of sessions: ListingId, ``event_ns`` and ``is_break``, which is true."""
PHASES = "market_phases"
"""The step with the market states of each listing: from ``from_ns`` to ``to_ns``, null where none follows."""

_ALL_BEFORE = Margin(before=None)


@dataclass(frozen=True)
class _MarketStates:
    """The rows of ``marketstate``, as a pass with a contract reads them."""

    inputs: Inputs
    contract: BucketContract

    @property
    def source(self) -> SourceTable:
        """The table."""
        return self.inputs.tables[TABLE]

    def check(self, needed_by: str) -> None:
        """Raise UnknownColumnError or BindingError when the table lacks what is read of it."""
        self.source.require("ListingId", needed_by)
        self.source.text("MarketState", needed_by)
        self.source.event_time()

    @property
    def _event_ns(self) -> Fragment:
        return nanoseconds(*self.source.event_time())

    def _is_one_of(self, states: Sequence[str]) -> Fragment:
        return compose("{} IN ({})", self.source.text("MarketState", TABLE), join(map(Literal, states)))

    def _scanned(
        self, items: Sequence[SelectItem], relations: Relations, margin: Margin, *conditions: Sql | None
    ) -> Fragment:
        listing = SelectItem(self.source.require("ListingId", TABLE), "ListingId")
        where = [
            self.source.filter,
            *date_conditions(self.source, self.contract, self.inputs.days, margin),
            *known_universe_conditions(self.source, self.inputs, relations),
            *conditions,
        ]
        return select([listing, SelectItem(self._event_ns, "event_ns"), *items], relations[TABLE], where=where)


@dataclass(frozen=True)
class SessionBreaks(_MarketStates):
    """The moments at which the book of a listing stops standing: where a market state begins that is a break.

    Breaks are the ``states``, and where ``phases`` are given all but these.
    """

    states: tuple[str, ...]
    phases: tuple[str, ...] = ()

    def step(self, relations: Relations, margin: Margin = _ALL_BEFORE) -> Step:
        """Return the step that has the breaks."""
        breaks = [self._is_one_of(self.states)] if self.states else []
        if self.phases:
            breaks.append(compose("NOT coalesce({}, FALSE)", self._is_one_of(self.phases)))
        is_break = breaks[0] if len(breaks) == 1 else compose("({})", join(breaks, " OR "))
        body = self._scanned([SelectItem(Fragment("TRUE"), "is_break")], relations, margin, is_break)
        return Step(BREAKS, body, "when the book of a listing stops standing")


@dataclass(frozen=True)
class MarketPhases(_MarketStates):
    """The phases of each listing in which its market state is one of ``states``."""

    states: tuple[str, ...]

    def steps(self, relations: Relations) -> list[Step]:
        """Return the steps; the last one has every market state, and ``is_phase`` where it is one of the states."""
        order = self.source.order()
        sequence = [] if order is None else [SelectItem(order[0], "sequence")]
        is_phase = SelectItem(compose("coalesce({}, FALSE)", self._is_one_of(self.states)), "is_phase")
        time, _ = self.source.event_time()
        read = self._scanned([*sequence, is_phase], relations, _ALL_BEFORE, compose("{} IS NOT NULL", time))
        return [Step("market_states", read, "one row per change of a market state"), self._timed(bool(sequence))]

    @staticmethod
    def _timed(has_sequence: bool) -> Step:  # noqa: FBT001 - a property of the source
        order = ["event_ns", *(["sequence NULLS FIRST"] if has_sequence else []), "is_phase"]
        window = Window("in_order", compose("PARTITION BY ListingId ORDER BY {}", join(map(Fragment, order))))
        items = [
            *map(SelectItem.column, ("ListingId", "is_phase")),
            SelectItem(Identifier("event_ns"), "from_ns"),
            SelectItem(Fragment("lead(event_ns) OVER in_order"), "to_ns"),
        ]
        return Step(PHASES, select(items, Identifier("market_states"), window=window), "from when to when each stood")


def session_breaks(
    inputs: Inputs, contract: BucketContract, states: Sequence[str], phases: Sequence[str]
) -> SessionBreaks | None:
    """Return the breaks that a pass goes by; None where it goes by none."""
    return SessionBreaks(inputs, contract, tuple(states), tuple(phases)) if states or phases else None
