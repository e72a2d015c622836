"""A lineage names every column of the sources that can change the values, and leads from them to the column."""

from __future__ import annotations

from typing import Any

import duckdb
import pyarrow as pa
import pytest

import basalt
from basalt.compiler.lineage_graph import LineageGraph, lineage_graph

TRADES = {
    "listing": ["a", "b"] * 20,
    "moment": [60_000_000_000 * (each // 3) + each * 1_000_000_007 for each in range(40)],
    "price": [10.0 + each % 7 for each in range(40)],
    "amount": [1.0 + each % 5 for each in range(40)],
    "venue": ["X", "Y", "Z", "X"] * 10,
    "suspicious": [each % 11 == 0 for each in range(40)],
    "number": [each % 13 for each in range(40)],
    "noise": [each * 3 % 17 for each in range(40)],
}
REFERENCE = {"ListingId": ["a", "b"], "InstrumentId": [1, 2], "Sector": [5, 6]}
MAPPED = {
    "ListingId": "listing",
    "TradeTimestampNanoseconds": "moment",
    "LocalPrice": "price * 2",
    "Size": "amount",
    "MIC": "venue",
}
CONFIG: dict[str, Any] = {
    "TABLES": {
        "trades": {"table": "trades", "columns": MAPPED, "filter": "not suspicious", "sequence": "number"},
        "reference": {"table": "reference"},
    },
    "UNIVERSE": {"MIC": ["X", "Y"]},
    "PASSES": [
        {
            "name": "minutes",
            "modules": ["trade"],
            "trade_analytics": {"generic_metrics": [{"measures": ["VWAP", "OHLC"]}]},
        },
        {
            "name": "fives",
            "modules": ["generic"],
            "generic_analytics": {
                "source_pass": "minutes",
                "group_by": ["InstrumentId", "TimeBucket"],
                "resample_rule": "5m",
                "aggregations": {"TradeTotalVWAP": "auto", "Close": "last"},
                "talib_indicators": [{"name": "SMA", "input_col": "Close", "timeperiod": 2}],
            },
        },
    ],
}


def connection(trades: dict[str, list[Any]], reference: dict[str, list[Any]]) -> duckdb.DuckDBPyConnection:
    opened = duckdb.connect()
    opened.register("trades_rows", pa.table(trades))
    opened.register("reference_rows", pa.table(reference))
    opened.execute("CREATE TABLE trades AS FROM trades_rows; CREATE TABLE reference AS FROM reference_rows")
    return opened


def graph(pass_name: str, column: str) -> LineageGraph:
    with connection(TRADES, REFERENCE) as opened:
        (told,) = basalt.explain(CONFIG, column, pass_name=pass_name, connection=opened)
    return lineage_graph(told)


def values(pass_name: str, column: str, **changed: dict[str, list[Any]]) -> list[tuple[Any, ...]]:
    sources = (TRADES | changed.get("trades", {}), REFERENCE | changed.get("reference", {}))
    with connection(*sources) as opened, basalt.run(CONFIG, connection=opened) as result:
        keys = ", ".join(result.compiled.passes[pass_name].keys)
        return result[pass_name].relation.project(f'{keys}, "{column}"').order("ALL").fetchall()


def that_matter(pass_name: str, column: str) -> set[str]:
    """Return the columns of the sources in which another order of values changes the result, found by trying."""
    before = values(pass_name, column)
    found = set()
    for table, rows in (("trades", TRADES), ("reference", REFERENCE)):
        for name, given in rows.items():
            turned = given[1:] + given[:1]
            if values(pass_name, column, **{table: {name: turned}}) != before:
                found.add(f"{table}.{name}")
    return found


@pytest.mark.parametrize(
    ("pass_name", "column", "never"),
    [
        ("minutes", "TradeTotalVWAP", {"trades.noise", "reference.Sector", "reference.InstrumentId"}),
        ("minutes", "Close", {"trades.noise", "reference.Sector"}),
        ("fives", "TradeTotalVWAP", {"trades.noise", "reference.Sector"}),
        ("fives", "SMA_2", {"trades.noise", "reference.Sector"}),
    ],
)
def test_every_column_that_can_change_the_values_is_a_source(pass_name: str, column: str, never: set[str]) -> None:
    named = {each.id for each in graph(pass_name, column).sources()}
    found = that_matter(pass_name, column)
    assert {"trades.price", "trades.moment", "trades.suspicious", "trades.venue"} <= found
    assert found <= named
    assert named.isdisjoint(never)


def test_every_node_leads_to_the_column() -> None:
    told = graph("fives", "SMA_2")
    assert (told.nodes[0].id, told.column, told.pass_name) == ("fives.SMA_2", "SMA_2", "fives")
    ids = [each.id for each in told.nodes]
    assert len(ids) == len(set(ids))
    reached = {ids[0]}
    while new := {each.source for each in told.edges if each.target in reached} - reached:
        reached |= new
    assert reached == set(ids)


def test_roles_and_formulas_are_told() -> None:
    told = graph("fives", "SMA_2")
    edges = {(each.source, each.target, each.role) for each in told.edges}
    assert ("fives.Close", "fives.SMA_2", "value") in edges
    assert ("minutes.Close", "fives.Close", "value") in edges
    assert ("trades.price", "trades.LocalPrice", "value") in edges
    assert ("trades.suspicious", "rows of minutes", "filter") in edges
    assert ("reference.InstrumentId", "rows of fives", "key") in edges
    assert ("minutes.TimeBucket", "rows of fives", "key") in edges
    nodes = {each.id: each for each in told.nodes}
    assert nodes["trades.LocalPrice"].kind == "mapped"
    assert "price * 2" in nodes["trades.LocalPrice"].how
    assert "UNIVERSE: trades: venue IN ('X', 'Y')" in nodes["rows of minutes"].how.split("\n")
