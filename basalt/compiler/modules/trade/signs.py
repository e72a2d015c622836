"""The side that initiated a trade, told by a rule where the venue does not say."""

from __future__ import annotations

from dataclasses import dataclass

from basalt.catalog.rules import AggressorRule, aggressor_rules
from basalt.compiler.buckets import BucketContract
from basalt.compiler.layout import SelectItem
from basalt.compiler.modules.events.filters import row_column
from basalt.compiler.plan import Step
from basalt.compiler.select import Window, add_columns
from basalt.compiler.sources import SourceTable
from basalt.compiler.sql import Fragment, Identifier, Literal, Sql, compose
from basalt.compiler.templates import render, render_text
from basalt.configuration import AggressorRuleConfig
from basalt.configuration.buckets import NANOSECONDS

_NS_A_DAY = 86_400 * NANOSECONDS
_DAY, _IN_DAY = "trading_day", "in_day"
_PRICE, _BID, _ASK, _TEST = "price_half_ticks", "bid_half_ticks", "ask_half_ticks", "tick_test"
_PRIOR = "prior_half_ticks"


@dataclass(frozen=True)
class AggressorSigns:
    """Gives trades the side that a rule tells: those without one, or all.

    Prices are compared as whole numbers of half ticks. The tick test looks back over the listing's trades of the same
    UTC day, the day on which a trade's bucket starts, in the order of events.
    """

    config: AggressorRuleConfig
    trades: SourceTable
    contract: BucketContract
    needed_by: str
    """The place in the configuration that asks for it."""

    @property
    def rule(self) -> AggressorRule:
        """The rule."""
        return aggressor_rules()[self.config.rule]

    @property
    def requires(self) -> tuple[str, ...]:
        """The columns of a trade that the rule reads."""
        quotes = ("QuoteBid", "QuoteAsk") if self.rule.reads_quotes else ()
        given = ("AggressorSide",) if self.reads_given else ()
        return ("LocalPrice", *quotes, *self.tick_columns, *given)

    @property
    def tick_columns(self) -> tuple[str, ...]:
        """The column of trades with the tick size, where it is a column."""
        return (self.config.tick_size,) if isinstance(self.config.tick_size, str) else ()

    @property
    def reads_given(self) -> bool:
        """Whether what the venue says counts."""
        return self.config.apply_to == "unknown" and "AggressorSide" in self.trades

    def check(self) -> None:
        """Raise BindingError when the column of the tick size is not a number."""
        for column in self.tick_columns:
            if column in self.trades:
                self.trades.number(column, self.needed_by)

    def steps(self, read: str, bucket_start: Sql, *, marks_counted: bool) -> list[Step]:
        """Return the steps from ordered trades with ``given_aggressor`` to those with ``aggressor``."""
        steps = [self._in_half_ticks(read, bucket_start)]
        if self.rule.reads_changes:
            window = _window(marks_counted=marks_counted)
            steps.append(_followed(steps[-1].name, window))
            steps.append(_tested(steps[-1].name, window))
        return [*steps, self._signed(steps[-1].name)]

    def _in_half_ticks(self, read: str, bucket_start: Sql) -> Step:
        prices = {_PRICE: "LocalPrice", **({_BID: "QuoteBid", _ASK: "QuoteAsk"} if self.rule.reads_quotes else {})}
        items = [
            SelectItem(compose("round(2 * {} / {})", Identifier(price), self._tick_size()), name)
            for name, price in prices.items()
        ]
        if self.rule.reads_changes:
            items.append(SelectItem(render("expressions/bucket_left", moment=bucket_start, width=_NS_A_DAY), _DAY))
        body = add_columns(read, items)
        return Step("half_tick_trades", body, "each trade with prices as whole numbers of half ticks")

    def _tick_size(self) -> Sql:
        if not isinstance(self.config.tick_size, str):
            return Literal(self.config.tick_size)
        column = row_column(self.config.tick_size)
        return compose("CASE WHEN {} > 0 THEN {} END", column, column)

    def aggressor(self) -> Fragment:
        """Return the side of a trade: 1 for the buyer, 2 for the seller, 0 for unknown."""
        names = {"price": _PRICE, "bid": _BID, "ask": _ASK, "tick_test": _TEST}
        told = render_text(self.rule.value, **{variable: Identifier(name) for variable, name in names.items()})
        return compose("coalesce(nullif(given_aggressor, 0), {}, 0)" if self.reads_given else "coalesce({}, 0)", told)

    def describe(self) -> dict[str, str]:
        """Return the rule as a value of a trade: its SQL, its source, and what it compares."""
        steps = "prices in half ticks, tick_test the side that the last change of price of the day tells"
        return {"aggressor": f"{self.aggressor()}  -- {self.rule.source}; {steps}"}

    def _signed(self, read: str) -> Step:
        body = add_columns(read, [SelectItem(self.aggressor(), "aggressor")])
        return Step("signed_trades", body, f"each trade with the side that initiated it: {self.rule.title}")


def _window(*, marks_counted: bool) -> Window:
    partition = f"ListingId, counted, {_DAY}" if marks_counted else f"ListingId, {_DAY}"
    return Window(_IN_DAY, Fragment(f"PARTITION BY {partition} ORDER BY bucket, event_order"))


def _followed(read: str, window: Window) -> Step:
    body = add_columns(read, [SelectItem(Fragment(f"lag({_PRICE} IGNORE NULLS) OVER {_IN_DAY}"), _PRIOR)], window)
    return Step("followed_trades", body, "each trade with the price before it")


def _tested(read: str, window: Window) -> Step:
    side = f"CASE WHEN {_PRICE} > {_PRIOR} THEN 1 WHEN {_PRICE} < {_PRIOR} THEN 2 END"
    last = f"last_value({side} IGNORE NULLS) OVER {_IN_DAY}"
    test = Fragment(f"CASE WHEN {_PRICE} IS NOT NULL THEN {last} END")
    up_to_here = Window(_IN_DAY, compose("{} ROWS UNBOUNDED PRECEDING", window.definition))
    body = add_columns(read, [SelectItem(test, _TEST)], up_to_here)
    return Step("tested_trades", body, "each trade with what the last change of price tells: 1 a buyer, 2 a seller")
