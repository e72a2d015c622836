"""An ``l2`` pass, planned."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from basalt.compiler.buckets import BucketContract
from basalt.compiler.columns import BoundColumn, key_column
from basalt.compiler.events import EventTable, Margin
from basalt.compiler.labels import time_bucket
from basalt.compiler.layout import SelectItem
from basalt.compiler.lineage import ComputedColumn, RowRule
from basalt.compiler.modules.events.grid import Grid, bucket_contract
from basalt.compiler.modules.events.measured import Measured
from basalt.compiler.modules.events.planned import EventsPass
from basalt.compiler.modules.l2.changes import changes, compared_columns
from basalt.compiler.modules.l2.lineage import computed_column, row_rules
from basalt.compiler.modules.l2.request import BookRequest
from basalt.compiler.modules.l2.rows import CARRIED, BookRows, carried_columns
from basalt.compiler.modules.l2.states import (
    BookStates,
    PriceState,
    described,
    last_books,
    order_column,
    price_states,
)
from basalt.compiler.plan import Relations, Step
from basalt.compiler.select import select
from basalt.compiler.sessions import SessionBreaks, session_breaks
from basalt.compiler.sql import Identifier, Sql, compose
from basalt.compiler.templates import render_text
from basalt.configuration import L2AnalyticsConfig, L2TWAnalyticsConfig
from basalt.configuration.buckets import seconds_to_nanoseconds


@dataclass(frozen=True)
class L2Pass(EventsPass):
    """An ``l2`` pass, planned."""

    asked: tuple[BookRequest, ...]

    @property
    def events(self) -> tuple[EventTable, ...]:
        """The updates of the book."""
        return (EventTable.of(self.source, self.margin),)

    @cached_property
    def contract(self) -> BucketContract:
        """The time buckets of the rows."""
        return bucket_contract(self.config)

    @property
    def analytics(self) -> L2AnalyticsConfig | L2TWAnalyticsConfig:
        """What the pass was asked for."""
        return self.config.l2_analytics or L2AnalyticsConfig()

    @cached_property
    def rows(self) -> BookRows:
        """The updates before aggregation."""
        place = f"pass {self.config.name}"
        needs = {column: f"{place}: {each.column}" for each in reversed(self.asked) for column in each.requires}
        return BookRows(
            source=self.source,
            grid=Grid(self.contract),
            inputs=self.inputs,
            needs=needs,
            carried=tuple(name for name in CARRIED if name in self.source),
            prices=self._prices,
            ordered_by=self._ordered_by,
            max_age=self.max_age,
            margin=self.margin,
            breaks=self.breaks if self.is_timed or self.source.carries else None,
            kept_before=self.carried_in,
            compared=compared_columns(self.asked),
        )

    @property
    def max_age(self) -> int | None:
        """How long a state stands without an update, in nanoseconds."""
        age = self.analytics.max_state_age_seconds
        return None if age is None else seconds_to_nanoseconds(age)

    @cached_property
    def breaks(self) -> SessionBreaks | None:
        """The moments at which the book stops standing."""
        phases = self.config.timeline_market_states
        return session_breaks(self.inputs, self.contract, self.analytics.session_breaks, phases)

    @property
    def tables(self) -> tuple[str, ...]:
        """The source tables that are read."""
        return (*super().tables, *((self.breaks.source.name,) if self.breaks else ()))

    @property
    def is_dense(self) -> bool:
        """Whether buckets without an update are rows as well, as long as something stands."""
        return self.config.timeline_mode == "dense"

    @property
    def is_timed(self) -> bool:
        """Whether it counts until when each update stands."""
        return False

    @property
    def carried_in(self) -> int:
        """How long before the dates, in nanoseconds, updates are rows as well: whose book may stand on the dates."""
        is_cut = bool(self.config.timeline_market_states) or self.config.timeline_interval is not None
        return self.max_age + self.contract.width if self.is_dense and is_cut and self.max_age is not None else 0

    @property
    def margin(self) -> Margin:
        """How far before the dates updates are read: where they leave something unchanged, or stand on the dates."""
        if not self.source.carries:
            return Margin(before=self.carried_in)
        return Margin(before=None if self.max_age is None else self.max_age + self.carried_in)

    @property
    def _prices(self) -> dict[str, Sql]:
        """The prices of the book, and what each update changes, that are aggregated over a bucket."""
        found = changes(self.asked)
        for request in self.asked:
            if request.price is not None:
                name = request.values["price"].text
                found[name] = render_text(request.price.value, **request.point.variables(Identifier))
        return found

    @property
    def _ordered_by(self) -> tuple[str, ...]:
        """What tells updates apart whose first or last value is taken."""
        prices = {column for each in self.asked if each.price is not None for column in each.metric.requires}
        return tuple(sorted(prices | ({"MarketState"} & set(self.source.columns))))

    @cached_property
    def price_states(self) -> dict[str, PriceState]:
        """The states over the updates of a bucket, by name."""
        return price_states(self.asked)

    @cached_property
    def _books(self) -> BookStates:
        continued = {
            column.text: f"close_{column.text.removeprefix('close_before_')}"
            for request in self.asked
            if request.metric.is_continued and (column := request.values["close_before"])
        }
        return BookStates(
            self.rows, tuple(self.price_states.values()), tuple(last_books(self.asked).values()), continued
        )

    @cached_property
    def measured(self) -> Measured[BookRequest]:
        """The metrics as output columns and states."""
        return Measured(self.asked, self.rows.order, self.rows.grid, order_column)

    @cached_property
    def columns(self) -> tuple[BoundColumn, ...]:
        """The output columns: keys, carried columns, metrics in the order configured."""
        keys = (key_column("ListingId", "The listing"), key_column("TimeBucket", self.contract.describe(), "UTC"))
        carried = tuple(key_column(name, f"{source} of the listing") for source, name in self.carried.items())
        metrics = (self.measured.column(each, each.metric.title, self._formula(each)) for each in self.asked)
        return (*keys, *carried, *metrics)

    @property
    def carried(self) -> dict[str, str]:
        """The carried columns, as the source and as the result call them."""
        return carried_columns(self.source, self.analytics)

    @property
    def hidden(self) -> tuple[str, ...]:
        """The state columns this pass can add for a later one."""
        return tuple(self.measured.hidden)

    def steps(self, hidden: frozenset[str], relations: Relations) -> list[Step]:
        """Return the steps from the updates to the metrics."""
        wanted = {name: column for name, column in self.measured.hidden.items() if name in hidden}
        orders = frozenset(column.order for column in wanted.values() if column.order is not None)
        items = [SelectItem.column("ListingId"), SelectItem(time_bucket(self.contract), "TimeBucket")]
        items += [SelectItem(Identifier(source), name) for source, name in self.carried.items()]
        items += [SelectItem(self._value(request), request.column) for request in self.asked]
        items += [SelectItem(column.value, name) for name, column in wanted.items()]
        result = Step("result", select(items, self._books.source()), "the metrics")
        return [*self.rows.steps(relations), *self._books.steps(orders), result]

    def _value(self, request: BookRequest) -> Sql:
        if not request.is_standing:
            return self.measured.value(request)
        book = self._books.book(request.suffix)
        value = request.standing(book.place)
        if book.filter is None:
            return value
        return compose("CASE WHEN {} IS NOT NULL THEN {} END", Identifier(book.order), value)

    def _formula(self, request: BookRequest) -> str:
        """Return the metric's value with its states written out."""
        states = dict(described(request, self.price_states))
        return render_text(request.metric.value, **{**self.measured.parameters, **request.values, **states}).text

    def computed(self, column: str) -> ComputedColumn:
        """Return how a column is computed, for a reader."""
        return computed_column(self, column)

    def row_rules(self, relations: Relations) -> Iterable[RowRule]:
        """Return what decides which rows there are, for a reader."""
        return row_rules(self, relations)
