"""The steps from updates of single prices to books.

What stands at a price stands from its update to the next one of that price. To find the best prices at an instant
without looking at all that stand, instants are put into cells of so many after each other: a price that is further
from the other side than as many as are wanted, each of which stands throughout the cell, is of no book in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from basalt.compiler.layout import SelectItem, select_list
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join

INSTANTS_PER_CELL = 64
_EVER = Literal(2**63 - 1)
_BID, _ASK = 1, 2
SIDES = {"Bid": _BID, "Ask": _ASK}


@dataclass(frozen=True)
class BookLevels:
    """Books of so many ``levels`` a side, of updates that share ``keys``; ``has_sequence`` orders those of one time.

    The steps read one with the keys, ``event_ns``, ``side`` (1 bid, 2 ask), ``Price`` and ``Size``; the last one,
    ``books``, has a row for each time of the keys, and prices and quantities by level.
    """

    keys: tuple[str, ...]
    levels: int
    has_sequence: bool

    def steps(self, read: str) -> list[Step]:
        """Return the steps."""
        levels = [self._celled(read), self._standing(), self._spread(), self._cells(), *self._placed(), self._bounded()]
        return [*levels, *self._books()]

    def _by(self, *names: str) -> Sql:
        return join(Identifier(name) for name in (*self.keys, *names))

    def _celled(self, read: str) -> Step:
        rank = compose("dense_rank() OVER (PARTITION BY {} ORDER BY event_ns)", self._by())
        cell = compose("({} - 1) // {}", rank, Literal(INSTANTS_PER_CELL))
        body = add_columns(read, [SelectItem(cell, "cell")])
        return Step("celled_updates", body, f"each update with its cell: {INSTANTS_PER_CELL} times after each other")

    def _standing(self) -> Step:
        sequence = "sequence NULLS FIRST, " if self.has_sequence else ""
        order = Fragment(f"event_ns, {sequence}Size")
        window = Window("at_price", compose("PARTITION BY {} ORDER BY {}", self._by("side", "Price"), order))
        items = [
            *map(SelectItem.column, (*self.keys, "side", "Price", "Size", "cell")),
            SelectItem(Identifier("event_ns"), "from_ns"),
            SelectItem(compose("lead(event_ns, 1, {}) OVER at_price", _EVER), "to_ns"),
            SelectItem(
                compose("coalesce(lead(cell) OVER at_price, max(cell) OVER (PARTITION BY {}))", self._by()), "last_cell"
            ),
        ]
        body = select(items, Identifier("celled_updates"), window=window)
        return Step("level_updates", body, "what was set at a price, and the next time something is")

    def _cells(self) -> Step:
        items = [*map(SelectItem.column, (*self.keys, "cell"))]
        items += [SelectItem(Fragment("min(event_ns)"), "first_ns"), SelectItem(Fragment("max(event_ns)"), "last_ns")]
        body = select(items, Identifier("celled_updates"), group_by=(*self.keys, "cell"))
        return Step("cells", body, "the first and the last time of each cell")

    def _spread(self) -> Step:
        items = [
            *map(SelectItem.column, (*self.keys, "side", "Price", "Size", "from_ns", "to_ns")),
            SelectItem(Fragment("CASE side WHEN 1 THEN -Price ELSE Price END"), "distance"),
            SelectItem(Fragment("unnest(range(cell, last_cell + 1))"), "cell"),
        ]
        body = select(items, Identifier("level_updates"), where=[Fragment("from_ns < to_ns"), Fragment("Size > 0")])
        return Step("spread_levels", body, "what stands at a price, in each cell in which it does")

    def _placed(self) -> Sequence[Step]:
        throughout = SelectItem(Fragment("from_ns <= first_ns AND to_ns > last_ns"), "stands_throughout")
        source = compose("spread_levels\nJOIN cells USING ({})", self._by("cell"))
        known = select(compose("spread_levels.*,\n    {}", select_list([throughout])), source)
        by = self._by("cell", "side", "stands_throughout")
        place = compose("row_number() OVER (PARTITION BY {} ORDER BY distance)", by)
        return (
            Step("cell_levels", known, "the same with whether it stands at all times of the cell"),
            Step("placed_levels", add_columns("cell_levels", [SelectItem(place, "place")]), "the best price first"),
        )

    def _bounded(self) -> Step:
        furthest = compose(
            "min(CASE WHEN stands_throughout AND place = {} THEN distance END) OVER (PARTITION BY {})",
            Literal(self.levels),
            self._by("cell", "side"),
        )
        body = add_columns("placed_levels", [SelectItem(furthest, "furthest")])
        return Step("bounded_levels", body, "the same with how far a price of the cell's books can be")

    def _books(self) -> Sequence[Step]:
        instants = select(
            [*map(SelectItem.column, (*self.keys, "cell", "event_ns"))], Identifier("celled_updates"), distinct=True
        )
        level = compose("row_number() OVER (PARTITION BY {} ORDER BY distance)", self._by("event_ns", "side"))
        ranked = select(
            [
                *map(SelectItem.column, (*self.keys, "event_ns", "side", "Price", "Size")),
                SelectItem(level, "level"),
            ],
            compose("instants\nJOIN bounded_levels USING ({})", self._by("cell")),
            where=[Fragment("event_ns >= from_ns"), Fragment("event_ns < to_ns"), _WITHIN],
        )
        columns = [*map(SelectItem.column, (*self.keys, "event_ns"))]
        columns += [SelectItem(_at(each), each.name) for each in book_columns(self.levels)]
        source = compose("instants\nLEFT JOIN book_levels USING ({})", self._by("event_ns"))
        books = select(columns, source, group_by=(*self.keys, "event_ns"))
        return (
            Step("instants", instants, "the times at which something was set"),
            Step("book_levels", ranked, "what stands at each time, the best price of a side first"),
            Step("books", books, "one row per time: the book as it stands after all updates of that time"),
        )


def _at(column: BookColumn) -> Fragment:
    return Fragment(f"max(CASE WHEN side = {column.side} AND level = {column.level} THEN {column.of} END)")


_WITHIN = Fragment("(furthest IS NULL OR distance <= furthest)")


@dataclass(frozen=True)
class BookColumn:
    """A column of a book: its side (1 bid, 2 ask), its level, and what stands in it, Price or Size."""

    name: str
    side: int
    level: int
    of: str


def book_columns(levels: int) -> list[BookColumn]:
    """Return the columns of a book, level by level."""
    return [
        BookColumn(f"{name}{measure}{number}", side, number, of)
        for number in range(1, levels + 1)
        for name, side in SIDES.items()
        for measure, of in (("Price", "Price"), ("Quantity", "Size"))
    ]
