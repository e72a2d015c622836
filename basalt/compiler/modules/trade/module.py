"""The ``trade`` module: what it reads, and the checks of what it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from basalt.catalog.library import load_library
from basalt.compiler.modules.events.checks import check_all
from basalt.compiler.modules.events.inputs import events_table
from basalt.compiler.modules.trade.expansion import requests, trade_analytics
from basalt.compiler.modules.trade.planned import TradePass
from basalt.compiler.modules.trade.quotes import asks_for_quotes, quotes_tables
from basalt.compiler.plan import Inputs
from basalt.compiler.scans import uses_reference
from basalt.configuration import AnalyticsConfig, PassConfig


class TradeModule:
    """Metrics of trades per listing and time bucket."""

    def tables(self, config: PassConfig, pipeline: AnalyticsConfig) -> tuple[str, ...]:
        """Return the source tables the pass may read."""
        analytics = trade_analytics(config)
        quotes = quotes_tables(analytics.quotes, pipeline) if asks_for_quotes(analytics, pipeline) else ()
        own = events_table(config, "trade", "trades", pipeline)
        return (*own, *quotes, *(("reference",) if uses_reference(pipeline) else ()))

    def plan(self, config: PassConfig, inputs: Inputs) -> TradePass:
        """Return the plan of the pass.

        Raises UnknownMetricError, DuplicateColumnError, or BindingError listing every column a metric lacks.
        """
        trades = inputs.events(config, "trade", "trades")
        asked = requests(config, load_library(inputs.config.TEMPLATE_PATHS), trades)
        planned = TradePass(config, inputs, trades, asked)
        check_all(_reads(planned))
        return planned


def _reads(planned: TradePass) -> list[Callable[[], object]]:
    """Return what raises when something that is read is missing: event time, columns, tick sizes, quotes."""
    rows, place = planned.rows, f"pass {planned.config.name}"
    needed = [(column, f"{place}: {request.column}") for request in planned.asked for column in request.requires]
    named = {column for column, _ in needed}
    needed += [(column, by) for column, by in rows.needs.items() if column not in named]
    needed += [(column, place) for column in ("ListingId", "Size") if column not in rows.needs]
    reads: list[Callable[[], object]] = [planned.source.event_time]
    reads += [partial(rows.column, column, by) for column, by in needed]
    if rows.signs is not None:
        reads.append(rows.signs.check)
    if rows.lookup is not None:
        reads.append(partial(rows.lookup.check, rows.needs[rows.lookup.columns[0]]))
    return reads
