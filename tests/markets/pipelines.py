"""Pipelines over markets: their configuration, and their results as rows by key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oracles.buckets import SECOND, Contract
from oracles.results import Result, by_key, rows_of

import basalt
from markets.moments import moment_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

Config = dict[str, Any]

BY_LISTING = ("ListingId", "TimeBucket")
BY_INSTRUMENT = ("InstrumentId", "TimeBucket")


def bucket_settings(contract: Contract) -> Config:
    """Return a contract as a pass, or a table of bars, states it."""
    settings: Config = {
        "time_bucket_seconds": contract.width / SECOND,
        "time_bucket_anchor": contract.anchor,
        "time_bucket_closed": contract.closed,
    }
    return settings | ({"time_bucket_origin": moment_text(contract.origin)} if contract.origin else {})


def trade_pass_config(
    contract: Contract, measures: Sequence[str], sides: Sequence[str] = ("Total",), name: str = "bars"
) -> Config:
    """Return a trade pass with all measures for all sides."""
    return {
        "name": name,
        "modules": ["trade"],
        **bucket_settings(contract),
        "trade_analytics": {"generic_metrics": [{"measures": list(measures), "sides": list(sides)}]},
    }


def analytics_config(contract: Contract, analytics: Config, name: str = "bars") -> Config:
    """Return a trade pass with any groups of metrics."""
    return {"name": name, "modules": ["trade"], **bucket_settings(contract), "trade_analytics": analytics}


def book_pass_config(contract: Contract, analytics: Config, name: str = "books") -> Config:
    """Return an l2 pass with any groups of metrics."""
    return {"name": name, "modules": ["l2"], **bucket_settings(contract), "l2_analytics": analytics}


def analytics_result(
    table: Any,  # noqa: ANN401 - any kind of source
    contract: Contract,
    analytics: Config,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Result:
    """Run one trade pass with any groups of metrics over a table of trades."""
    config = {"TABLES": {"trades": table}, "PASSES": [analytics_config(contract, analytics)]}
    return run_pass(config, "bars", connection=connection)


def generic_pass_config(  # noqa: PLR0913 - the fields of a generic pass
    source: str,
    aggregations: Mapping[str, Any] | Sequence[str] | str,
    *,
    rule: str | None = None,
    group_by: Sequence[str] = BY_LISTING,
    indicators: Sequence[Config] = (),
    name: str = "generic",
) -> Config:
    """Return a generic pass that takes the bucket contract of its source."""
    analytics: Config = {
        "source_pass": source,
        "group_by": list(group_by),
        "aggregations": aggregations,
        "talib_indicators": list(indicators),
    }
    return {
        "name": name,
        "modules": ["generic"],
        "generic_analytics": analytics | ({"resample_rule": rule} if rule else {}),
    }


def run_pass(
    config: Config,
    name: str,
    keys: Sequence[str] = BY_LISTING,
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Result:
    """Run a pipeline and return the rows of one pass by key."""
    with basalt.run(config, connection=connection) as result:
        return by_key(rows_of(result[name].arrow()), keys)


def trade_result(
    table: Any,  # noqa: ANN401 - any kind of source
    contract: Contract,
    measures: Sequence[str],
    sides: Sequence[str] = ("Total",),
    connection: duckdb.DuckDBPyConnection | None = None,
) -> Result:
    """Run one trade pass over a table of trades."""
    config = {"TABLES": {"trades": table}, "PASSES": [trade_pass_config(contract, measures, sides)]}
    return run_pass(config, "bars", connection=connection)
