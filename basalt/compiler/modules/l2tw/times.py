"""The steps from the updates of a book to the time that each of its states stood in each bucket.

A state stands from its update to the next one of the listing, no longer than its age allows and not beyond a break of
the session. It counts in the bucket of its update, and in the one of the next update, into which it is carried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from basalt.compiler.day_range import Moment, MovingMoment
from basalt.compiler.layout import SelectItem, select_list
from basalt.compiler.modules.events.carried import carried_items
from basalt.compiler.modules.l2.rows import UPDATES, BookRows
from basalt.compiler.modules.l2.states import STATES, PriceState
from basalt.compiler.moments import limited
from basalt.compiler.plan import Relations, Step
from basalt.compiler.select import Window, add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.templates import render
from basalt.configuration.buckets import NANOSECONDS

TIMES = "book_times"
_EVER = Literal(2**63 - 1)
_KEYS = ("ListingId", "bucket")
_NEXT = "updates_of_listing"
_FROM_TO = ("bucket", "next_bucket")
_IS_OWN = Fragment("in_bucket = spread_updates.bucket")
_DAY = 86_400 * NANOSECONDS


@dataclass(frozen=True)
class BookTimes:
    """The time that states of a book stood, by bucket, and what metrics are made of over it."""

    rows: BookRows
    states: Sequence[PriceState]
    kept: Sequence[str]
    is_dense: bool

    def steps(self, relations: Relations) -> list[Step]:
        """Return the steps from the source to one row per listing and bucket in which the book was updated."""
        read = self.rows.read(relations)
        placed = self.rows.placed([*read, self._timed(read[-1].name)])
        return [*placed, self._standing(), self._spread(), self._pieces(), self._grouped()]

    def _timed(self, source: str) -> Step:
        """Add the time of the next update, while there are few columns to be put in order."""
        sequence = [] if self.rows.source.order() is None else [Fragment("sequence NULLS FIRST")]
        breaks = [Fragment("is_break NULLS LAST")] if self.rows.breaks else []
        book = [Identifier(name) for name in self.rows.book]
        order = join([Identifier("event_ns"), *breaks, *sequence, *book])
        window = Window(_NEXT, compose("PARTITION BY ListingId ORDER BY {}", order))
        items = [SelectItem(compose("lead(event_ns) OVER {}", Identifier(_NEXT)), "next_ns")]
        return Step("timed_updates", add_columns(source, items, window), "each update with the time of the next one")

    def _standing(self) -> Step:
        """Add until when each state stands, and the bucket of the next update."""
        to_ns = compose("coalesce(next_ns, {})", _EVER)
        if self.rows.max_age is not None:
            to_ns = compose("least({}, event_ns + {})", to_ns, Literal(self.rows.max_age))
        items = [SelectItem(to_ns, "to_ns"), SelectItem(self.rows.grid.bucket("next_ns"), "next_bucket")]
        comment = "each update with the time until which its state stands, and the bucket of the next one"
        return Step("standing_updates", add_columns(UPDATES, items), comment)

    def _spread(self) -> Step:
        """Add every bucket in which a state counts."""
        stands = [Fragment("NOT is_break IS TRUE")] if self.rows.breaks else []
        items = compose("*,\n    {}", select_list([SelectItem(self._buckets, "in_bucket")]))
        body = select(items, Identifier("standing_updates"), where=stands)
        return Step("spread_updates", body, "each update in every bucket in which its state may stand")

    @property
    def _buckets(self) -> Fragment:
        """The buckets of an update: where they are dense, those between it and the next one of its day as well."""
        grid = self.rows.grid
        if not self.is_dense:
            return render("expressions/buckets_carried", start=grid.start("next_bucket"))
        days = [render("expressions/bucket_left", moment=grid.start(name), width=Literal(_DAY)) for name in _FROM_TO]
        return render("expressions/buckets_reached", days=days)

    def _pieces(self) -> Step:
        """Cut what stands at the edges of buckets.

        Times are DOUBLE, which is quicker to add up and exact: it has every whole nanosecond of a hundred days.
        """
        start, end = self.rows.grid.start("in_bucket"), self.rows.grid.end("in_bucket")
        standing = compose("(least(to_ns, {}) - greatest(event_ns, {}))::DOUBLE", end, start)
        items = [
            SelectItem.column("ListingId"),
            SelectItem(Identifier("in_bucket"), "bucket"),
            SelectItem(standing, "standing_ns"),
            *([SelectItem(_IS_OWN, "is_own")] if self._tells_own else []),
            *map(SelectItem.column, self.kept),
        ]
        reached = [compose("({} OR to_ns > {})", _IS_OWN, start)] if self.is_dense else []
        body = select(items, Identifier("spread_updates"), where=[*reached, *self._dated("in_bucket")])
        return Step(TIMES, body, "how long each state stood in each bucket")

    @property
    def tells_updated(self) -> bool:
        """Whether ``is_updated`` tells in which buckets the book was updated.

        All are that a state is carried into, but for those of breaks.
        """
        return not self.is_dense and self.rows.breaks is not None

    @property
    def _tells_own(self) -> bool:
        """Whether it is read which states are of updates of the bucket itself."""
        return "MarketState" in self.rows.carried or self.tells_updated

    def _dated(self, bucket: str) -> list[Fragment]:
        """Return the conditions that a bucket is one of the run's dates."""
        first, last = self.rows.grid.contract.event_bounds(self.rows.inputs.days)
        edges = ((">=", first), ("<", last))
        return [
            limited(compose("{} " + operator + " {}", Identifier(bucket), self._number(edge)), edge)
            for operator, edge in edges
            if edge is not None
        ]

    def _number(self, edge: Moment) -> Sql:
        """Return the number of the bucket that starts at an edge."""
        contract = self.rows.grid.contract
        since = edge - contract.origin
        if isinstance(since, MovingMoment):
            return compose("({}) // {}", since.nanoseconds(), contract.width)
        return Literal(since // contract.width)

    def _grouped(self) -> Step:
        items = [*map(SelectItem.column, _KEYS)]
        for item in carried_items(self.rows.carried, self.rows.source):
            of_update = compose("CASE WHEN is_own THEN {} END", Identifier(item.name))
            is_state = item.name == "MarketState"
            items.append(SelectItem(compose("arg_max({}, event_order)", of_update), item.name) if is_state else item)
        items += [state.item() for state in self.states]
        if self.tells_updated:
            items.append(SelectItem(Fragment("bool_or(is_own)"), "is_updated"))
        body = select(items, Identifier(TIMES), group_by=_KEYS)
        return Step(STATES, body, "one row per listing and bucket: values by time, and the times")
