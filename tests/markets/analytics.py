"""Groups of trade metrics as a configuration writes them: all there are, or some drawn."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from oracles import trade_costs
from oracles.measures import ALL_SIDES

from markets.trades import MARKET_STATES

Config = dict[str, Any]

HORIZONS = ("100ms", "1s")
COMPOSABLE = ("First", "Last", "Min", "Max", "Mean", "Sum")
HOLISTIC = ("Median", "Std")

REFERENCES = tuple(trade_costs.REFERENCES)
FLAGS = tuple(trade_costs.FLAGS)
MEASURES = tuple(trade_costs.FLAG_MEASURES)

DISCREPANCY = {"references": list(REFERENCES), "sides": list(ALL_SIDES), "aggregations": [*COMPOSABLE, *HOLISTIC]}
FLAG = {"flags": list(FLAGS), "measures": list(MEASURES), "sides": list(ALL_SIDES)}
CHANGE = {"measures": list(trade_costs.CHANGES), "scopes": list(trade_costs.SCOPES)}
IMPACT = {"variant": list(trade_costs.VARIANTS), "horizon": list(HORIZONS)}


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[list[str]]:
    """One or a few of some values."""
    return st.lists(st.sampled_from(values), unique=True, min_size=1, max_size=most)


filters = st.fixed_dictionaries(
    {},
    optional={
        "attribute_filters": st.dictionaries(
            st.sampled_from(["LotType", "IcebergExecution", "BMLLParticipantType"]),
            st.sampled_from(["Y", "N", "ODD", "RETAIL", ["Y", "-"], ["ODD", "ROUND", "RETAIL", "1"]]),
            max_size=2,
        )
        | st.sampled_from(
            [{"AggressorSide": [1, 3]}, {"BestBidPrice": [99.5, 100.0, 0.0]}, {"MIC": "XAAA"}, {"Size": 100.0}]
        ),
        "market_states": st.lists(st.sampled_from(MARKET_STATES), unique=True, max_size=2),
    },
)
"""Which trades a group reads; mostly some."""


def groups(aggregations: tuple[str, ...] = (*COMPOSABLE, *HOLISTIC)) -> dict[str, st.SearchStrategy[Config]]:
    """One group of each kind, by the name of its list."""
    kinds = {
        "generic_metrics": {
            "measures": some(("VWAP", "OHLC", "Volume", "Count", "AvgPrice", "VolumeWeightedPricePlacement")),
            "sides": some(ALL_SIDES),
        },
        "discrepancy_metrics": {
            "references": some(REFERENCES),
            "sides": some(ALL_SIDES),
            "aggregations": some(aggregations, most=3),
        },
        "flag_metrics": {"flags": some(FLAGS), "measures": some(MEASURES), "sides": some(ALL_SIDES)},
        "change_metrics": {"measures": some(trade_costs.CHANGES), "scopes": some(tuple(trade_costs.SCOPES))},
        "impact_metrics": {
            "variant": some(trade_costs.VARIANTS, most=3),
            "horizon": some(HORIZONS),
            "unit": st.sampled_from(["price", "bps"]),
            "reference_price_col": st.sampled_from(["PreTradeMid", "PreTradeMid", "BestBidPriceAtVenue"]),
        },
    }
    fields = {name: st.fixed_dictionaries(kind) for name, kind in kinds.items()}
    return {name: st.builds(dict.__or__, each, filters) for name, each in fields.items()}


def analytics(aggregations: tuple[str, ...] = (*COMPOSABLE, *HOLISTIC)) -> st.SearchStrategy[Config]:
    """Analytics of at most one group of each kind, under filters, with or without the retail imbalance."""
    lists = {name: st.lists(group, min_size=1, max_size=1) for name, group in groups(aggregations).items()}
    switches = {"enable_retail_imbalance": st.booleans(), "metric_prefix": st.sampled_from(["", "T_"])}
    return st.fixed_dictionaries({}, optional=lists | switches)
