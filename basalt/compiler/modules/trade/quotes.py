"""The quotes that stood around a trade, found by an as-of join."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from basalt.catalog.library import load_library
from basalt.catalog.rules import aggressor_rules
from basalt.compiler.buckets import BucketContract
from basalt.compiler.events import EventTable
from basalt.compiler.layout import SelectItem, select_list
from basalt.compiler.lineage import Read
from basalt.compiler.modules.events.filters import row_name
from basalt.compiler.plan import Inputs, Relations, Step
from basalt.compiler.scans import date_conditions, known_universe_conditions
from basalt.compiler.select import select
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Literal, compose, join
from basalt.compiler.standing import Standing
from basalt.compiler.templates import render
from basalt.configuration import AnalyticsConfig, QuoteLookupConfig, TradeAnalyticsConfig
from basalt.configuration.buckets import seconds_to_nanoseconds

_COLUMN = re.compile(r"Quote(?:Bid|Ask|Mid(?:([1-9]\d*)ms)?)")
_BID, _ASK = "BidPrice1", "AskPrice1"
_PRICES, _MID = (_BID, _ASK), "mid"
_SIDES = {"QuoteBid": _BID, "QuoteAsk": _ASK}
_MILLISECOND = 1_000_000
_TRADES = "source_trades"


def is_quote_column(name: str) -> bool:
    """Tell whether a column is one that quotes can give a trade: QuoteBid, QuoteAsk, QuoteMid or QuoteMid<N>ms."""
    return _COLUMN.fullmatch(name) is not None


def quotes_table(config: QuoteLookupConfig, pipeline: AnalyticsConfig) -> str:
    """Return the name of the table, or of the earlier pass, that quotes are taken from."""
    has_only_books = "l2" in pipeline.TABLES and "quotes" not in pipeline.TABLES
    return config.table or ("l2" if has_only_books else "quotes")


def quotes_tables(config: QuoteLookupConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
    """Return the source table that quotes are taken from; none where an earlier pass has them."""
    is_pass = config.table in {each.name for each in pipeline.PASSES}
    return () if is_pass else (quotes_table(config, pipeline),)


def _after(column: str) -> int:
    """Return how long after the trade a column's quote is taken, in nanoseconds."""
    found = _COLUMN.fullmatch(column)
    return int(found[1]) * _MILLISECOND if found and found[1] else 0


@dataclass(frozen=True)
class QuoteLookup:
    """The columns that quotes give each trade.

    A mid is that of the quote in force, of both sides and not crossed. Before the trade the quote is the last one
    strictly before it, or at its time where so configured; a horizon later it is the last one up to then.
    """

    config: QuoteLookupConfig
    quotes: SourceTable
    trades: SourceTable
    contract: BucketContract
    columns: tuple[str, ...]

    @property
    def name(self) -> str:
        """The name of the last step: the trades with their quotes."""
        return "quoted_trades"

    @property
    def _standing(self) -> Standing:
        age = self.config.max_age_seconds
        max_age = None if age is None else seconds_to_nanoseconds(age)
        mid = SelectItem(render("expressions/mid", bid=Identifier(_BID), ask=Identifier(_ASK)), _MID)
        return Standing(self.quotes, _PRICES, max_age, self.config.by, (mid,))

    @property
    def _horizons(self) -> list[int]:
        """The times after the trade that are looked at, 0 for the quote before it."""
        return sorted({_after(column) for column in self.columns})

    @property
    def events(self) -> EventTable:
        """The quotes as a table of events, with what is read of them around the trades."""
        return EventTable.of(self.quotes, self._standing.margin(self._horizons[-1]))

    def check(self, needed_by: str) -> None:
        """Raise UnknownColumnError or BindingError when the quotes or the trades lack what is read of them."""
        self.trades.require(self.config.by, needed_by)
        self.quotes.require(self.config.by, needed_by)
        self.quotes.event_time()
        for name in _PRICES:
            self.quotes.number(name, needed_by)

    def steps(self, inputs: Inputs, relations: Relations) -> list[Step]:
        """Return the steps from the quotes to the trades with their quotes."""
        dates = date_conditions(self.quotes, self.contract, inputs.days, self.events.margin)
        universe = known_universe_conditions(self.quotes, inputs, relations) if self.config.by == "ListingId" else []
        conditions = [self.quotes.filter, *dates, *universe]
        standing = self._standing.steps(relations[self.quotes.name], conditions)
        return [*standing, Step(self.name, self._joined(), "each trade with the quotes that stood around it")]

    def _joined(self) -> Fragment:
        values = select_list([SelectItem(self._value(column), column) for column in self.columns])
        source = join([Identifier(_TRADES), *map(self._join, self._horizons)], "\n")
        return select(compose("{}.*,\n    {}", Identifier(_TRADES), values), source)

    def _join(self, horizon: int) -> Fragment:
        alias, since = _alias(horizon), ">" if self._is_strictly_before(horizon) else ">="
        return compose(
            "ASOF LEFT JOIN {} AS {}\n  ON {} = {} AND {} " + since + " {}",
            Identifier(self._standing.name),
            Identifier(alias),
            Identifier(_TRADES, row_name(self.config.by)),
            Identifier(alias, self.config.by),
            _moment(horizon),
            Identifier(alias, "from_ns"),
        )

    def _is_strictly_before(self, horizon: int) -> bool:
        return horizon == 0 and self.config.timing == "before"

    def _value(self, column: str) -> Fragment:
        horizon = _after(column)
        alias = _alias(horizon)
        value = Identifier(alias, _SIDES.get(column, _MID))
        until = "<=" if self._is_strictly_before(horizon) else "<"
        stands = compose("{} " + until + " {}", _moment(horizon), Identifier(alias, "to_ns"))
        return compose("CASE WHEN {} THEN {} END", stands, value)

    def describe(self, columns: Iterable[str]) -> dict[str, str]:
        """Return those of the columns that quotes give, with the value of each in words."""
        table = self.quotes.name
        when = "strictly before" if self.config.timing == "before" else "at or before"
        age = self.config.max_age_seconds
        limit = "" if age is None else f", at most {age:g} s old"
        return {
            name: f"{_SIDES.get(name, _MID)} of the last row of {table} {_said(_after(name)) or when} the trade{limit}"
            for name in self.columns
            if name in columns
        }

    def reads(self, column: str) -> Iterable[Read]:
        """Return what a column is computed from."""
        for name in [_SIDES[column]] if column in _SIDES else _PRICES:
            yield Read(self.quotes.name, name, self.quotes.number(name, column))
        name = next(each for each in self.quotes.canonical.event_times if each in self.quotes)
        yield Read(self.quotes.name, name, self.quotes.event_time()[0])


def _alias(horizon: int) -> str:
    return f"quote_{horizon // _MILLISECOND}ms_later" if horizon else "quote_before"


def _said(horizon: int) -> str:
    return f"up to {horizon // _MILLISECOND} ms after" if horizon else ""


def _moment(horizon: int) -> Fragment:
    return compose("event_ns + {}", Literal(horizon)) if horizon else Fragment("event_ns")


def looked_up(columns: Iterable[str], trades: SourceTable) -> tuple[str, ...]:
    """Return the columns that quotes have to give: those of quotes that the trades do not have themselves."""
    return tuple(sorted({name for name in columns if is_quote_column(name) and name not in trades}, key=_rank))


def _rank(column: str) -> tuple[int, str]:
    return _after(column), column


def asks_for_quotes(analytics: TradeAnalyticsConfig, pipeline: AnalyticsConfig) -> bool:
    """Tell whether the configuration asks for what quotes give, unless the trades have it themselves."""
    rule = analytics.aggressor_rule
    if rule is not None and aggressor_rules()[rule.rule].reads_quotes:
        return True
    named: list[str] = [reference for each in analytics.discrepancy_metrics for reference in each.references]
    named += [each.reference_price_col for each in analytics.impact_metrics]
    asked = {measure for each in analytics.generic_metrics for measure in each.measures}
    for metric in load_library(pipeline.TEMPLATE_PATHS).metrics:
        named += metric.requires if metric.module == "trade" and metric.measure in asked else ()
    return any(map(is_quote_column, named)) or any(each.reference == "quotes" for each in analytics.impact_metrics)
