"""A trade pass as its analytics are written: every group of metrics, each over the trades its filter lets through."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from oracles import trade_costs, trade_pass
from oracles.measures import EVERY_ROW, EXTREMES, FLOWS, PLACEMENTS, PRICES, Value

if TYPE_CHECKING:
    from oracles.buckets import Contract
    from oracles.results import Result
    from oracles.trades import Trade

Group = Mapping[str, Any]
Columns = Iterator[tuple[str, Value]]


def grouped_pass(trades: Iterable[Trade], contract: Contract, analytics: Group) -> Result:
    """Return (ListingId, TimeBucket) to the columns in the order asked for; filters decide on no row."""
    generic = analytics.get("generic_metrics", [])
    every_row = any(measure in EVERY_ROW for group in generic for measure in several(group["measures"]))
    buckets: dict[tuple[int, int], list[Trade]] = defaultdict(list)
    for trade in trades:
        if trade.lit or every_row:
            buckets[trade.listing, contract.label(trade.event)].append(trade)
    return {key: dict(bucket_columns(rows, contract, analytics)) for key, rows in buckets.items()}


def several(value: object) -> list[Any]:
    """One value or a list of them, as a list."""
    return value if isinstance(value, list) else [value]


def selected(trades: list[Trade], group: Group) -> list[Trade]:
    """The trades that a group of metrics reads."""
    accepted = {name: several(values) for name, values in group.get("attribute_filters", {}).items()}
    if states := group.get("market_states"):
        accepted["MarketState"] = several(states)
    return [trade for trade in trades if all(accepts(trade.row[name], values) for name, values in accepted.items())]


def accepts(value: object, values: list[Any]) -> bool:
    """Tell whether a value is one of some; null is none."""
    return value is not None and value in values


def of_side(trades: list[Trade], side: str) -> list[Trade]:
    return [trade for trade in trades if side in ("Total", trade.side)]


def bucket_columns(trades: list[Trade], contract: Contract, analytics: Group) -> Columns:
    """Give the columns of one bucket."""
    prefix = analytics.get("metric_prefix", "")
    lit = [trade for trade in trades if trade.lit]
    for name, value in unprefixed(trades, lit, contract, analytics):
        yield f"{prefix}{name}", value


def unprefixed(trades: list[Trade], lit: list[Trade], contract: Contract, analytics: Group) -> Columns:
    for group in analytics.get("generic_metrics", []):
        sides = several(group.get("sides", "Total"))
        measures = several(group["measures"])
        yield from trade_pass.columns(selected(trades, group), contract, measures, sides)
    for kind, columns in KINDS.items():
        for group in analytics.get(f"{kind}_metrics", []):
            yield from columns(selected(lit, group), group, analytics.get("flag_codes", {}))
    if analytics.get("enable_retail_imbalance"):
        yield "RetailTradeImbalance", trade_costs.retail_imbalance(lit)
    if not any(analytics.get(name) for name in ASKED):
        yield from default_columns(lit)


def discrepancy_columns(trades: list[Trade], group: Group, codes: Group) -> Columns:  # noqa: ARG001 - one signature
    fields = [several(group["references"]), several(group.get("sides", "Total"))]
    for reference, side, aggregation in itertools.product(*fields, several(group.get("aggregations", "Mean"))):
        values = trade_costs.discrepancies(of_side(trades, side), reference)
        name = f"DiscrepancyTo{reference}{unless(side, 'Total')}{unless(aggregation, 'Mean')}"
        yield name, trade_costs.AGGREGATIONS[aggregation](values)


def flag_columns(trades: list[Trade], group: Group, codes: Group) -> Columns:
    fields = [several(group["flags"]), several(group["measures"]), several(group.get("sides", "Total"))]
    for flag, measure, side in itertools.product(*fields):
        column, accepted = trade_costs.FLAGS[flag]
        if flag in codes:
            column, accepted = codes[flag]["column"], tuple(several(codes[flag]["values"]))
        flagged = [trade for trade in of_side(trades, side) if trade.row[column] in accepted]
        yield f"{flag}{measure}{unless(side, 'Total')}", trade_costs.FLAG_MEASURES[measure](flagged)


def change_columns(trades: list[Trade], group: Group, codes: Group) -> Columns:  # noqa: ARG001 - one signature
    for measure, scope in itertools.product(several(group["measures"]), several(group.get("scopes", "Local"))):
        name = measure + trade_costs.SCOPES[scope]
        yield name, trade_costs.change(trades, name)


def impact_columns(trades: list[Trade], group: Group, codes: Group) -> Columns:  # noqa: ARG001 - one signature
    reference, unit = group.get("reference_price_col", "PreTradeMid"), group.get("unit", "price")
    for variant, horizon in itertools.product(several(group["variant"]), several(group.get("horizon", "1s"))):
        yield f"{variant}{horizon}", trade_costs.mean(trade_costs.costs(trades, variant, horizon, reference, unit))


KINDS: dict[str, Callable[[list[Trade], Group, Group], Columns]] = {
    "discrepancy": discrepancy_columns,
    "flag": flag_columns,
    "change": change_columns,
    "impact": impact_columns,
}
ASKED = ("generic_metrics", *(f"{kind}_metrics" for kind in KINDS), "enable_retail_imbalance")


def default_columns(trades: list[Trade]) -> Columns:
    """What a pass gives that was asked for nothing, by the plain names."""
    yield "VWAP", PRICES["VWAP"](trades)
    yield "VolumeWeightedPricePlacement", PLACEMENTS["VolumeWeightedPricePlacement"](trades)
    yield "Volume", FLOWS["Volume"](trades)
    for name, extreme in EXTREMES.items():
        yield name, extreme(trades)


def unless(value: str, silent: str) -> str:
    """What a value leaves in a name: nothing when it is the one that leaves no trace."""
    return "" if value == silent else value
