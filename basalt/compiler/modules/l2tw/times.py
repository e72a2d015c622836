"""The steps from the updates of a book to the time that each of its states stood in each bucket.

A state stands from its update to the next one of the listing, no longer than its age allows and not beyond a break of
the session. It counts in the bucket of its update, and in the one of the next update, into which it is carried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from basalt.compiler.day_range import Moment, MovingMoment
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.carried import carried_items
from basalt.compiler.modules.l2.rows import UPDATES, BookRows
from basalt.compiler.modules.l2.states import STATES, PriceState
from basalt.compiler.moments import limited
from basalt.compiler.plan import Relations, Step
from basalt.compiler.select import Window, add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, conjunction, join
from basalt.compiler.templates import render
from basalt.configuration.buckets import NANOSECONDS

TIMES = "book_times"
_EVER = Literal(2**63 - 1)
_KEYS = ("ListingId", "bucket")
_NEXT = "updates_of_listing"
_FROM_TO = ("bucket", "next_bucket")
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
        pieces = [self._spread(), self._spread_pieces()] if self.is_dense else [self._pieces()]
        return [*self.rows.placed(self.rows.read(relations)), self._timed(), *pieces, self._grouped()]

    def _timed(self) -> Step:
        """Add until when each state stands, and the bucket of the next update."""
        sequence = [] if self.rows.source.order() is None else [Fragment("sequence NULLS FIRST")]
        breaks = [Fragment("is_break NULLS LAST")] if self.rows.breaks else []
        book = [Identifier(name) for name in self.rows.book]
        order = join([Identifier("event_ns"), *breaks, *sequence, *book])
        to_ns = compose("lead(event_ns, 1, {}) OVER {}", _EVER, Identifier(_NEXT))
        if self.rows.max_age is not None:
            to_ns = compose("least({}, event_ns + {})", to_ns, Literal(self.rows.max_age))
        items = [
            SelectItem(to_ns, "to_ns"),
            SelectItem(compose("lead(bucket) OVER {}", Identifier(_NEXT)), "next_bucket"),
        ]
        window = Window(_NEXT, compose("PARTITION BY ListingId ORDER BY {}", order))
        return Step(
            "timed_updates",
            add_columns(UPDATES, items, window),
            "each update with the time until which its state stands",
        )

    def _pieces(self) -> Step:
        """Cut what stands at the edges of buckets."""
        grid = self.rows.grid
        own = compose("least(to_ns, {}) - event_ns", grid.end())
        start = grid.start("next_bucket")
        carried = compose("to_ns - {}", start)
        stands = [Fragment("NOT is_break IS TRUE")] if self.rows.breaks else []
        body = render(
            "shapes/pieces",
            own=self._piece(own, Literal(True)),  # noqa: FBT003 - a value
            carried=self._piece(carried, Literal(False), bucket="next_bucket"),  # noqa: FBT003 - a value
            source=Identifier("timed_updates"),
            own_where=conjunction([*self._dated("bucket"), *stands]),
            carried_where=conjunction(
                [Fragment("next_bucket > bucket"), compose("to_ns > {}", start), *self._dated("next_bucket"), *stands]
            ),
        )
        return Step(TIMES, body, "how long each state stood in the bucket of its update and in that of the next one")

    def _spread(self) -> Step:
        """Add every bucket up to that of the next update; from one day to the next only that one is reached."""
        grid = self.rows.grid
        days = [render("expressions/bucket_left", moment=grid.start(name), width=Literal(_DAY)) for name in _FROM_TO]
        body = add_columns("timed_updates", [SelectItem(render("expressions/buckets_reached", days=days), "in_bucket")])
        return Step("spread_updates", body, "each update in every bucket in which its state may stand")

    def _spread_pieces(self) -> Step:
        grid = self.rows.grid
        start, end = grid.start("in_bucket"), grid.end("in_bucket")
        standing = compose("least(to_ns, {}) - greatest(event_ns, {})", end, start)
        piece = self._piece(standing, Fragment("in_bucket = bucket"), bucket="in_bucket")
        stands = [Fragment("NOT is_break IS TRUE")] if self.rows.breaks else []
        reached = compose("(in_bucket = bucket OR to_ns > {})", start)
        body = select(piece, Identifier("spread_updates"), where=[reached, *self._dated("in_bucket"), *stands])
        return Step(TIMES, body, "how long each state stood in each bucket")

    def _piece(self, standing: Sql, is_own: Sql, bucket: str = "bucket") -> Fragment:
        items = [
            Identifier("ListingId"),
            compose("{} AS bucket", Identifier(bucket)) if bucket != "bucket" else Identifier(bucket),
            compose("{} AS standing_ns", standing),
            compose("{} AS is_own", is_own),
            *map(Identifier, self.kept),
        ]
        return join(items, ",\n    ")

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
        items.append(SelectItem(Fragment("bool_or(is_own)"), "is_updated"))
        body = select(items, Identifier(TIMES), group_by=_KEYS)
        return Step(STATES, body, "one row per listing and bucket: values by time, and the times")
