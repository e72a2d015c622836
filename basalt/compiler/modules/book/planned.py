"""A ``book`` pass, planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from basalt.compiler.columns import BoundColumn, key_column
from basalt.compiler.day_range import Moment, midnight
from basalt.compiler.events import EventTable
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, Read, RowRule
from basalt.compiler.modules.book.levels import BookColumn, BookLevels, book_columns
from basalt.compiler.modules.events.planned import EventsPass
from basalt.compiler.moments import nanoseconds, within
from basalt.compiler.plan import Relations, Step
from basalt.compiler.scans import universe_conditions
from basalt.compiler.select import add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.compiler.templates import render
from basalt.configuration import BookAnalyticsConfig
from basalt.configuration.buckets import NANOSECONDS

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
        """No tables: what stands at a price may have been set on any day before, so that days are not cut."""
        return ()

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
        scan = Step("source_updates", self._scan(relations), "one row per update of a price, in canonical columns")
        keys: tuple[str, ...] = ("ListingId",)
        steps = [scan]
        if self.analytics.reset == "day":
            day = render("expressions/bucket_left", moment=Identifier("event_ns"), width=_DAY)
            comment = "each update with its UTC day, at whose start the book is empty"
            steps.append(Step("daily_updates", add_columns(scan.name, [SelectItem(day, "utc_day")]), comment))
            keys = ("ListingId", "utc_day")
        books = BookLevels(keys, self.analytics.levels, self.source.order() is not None)
        return [*steps, *books.steps(steps[-1].name), self._result()]

    def _scan(self, relations: Relations) -> Fragment:
        time, type_ = self.source.event_time()
        items = [
            SelectItem(self.source.require("ListingId", _NEEDED_BY), "ListingId"),
            SelectItem(nanoseconds(time, type_), "event_ns"),
        ]
        if (sequence := self.source.order()) is not None:
            items.append(SelectItem(sequence[0], "sequence"))
        items.append(SelectItem(self._side(), "side"))
        items += [SelectItem(self.source.known_number(name, _NEEDED_BY), name) for name in ("Price", "Size")]
        return select(items, relations[self.source.name], where=self._conditions(relations))

    def _side(self) -> Fragment:
        return compose("CASE {} WHEN 1 THEN 1 WHEN 2 THEN 2 END", self.source.number("Side", _NEEDED_BY))

    def _conditions(self, relations: Relations) -> list[Sql | None]:
        time, _ = self.source.event_time()
        given = [self.source.is_given(name, _NEEDED_BY) for name in ("Price", "Size")]
        rows = [compose("{} IS NOT NULL", each) for each in (time, self.source.require("ListingId", _NEEDED_BY))]
        sides = compose("{} IN (1, 2)", self.source.number("Side", _NEEDED_BY))
        universe = universe_conditions(self.source, self.inputs, relations)
        return [self.source.filter, *self._dates(), *universe, *rows, sides, *given]

    @property
    def _bounds(self) -> tuple[Moment | None, Moment | None]:
        """The midnights, in nanoseconds, between which rows are; both belong to them, as buckets may have either."""
        first, last = self.inputs.days.first, self.inputs.days.last
        return (None if first is None else midnight(first), None if last is None else midnight(last, days_later=1))

    def _dates(self) -> list[Fragment]:
        time, type_ = self.source.event_time()
        first, last = self._bounds
        is_daily = self.analytics.reset == "day"
        since = within(time, type_, (first, None), "left") if is_daily else []
        return [*since, *within(time, type_, (None, last), "right")]

    def _result(self) -> Step:
        names = [SelectItem.column(each.name) for each in book_columns(self.analytics.levels)]
        time = SelectItem(Fragment("make_timestamp_ns(event_ns)"), "EventTimestamp")
        where = within(Identifier("event_ns"), "BIGINT", (self._bounds[0], None), "left")
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
