"""The updates of the book that an ``l2`` pass reads: canonical columns, buckets, the order of events."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from basalt.compiler.events import Margin
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.filters import row_column, row_name
from basalt.compiler.modules.events.grid import Grid
from basalt.compiler.modules.l2.changes import COMPARED, compared_updates
from basalt.compiler.moments import nanoseconds, within
from basalt.compiler.ordering import EventOrder, event_order
from basalt.compiler.plan import Inputs, Relations, Step
from basalt.compiler.scans import scan_conditions
from basalt.compiler.select import Window, add_columns, select
from basalt.compiler.sessions import BREAKS, SessionBreaks
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.compiler.standing import last_given
from basalt.compiler.types import is_float
from basalt.configuration.l2 import BookMetricsConfig

KEYS = ("ListingId", "TimeBucket")
CARRIED = ("MIC", "Ticker", "CurrencyCode", "MarketState")
UPDATES = "ordered_updates"
_SO_FAR = "so_far"
_SESSION = "session_number"
_BROKEN = "updates_and_breaks"

_BOOK_COLUMN = re.compile(r"(Bid|Ask)(Price|Quantity|NumOrders|InsertAge|LastMod|SizeAhead)\d+")


def carried_columns(source: SourceTable, analytics: BookMetricsConfig) -> dict[str, str]:
    """Return the columns carried along, as the source and as the result call them."""
    prefix = {"MarketState": analytics.metric_prefix}
    return {name: prefix.get(name, "") + name for name in CARRIED if name in source}


@dataclass(frozen=True)
class BookRows:
    """The updates of a pass, before they are aggregated.

    ``needs`` maps each column that is read to what needs it, ``prices`` are columns computed from the book of an
    update, ``ordered_by`` names the columns that tell updates of one time and sequence apart.
    Where nulls of the source mean "unchanged", a value stands until the next one, at most ``max_age`` ns.
    Updates ``margin`` before the dates tell what stands on them, those ``kept_before`` them are kept; nothing stands
    over ``breaks``. ``compared`` names the columns of the book that each update has of the one before as well.
    """

    source: SourceTable
    grid: Grid
    inputs: Inputs
    needs: Mapping[str, str]
    carried: Sequence[str]
    prices: Mapping[str, Sql]
    ordered_by: tuple[str, ...]
    max_age: int | None
    margin: Margin
    breaks: SessionBreaks | None = None
    kept_before: int = 0
    compared: tuple[str, ...] = ()

    @property
    def order(self) -> EventOrder:
        """The order of events."""
        sequence = self.source.order()
        return event_order(sequence[1] if sequence else None, self.grid.contract, self.ordered_by, self.ordered_by)

    def steps(self, relations: Relations) -> list[Step]:
        """Return the steps from the source to updates with buckets, prices and order; several steps read the last."""
        dated = [self._within_dates()] if self.source.carries else []
        steps = self.placed([*self.read(relations), *dated])
        return [replace(step, is_computed_again=not (self.source.carries or self.compared)) for step in steps]

    def read(self, relations: Relations) -> list[Step]:
        """Return the steps from the source to all updates that tell what stands on the dates, breaks among them."""
        broken = [self.breaks.step(relations, self.margin), _with_breaks()] if self.breaks else []
        steps = [self._scan(relations), *broken]
        if not self.source.carries:
            return steps
        sessions = [_with_sessions()] if self.breaks else []
        return [*steps, *sessions, self._carried((*steps, *sessions)[-1].name)]

    def placed(self, read: list[Step]) -> list[Step]:
        """Return steps and those after them that give each row its bucket, its prices and its place in order."""
        bucketed = self.grid.bucketed("bucketed_updates", read[-1].name)
        compared = [self._compared(bucketed.name)] if self.compared else []
        return [*read, bucketed, *compared, self._ordered()]

    def _compared(self, source: str) -> Step:
        sequence = [] if self.source.order() is None else [Fragment("sequence NULLS FIRST")]
        order = [Identifier("event_ns"), *sequence, *(row_column(name) for name in self.needs)]
        return compared_updates(source, self.compared, order, self.grid)

    @property
    def book(self) -> list[str]:
        """The columns that are read of the book."""
        return [name for name in self.needs if _BOOK_COLUMN.fullmatch(name)]

    def _scan(self, relations: Relations) -> Step:
        where = scan_conditions(self.source, self.grid.contract, self.inputs, relations, self.margin)
        body = select(list(self._columns()), relations[self.source.name], where=where)
        return Step("source_updates", body, "one row per update of the book, in canonical columns")

    def _columns(self) -> Iterable[SelectItem]:
        yield SelectItem(self.source.require("ListingId", "the l2 module"), "ListingId")
        time, type_ = self.source.event_time()
        yield SelectItem(nanoseconds(time, type_), "event_ns")
        if (sequence := self.source.order()) is not None:
            yield SelectItem(sequence[0], "sequence")
        for name in dict.fromkeys([*self.carried, *self.needs]):
            yield SelectItem(self.column(name, self.needs.get(name, "the l2 module")), row_name(name))

    def _carried(self, source: str) -> Step:
        """Fill in what an update leaves unchanged."""
        sequence = [] if self.source.order() is None else [Fragment("sequence NULLS FIRST")]
        book = self.book
        order = join([Identifier("event_ns"), *sequence, *map(Identifier, book)])
        of = Fragment(f"ListingId, {_SESSION}" if self.breaks else "ListingId")
        so_far = compose("PARTITION BY {} ORDER BY {} ROWS UNBOUNDED PRECEDING", of, order)
        items = [SelectItem(last_given(name, "event_ns", _SO_FAR, self.max_age), name) for name in book]
        plain = [item.name for item in self._columns() if item.name not in book]
        plain += ["is_break"] if self.breaks else []
        body = select([*map(SelectItem.column, plain), *items], Identifier(source), window=Window(_SO_FAR, so_far))
        return Step("carried_updates", body, "each update with what it leaves unchanged")

    def _within_dates(self) -> Step:
        contract = self.grid.contract
        first, last = contract.event_bounds(self.inputs.days)
        bounds = (None if first is None else first - self.kept_before, last)
        where = within(Identifier("event_ns"), "BIGINT", bounds, contract.closed)
        where += [Fragment("is_break IS NULL")] if self.breaks else []
        body = select(Fragment("*"), Identifier("carried_updates"), where=where)
        return Step("dated_updates", body, "the updates of the dates; those before told what stood")

    def column(self, name: str, needed_by: str) -> Sql:
        """Return a canonical column; what is not a finite number is null.

        Raises UnknownColumnError when the source does not have it, BindingError when it is not of a type it can be.
        """
        if _BOOK_COLUMN.fullmatch(name):
            return self.source.number(name, needed_by)
        expression = self.source.require(name, needed_by)
        if name in CARRIED:
            return self.source.text(name, needed_by)
        return self.source.number(name, needed_by) if is_float(self.source.types[name]) else expression

    def _ordered(self) -> Step:
        items = [SelectItem(value, name) for name, value in self.prices.items()]
        items.append(SelectItem(self.order.expression(self.grid.start()), "event_order"))
        comment = "each update with its place in the order of events: time, sequence, then what makes it unique"
        return Step(UPDATES, add_columns(COMPARED if self.compared else "bucketed_updates", items), comment)


def _with_breaks() -> Step:
    body = compose("SELECT *\nFROM source_updates\nUNION ALL BY NAME\nSELECT *\nFROM {}", Identifier(BREAKS))
    comment = "updates, and the breaks that end what stands; they say nothing of the book"
    return Step(_BROKEN, body, comment)


def _with_sessions() -> Step:
    """Return the step that tells the sessions of a listing apart, so that nothing is carried from one to the next."""
    so_far = "PARTITION BY ListingId ORDER BY event_ns, is_break NULLS LAST ROWS UNBOUNDED PRECEDING"
    items = [SelectItem(Fragment("count(is_break) OVER breaks_so_far"), _SESSION)]
    body = add_columns(_BROKEN, items, Window("breaks_so_far", Fragment(so_far)))
    return Step("session_updates", body, "the same with the number of breaks so far")
