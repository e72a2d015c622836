"""The steps from the updates of a book to one row per listing and bucket.

Prices over a bucket are aggregated. The book at the last update is found first by its order, from few columns, and only
then read with all of them: far cheaper than to carry every column through an aggregation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from basalt.compiler.aggregates import build, order_of
from basalt.compiler.layout import SelectItem, select_list
from basalt.compiler.modules.events.carried import carried_items
from basalt.compiler.modules.l2.changes import day_of
from basalt.compiler.modules.l2.request import STANDING, BookRequest
from basalt.compiler.modules.l2.rows import UPDATES, BookRows
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, add_columns, select
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, conjunction, join
from basalt.compiler.templates import render, render_text

STATES, CONTINUED = "book_states", "continued_states"
_KEYS = ("ListingId", "bucket")
_LAST_KEYS = tuple(f"last_{key}" for key in _KEYS)
_ORDER = Identifier("event_order")
_EARLIER = Fragment("BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING")


@dataclass(frozen=True)
class PriceState:
    """A first, last, highest or lowest price over the updates of a bucket."""

    name: str
    aggregate: str
    of: Sql
    where: Sql | None

    def describe(self) -> str:
        """Return the state as a reader of the catalogue sees it."""
        return f"{self.aggregate}({self.of})" + (f" where {self.where}" if self.where is not None else "")

    def item(self) -> SelectItem:
        """Return the state over the updates."""
        return SelectItem(build(self.aggregate, self.of, _ORDER, self.where), self.name)

    def order_item(self) -> SelectItem:
        """Return the order of the update that a first or last was taken from."""
        given = conjunction([self.where, compose("{} IS NOT NULL", self.of)])
        return SelectItem(order_of(self.aggregate, _ORDER, given), f"{self.name}_order")


def price_states(requests: Iterable[BookRequest]) -> dict[str, PriceState]:
    """Return the states that metrics over the updates of a bucket are made of, each once."""
    found: dict[str, PriceState] = {}
    for request in requests:
        for name, state in request.metric.states.items():
            if not request.is_standing:
                of = render_text(state.of, **request.values)
                where = None if state.where is None else render_text(state.where, **request.values)
                found.setdefault(name, PriceState(name, state.aggregate, of, where))
    return found


@dataclass(frozen=True)
class LastBook:
    """The book at the last update that a filter lets through: which columns of it are read."""

    suffix: str
    filter: Sql | None
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the step that has it."""
        return f"last_books{self.suffix}"

    @property
    def order(self) -> str:
        """The column of the states with the order of the last update."""
        return f"last_order{self.suffix}"

    def place(self, column: str) -> Identifier:
        """Return a column of it."""
        return Identifier(self.name, column)

    def order_item(self) -> SelectItem:
        """Return the order of the last update."""
        return SelectItem(order_of("latest", _ORDER, self.filter), self.order)

    def step(self) -> Step:
        """Return the step with the columns of the book at the last update of each bucket."""
        values = join((compose("{}: {}", Literal(name), Identifier(name)) for name in self.columns), ",\n        ")
        keys = [SelectItem(Identifier(UPDATES, key), f"last_{key}") for key in _KEYS]
        body = render(
            "shapes/last_rows",
            columns=compose("{},\n    unnest(max({{\n        {}\n    }}))", select_list(keys), values),
            source=_UPDATES,
            last=Identifier(STATES),
            on=compose("{}\n AND event_order = {}", _same_key(UPDATES, STATES), Identifier(self.order)),
            group_by=join(item.expression for item in keys),
        )
        return Step(self.name, body, "the book at the last update; of several equal in order, the greatest")


_UPDATES = Identifier(UPDATES)


def last_books(requests: Iterable[BookRequest]) -> dict[str, LastBook]:
    """Return the books at the last update by the suffix of their filter."""
    found: dict[str, LastBook] = {}
    for request in requests:
        if request.is_standing:
            earlier = found.get(request.suffix, LastBook(request.suffix, request.filter, ()))
            columns = tuple(dict.fromkeys([*earlier.columns, *request.metric.requires]))
            found[request.suffix] = LastBook(request.suffix, request.filter, columns)
    return found


@dataclass(frozen=True)
class BookStates:
    """All that the metrics of a pass are made of.

    ``continued`` maps columns to the closes whose last value, of an earlier bucket of the day, they hold.
    """

    rows: BookRows
    prices: Sequence[PriceState]
    books: Sequence[LastBook]
    continued: Mapping[str, str]

    def steps(self, orders: frozenset[str]) -> list[Step]:
        """Return the steps; ``orders`` names the order columns wanted."""
        continued = [self._continued()] if self.continued else []
        return [self._grouped(orders), *continued, *(book.step() for book in self.books)]

    def _grouped(self, orders: frozenset[str]) -> Step:
        items = [*map(SelectItem.column, _KEYS), *carried_items(self.rows.carried, self.rows.source)]
        for state in self.prices:
            items.append(state.item())
            if f"{state.name}_order" in orders:
                items.append(state.order_item())
        items += [book.order_item() for book in self.books]
        comment = "one row per listing and bucket: its prices, and the place of its last update"
        return Step(STATES, select(items, _UPDATES, group_by=_KEYS), comment)

    def _continued(self) -> Step:
        rows = compose("PARTITION BY ListingId, {} ORDER BY bucket ROWS {}", day_of(self.rows.grid), _EARLIER)
        earlier = Window("earlier", rows)
        items = [
            SelectItem(compose("last_value({} IGNORE NULLS) OVER earlier", Identifier(close)), name)
            for name, close in self.continued.items()
        ]
        return Step(CONTINUED, add_columns(STATES, items, earlier), "the same with the closes before, of the same day")

    def book(self, suffix: str) -> LastBook:
        """Return the book at the last update that the filter of a suffix lets through."""
        return next(book for book in self.books if book.suffix == suffix)

    def source(self) -> Fragment:
        """Return what the result is selected from: the states with the books at the last update."""
        joins = [
            render(
                "shapes/left_join",
                right=Identifier(book.name),
                on=compose("ListingId IS NOT DISTINCT FROM {}\n AND bucket = {}", *map(book.place, _LAST_KEYS)),
            )
            for book in self.books
        ]
        return join([Identifier(CONTINUED if self.continued else STATES), *joins], "\n")


def _same_key(left: str, right: str) -> Fragment:
    return compose(
        "{} IS NOT DISTINCT FROM {}\n AND {} = {}",
        *(Identifier(side, key) for key in _KEYS for side in (left, right)),
    )


def order_column(request: BookRequest, state: str) -> str:
    """Return the column of the states with the order by which a state was taken."""
    return f"last_order{request.suffix}" if state == STANDING else f"{state}_order"


def described(request: BookRequest, states: dict[str, PriceState]) -> Iterator[tuple[str, Fragment]]:
    """Yield the states of a metric as a reader of the catalogue sees them."""
    for name in request.metric.states:
        if name == STANDING:
            yield name, compose("{}", request.standing(Identifier))
        else:
            yield name, Fragment(states[name].describe())
