"""A ``book`` pass, planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from basalt.compiler.columns import BoundColumn, key_column
from basalt.compiler.day_range import Moment, MovingMoment, midnight
from basalt.compiler.events import EventTable
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, Read, RowRule
from basalt.compiler.modules.book.levels import BookColumn, BookLevels, book_columns
from basalt.compiler.modules.book.standing import last_levels, opening_and_updates
from basalt.compiler.modules.events.planned import EventsPass
from basalt.compiler.moments import nanoseconds, within
from basalt.compiler.plan import Relations, Step, standing_name
from basalt.compiler.scans import universe_conditions
from basalt.compiler.select import add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.compiler.templates import render
from basalt.configuration import BookAnalyticsConfig
from basalt.configuration.buckets import NANOSECONDS
from basalt.errors import CompileError

_DAY = 86_400 * NANOSECONDS
_NEEDED_BY = "the book module"


@dataclass(frozen=True)
class BookPass(EventsPass):
    """A book after each update, by level."""

    contract: None = None
    hidden: tuple[str, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns that make a row."""
        return ("ListingId", "EventTimestamp")

    @property
    def analytics(self) -> BookAnalyticsConfig:
        """What the pass was asked for."""
        return self.config.book_analytics or BookAnalyticsConfig()

    @property
    def events(self) -> tuple[EventTable, ...]:
        """The updates: a run is cut by their days, and what stands at the end of one is where the next one begins."""
        return (EventTable.of(self.source),)

    def reads(self) -> list[Callable[[], object]]:
        """Return what raises BindingError when something is missing that is read."""
        numbers = [partial(self.source.number, name, _NEEDED_BY) for name in ("Side", "Price", "Size")]
        return [self.source.event_time, partial(self.source.require, "ListingId", _NEEDED_BY), *numbers]

    @property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The output columns: the listing, the time of the update, prices and quantities by level."""
        keys = (key_column("ListingId", "The listing"), key_column("EventTimestamp", "The time of the update", "UTC"))
        return (*keys, *(_column(each) for each in book_columns(self.analytics.levels)))

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:  # noqa: ARG002 - it hides nothing
        """Return the steps from updates to books."""
        keys = ("ListingId", "utc_day") if self._is_daily else ("ListingId",)
        books = BookLevels(keys, self.analytics.levels, self._has_sequence)
        steps = self._updates(relations)
        return [*steps, *books.steps(steps[-1].name), self._result()]

    def standing_steps(self, relations: Relations) -> list[Step]:
        """Return the steps to what stands at the end of the run's dates; none where books end with a day."""
        if self._is_daily:
            return []
        steps = self._updates(relations)
        return [*steps, *last_levels(steps[-1].name, "last", self._order)]

    @property
    def _is_daily(self) -> bool:
        return self.analytics.reset == "day"

    @property
    def _has_sequence(self) -> bool:
        return self.source.order() is not None

    @property
    def _order(self) -> list[str]:
        """What tells which of two updates is later: the time, the sequence, a missing one first, then the size."""
        sequence = ["sequence IS NOT NULL", "sequence"] if self._has_sequence else []
        return ["event_ns", *sequence, "Size"]

    def _updates(self, relations: Relations) -> list[Step]:
        """Return the steps to the updates of the run's dates, and what stood before them as updates at their begin."""
        comment = "one row per update of a price, in canonical columns"
        scan = Step("source_updates", self._scan(self._conditions(relations), relations), comment)
        if self._is_daily:
            day = render("expressions/bucket_left", moment=Identifier("event_ns"), width=_DAY)
            comment = "each update with its UTC day, at whose start the book is empty"
            return [scan, Step("daily_updates", add_columns(scan.name, [SelectItem(day, "utc_day")]), comment)]
        opening = self._opening(relations)
        if not opening:
            return [scan]
        body = opening_and_updates(opening[-1].name, scan.name, self._known_begin)
        return [
            *opening,
            scan,
            Step("all_updates", body, "what stood when the dates begin, and the updates of the dates"),
        ]

    def _opening(self, relations: Relations) -> list[Step]:
        """Return the steps to what stood before the run's dates, by price."""
        if self.is_continued:
            body = select(Fragment("*"), relations[standing_name(self.config.name)])
            return [Step("opening_levels", body, "what stood at the end of the days before")]
        if self._begin is None:
            return []
        before = within(*self.source.event_time(), (None, self._begin), "right")
        scan = self._scan([*self._rows(relations), *before], relations)
        earlier = Step("earlier_updates", scan, "the updates before the dates")
        return [earlier, *last_levels(earlier.name, "opening", self._order)]

    @property
    def is_continued(self) -> bool:
        """Whether it goes on where the run of the days before has ended."""
        return self.config.name in self.inputs.continued

    @property
    def _begin(self) -> Moment | None:
        """The moment, in nanoseconds, after which rows are: a midnight is of the days before where these have been run.

        Else both midnights belong to the dates, as buckets may have either.
        """
        first = self.inputs.days.first
        return None if first is None else midnight(first) - (0 if self.is_continued else 1)

    @property
    def _known_begin(self) -> int | None:
        """The same, where the dates are known: what stood before cannot be told of a day that may be left open.

        Raises CompileError for parameters.
        """
        begin = self._begin
        if isinstance(begin, MovingMoment):
            message = "a book that goes on from day to day has no macro, whose first day may be left open"
            raise CompileError(
                message, place=f"pass {self.config.name}", suggestion="set reset to day, or ask for views"
            )
        return begin

    def _scan(self, where: list[Sql | None], relations: Relations) -> Fragment:
        time, type_ = self.source.event_time()
        items = [
            SelectItem(self.source.require("ListingId", _NEEDED_BY), "ListingId"),
            SelectItem(nanoseconds(time, type_), "event_ns"),
        ]
        if (sequence := self.source.order()) is not None:
            items.append(SelectItem(sequence[0], "sequence"))
        items.append(SelectItem(self._side(), "side"))
        items += [SelectItem(self.source.known_number(name, _NEEDED_BY), name) for name in ("Price", "Size")]
        return select(items, relations[self.source.name], where=where)

    def _side(self) -> Fragment:
        return compose("CASE {} WHEN 1 THEN 1 WHEN 2 THEN 2 END", self.source.number("Side", _NEEDED_BY))

    def _conditions(self, relations: Relations) -> list[Sql | None]:
        """Return the conditions that an update is one of the run's dates and counts."""
        first, last = self.inputs.days.first, self.inputs.days.last
        begin = midnight(first) - 1 if self._is_daily and first is not None else self._begin
        end = None if last is None else midnight(last, days_later=1)
        return [*self._rows(relations), *within(*self.source.event_time(), (begin, end), "right")]

    def _rows(self, relations: Relations) -> list[Sql | None]:
        """Return the conditions that an update counts."""
        time, _ = self.source.event_time()
        given = [self.source.is_given(name, _NEEDED_BY) for name in ("Price", "Size")]
        rows = [compose("{} IS NOT NULL", each) for each in (time, self.source.require("ListingId", _NEEDED_BY))]
        sides = compose("{} IN (1, 2)", self.source.number("Side", _NEEDED_BY))
        universe = universe_conditions(self.source, self.inputs, relations)
        return [self.source.filter, *universe, *rows, sides, *given]

    def _result(self) -> Step:
        names = [SelectItem.column(each.name) for each in book_columns(self.analytics.levels)]
        time = SelectItem(Fragment("make_timestamp_ns(event_ns)"), "EventTimestamp")
        where = within(Identifier("event_ns"), "BIGINT", (self._begin, None), "right")
        body = select([SelectItem.column("ListingId"), time, *names], Identifier("books"), where=where)
        return Step("result", body, "the books")

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        place = f"pass {self.config.name}"
        table = self.source.name
        time = Read(table, "event time", self.source.event_time()[0])
        if column == "ListingId":
            return ComputedColumn(place, "The listing", "", (Read(table, column, self.source.columns[column]),))
        if column == "EventTimestamp":
            return ComputedColumn(place, "the time of the update", "", (time,))
        (told,) = [each for each in self.columns if each.name == column]
        names = ("Side", "Price", "Size")
        read = (Read(table, name, self.source.number(name, column)) for name in names)
        return ComputedColumn(place, told.title, told.formula, (*read, time))

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""
        for condition in self._conditions(relations):
            if condition is not None:
                yield RowRule("updates that count", self.source.name, condition.text)


def _column(column: BookColumn) -> BoundColumn:
    what, told = ("price", "Price") if column.of == "Price" else ("quantity", "Quantity")
    return BoundColumn(
        name=column.name,
        kind="state",
        unit=what,
        title=f"{told} of level {column.level} of the {'bid' if column.side == 1 else 'ask'} after the update",
        formula=f"the {what} that stands at the price which is number {column.level} from the best",
        known_at="event time",
        null_rule="null where the side has fewer levels",
        requires=("Side", "Price", "Size"),
    )
