"""The rows a trade pass counts: canonical columns, buckets, the order of events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from basalt.compiler.buckets import BucketContract
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.filters import row_name
from basalt.compiler.modules.events.grid import Grid
from basalt.compiler.modules.trade.quotes import QuoteLookup
from basalt.compiler.modules.trade.signs import AggressorSigns
from basalt.compiler.moments import nanoseconds
from basalt.compiler.ordering import EventOrder, event_order
from basalt.compiler.plan import Inputs, Relations, Step
from basalt.compiler.scans import scan_conditions
from basalt.compiler.select import add_columns, select
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose, join
from basalt.compiler.types import is_float, is_integer

KEYS = ("ListingId", "TimeBucket")
CARRIED = ("MIC", "Ticker", "MarketState")

AGGRESSOR = {"Ask": 1, "Bid": 2, "Unknown": 0}
"""A buyer-initiated trade takes the ask, a seller-initiated one the bid; anything else has no known aggressor."""


@dataclass(frozen=True)
class TradeRows:
    """The trades of a pass, before they are aggregated.

    ``needs`` maps each column that is read to what needs it; ``own`` are those that are read as the source has them.
    ``ordered_by`` names columns that the first or last value of a trade is computed from, besides its price.
    ``every_row`` reads rows of all classifications and marks those that count, ``ordered`` adds the order of events.
    ``lookup`` gives them quotes, ``signs`` sides by a rule.
    """

    source: SourceTable
    contract: BucketContract
    inputs: Inputs
    needs: dict[str, str]
    classifications: Sequence[str]
    own: frozenset[str]
    ordered_by: tuple[str, ...]
    every_row: bool
    ordered: bool
    lookup: QuoteLookup | None = None
    signs: AggressorSigns | None = None

    @property
    def carried(self) -> tuple[str, ...]:
        """The columns carried along: those of MIC, Ticker and MarketState that the source has."""
        return tuple(name for name in CARRIED if name in self.source)

    @property
    def order(self) -> EventOrder:
        """The order of events."""
        sequence = self.source.order()
        ties = tuple(name for name in ("LocalPrice", "Size", "MarketState") if name in self._selected_names)
        return event_order(sequence[1] if sequence else None, self.contract, ties, ("LocalPrice", *self.ordered_by))

    @property
    def by_side(self) -> bool:
        """Whether the aggressor is known of each row."""
        return "AggressorSide" in self.needs

    @property
    def _selected_names(self) -> set[str]:
        looked_up = self.lookup.columns if self.lookup else ()
        needed = set(self.needs) - ({"AggressorSide"} - self.own) - set(looked_up)
        key = {self.lookup.config.by} - {"ListingId"} if self.lookup else set()
        return {*needed, *key, *self.carried, "Size", *(["LocalPrice"] if self.ordered else [])}

    @property
    def grid(self) -> Grid:
        """The buckets."""
        return Grid(self.contract)

    def steps(self, relations: Relations) -> list[Step]:
        """Return the steps from the source to rows with buckets and order."""
        quoted = self.lookup.steps(self.inputs, relations) if self.lookup else []
        bucketed = self.grid.bucketed("bucketed_trades", self.lookup.name if self.lookup else "source_trades")
        ordered = [self._ordered()] if self.ordered else []
        return [self._scan(relations), *quoted, bucketed, *ordered, *self._signed()]

    def _signed(self) -> list[Step]:
        if self.signs is None:
            return []
        return self.signs.steps("ordered_trades", self.grid.start(), marks_counted=self.every_row)

    def _ordered(self) -> Step:
        order = [SelectItem(self.order.expression(self.grid.start()), "event_order")]
        comment = "each trade with its place in the order of events: time, sequence, then what makes it unique"
        return Step("ordered_trades", add_columns("bucketed_trades", order), comment)

    def _scan(self, relations: Relations) -> Step:
        where = [*scan_conditions(self.source, self.contract, self.inputs, relations), *self._counting()]
        body = select(list(self._columns()), relations[self.source.name], where=where)
        return Step("source_trades", body, "one row per trade, in canonical columns")

    def _counting(self) -> list[Sql]:
        size_given = self.source.is_given("Size", "the trade module")
        return [size_given] if self.every_row or (counts := self.is_counted()) is None else [counts, size_given]

    def is_counted(self) -> Fragment | None:
        """Return the condition that a trade is of a classification that counts; None when all are."""
        if "Classification" not in self.source:
            return None
        classification = self.source.text("Classification", "the trade module")
        return compose("{} IN ({})", classification, join(Literal(name) for name in self.classifications))

    def _columns(self) -> Iterable[SelectItem]:
        source = self.source
        yield SelectItem(source.require("ListingId", "the trade module"), "ListingId")
        time, type_ = source.event_time()
        yield SelectItem(nanoseconds(time, type_), "event_ns")
        sequence = source.order()
        if sequence is not None and self.ordered:
            yield SelectItem(sequence[0], "sequence")
        for name in sorted(self._selected_names, key=_canonical_rank):
            needed_by = self.needs.get(name, "the trade module")
            own = name == "AggressorSide"  # which a filter reads as the source has it
            expression = source.require(name, needed_by) if own else self.column(name, needed_by)
            yield SelectItem(expression, row_name(name))
        if self.by_side and (self.signs is None or self.signs.reads_given):
            name = "given_aggressor" if self.signs else "aggressor"
            yield SelectItem(self.column("AggressorSide", "the trade module"), name)
        if self.every_row:
            counted = self.is_counted()
            yield SelectItem(Literal(True) if counted is None else compose("coalesce({}, FALSE)", counted), "counted")  # noqa: FBT003

    def column(self, name: str, needed_by: str) -> Sql:
        """Return a canonical column.

        Raises UnknownColumnError when the source does not have it, BindingError when it is not of a type it can be.
        """
        if name == "LocalPrice":
            return self._price(needed_by)
        if self.lookup is not None and name in self.lookup.columns:
            return Identifier(name)
        if name == "AggressorSide":
            return self._aggressor(needed_by)
        if name == "Size":  # rows without one are not read
            return self.source.known_number(name, needed_by)
        return self._plain(name, needed_by)

    def _plain(self, name: str, needed_by: str) -> Sql:
        """Return a column by what it is known to be, or else as the source has it, with NaN as null."""
        known = self.source.canonical.assumed.get(name)
        if name == "PreTradeMid" and name not in self.source and "PreTradeMid1ms" in self.source:
            name = "PreTradeMid1ms"
        if known == "VARCHAR" and name not in self.own:
            return self.source.text(name, needed_by)
        if known == "DOUBLE":
            return self.source.number(name, needed_by)
        expression = self.source.require(name, needed_by)
        return self.source.number(name, needed_by) if is_float(self.source.types[name]) else expression

    def _price(self, needed_by: str) -> Sql:
        """Return the price: given, or the trade's notional by its size, or Price."""
        if "LocalPrice" in self.source:
            return self.source.number("LocalPrice", needed_by)
        if "TradeNotional" in self.source:
            notional = self.source.number("TradeNotional", needed_by)
            return compose("nullif({} / {}, 'NaN')", notional, self.source.known_number("Size", needed_by))
        if "Price" in self.source:
            return self.source.number("Price", needed_by)
        return self.source.require("LocalPrice", needed_by)

    def _aggressor(self, needed_by: str) -> Fragment:
        if self.signs is not None and not self.signs.reads_given:
            return self.signs.aggressor()
        side = self.source.number("AggressorSide", needed_by)
        if is_integer(self.source.types["AggressorSide"]):
            side = compose("{}", self.source.columns["AggressorSide"])
        return compose("CASE {} WHEN 1 THEN 1 WHEN 2 THEN 2 ELSE 0 END", side)


def _canonical_rank(name: str) -> tuple[int, str]:
    first = ("MIC", "Ticker", "MarketState", "LocalPrice", "Size")
    return (first.index(name) if name in first else len(first), name)
