"""Pipelines in few words, and what compiling or running them gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest

import basalt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from basalt.compiler.model import CompiledPass, CompiledPipeline
    from basalt.errors import BasaltError, Problem

Config = dict[str, Any]

TRADES = {"ListingId": "BIGINT", "TradeTimestamp": "TIMESTAMP", "LocalPrice": "DOUBLE", "Size": "DOUBLE"}
"""The least that trades must have."""
BARS = {"ListingId": "BIGINT", "TimeBucket": "TIMESTAMP", "Close": "DOUBLE", "Volume": "DOUBLE", "Venue": "VARCHAR"}
"""A vendor's bars."""
SIDES = ("Total", "Bid", "Ask", "Unknown")


def trade(name: str = "minutes", measures: Sequence[str] = ("Volume",), **settings: object) -> Config:
    """A trade pass; ``sides`` and ``classifications`` go where they belong, everything else is the pass's own."""
    metrics: Config = {"measures": list(measures)}
    analytics: Config = {"generic_metrics": [metrics]}
    if "sides" in settings:
        metrics["sides"] = settings.pop("sides")
    if "classifications" in settings:
        analytics["classifications"] = settings.pop("classifications")
    return {"name": name, "modules": "trade", "trade_analytics": analytics, **settings}


def generic(source: str, name: str = "wide", **settings: object) -> Config:
    """A generic pass; what begins with ``time_bucket`` is the pass's own, everything else its analytics'."""
    own = {key: value for key, value in settings.items() if key.startswith("time_bucket")}
    analytics = {key: value for key, value in settings.items() if key not in own}
    return {"name": name, "modules": "generic", "generic_analytics": {"source_pass": source, **analytics}, **own}


def indicator(name: str, input_col: str = "Close", **settings: object) -> Config:
    """One TA-Lib indicator."""
    return {"name": name, "input_col": input_col, **settings}


def compiled(
    *passes: Config, schemas: Mapping[str, Mapping[str, str]] | None = None, **pipeline: object
) -> CompiledPipeline:
    """Compile passes against schemas; tables without one are canonical."""
    return basalt.compile({"PASSES": list(passes), **pipeline}, schemas=schemas or {})


def only(pipeline: CompiledPipeline) -> CompiledPass:
    """Return the one pass of a pipeline."""
    (found,) = pipeline.passes.values()
    return found


def over_bars(*passes: Config, schema: Mapping[str, str] = BARS, **bars: object) -> CompiledPipeline:
    """Compile passes over a vendor's bars, which read the table ``vendor``."""
    return compiled(*passes, schemas={"vendor": schema}, TABLES={"vendor": {"table": "vendor", **bars}})


def refused(
    kind: type[BasaltError],
    *passes: Config,
    schemas: Mapping[str, Mapping[str, str]] | None = None,
    **pipeline: object,
) -> tuple[Problem, ...]:
    """Return the problems of a pipeline that is refused with an error of just that kind."""
    with pytest.raises(kind) as caught:
        compiled(*passes, schemas=schemas, **pipeline)
    assert type(caught.value) is kind
    return caught.value.problems


def refused_over_bars(
    kind: type[BasaltError], *passes: Config, schema: Mapping[str, str] = BARS, **bars: object
) -> tuple[Problem, ...]:
    """Return the problems of passes over a vendor's bars."""
    return refused(kind, *passes, schemas={"vendor": schema}, TABLES={"vendor": {"table": "vendor", **bars}})


def rows(pipeline: Config, connection: duckdb.DuckDBPyConnection | None = None) -> list[dict[str, Any]]:
    """Run a pipeline and return the rows of its last pass."""
    with basalt.run(pipeline, connection=connection) as result:
        table: pa.Table = result[list(result)[-1]].arrow()
    return table.to_pylist()


def empty_sources(schemas: Mapping[str, Mapping[str, str]]) -> duckdb.DuckDBPyConnection:
    """Open a DuckDB of nothing but empty tables of given schemas."""
    connection = duckdb.connect()
    for name, schema in schemas.items():
        columns = ", ".join(f'"{column}" {type_}' for column, type_ in schema.items())
        connection.execute(f'CREATE TABLE "{name}" ({columns})')
    return connection
