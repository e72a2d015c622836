"""Runs the SQL in the files of a golden case on a plain DuckDB, over a generated market."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from hypothesis import strategies as st
from markets.trades import VENUES, Market, Resolution, Sequences, markets
from oracles.buckets import Contract
from oracles.results import Result, assert_same, by_key, rows_of
from oracles.tolerances import trade_tolerance
from oracles.trades import Trade

import basalt
from golden.cases import GoldenCase

Draw = Callable[[st.SearchStrategy[Any]], Any]

_MARKET_STATES = st.sampled_from(["OPEN", "AUCTION", "HALTED", None])


@dataclass(frozen=True)
class Views:
    """The views of a case, on a connection that has its sources."""

    connection: duckdb.DuckDBPyConnection
    keys: Mapping[str, Sequence[str]]

    def result(self, name: str) -> Result:
        """Return the rows of a pass by its keys."""
        return by_key(rows_of(self.connection.sql(f'FROM "{name}"').to_arrow_table()), self.keys[name])


@contextmanager
def views(case: GoldenCase, folder: Path | None = None, **tables: pa.Table) -> Iterator[Views]:
    """Make each SQL file of a case a view by its name; ``folder`` is where relative paths in the SQL start."""
    passes = case.compiled().passes
    with duckdb.connect() as connection:
        for name, table in tables.items():
            connection.register(name, table)
        if any(each.indicator_form.form == "udf" for each in passes.values()):
            basalt.register_functions(connection)
        if folder is not None:
            connection.execute(f"SET file_search_path = '{folder}'")
        for name in passes:
            for path in (case.folder / f"{name}__states.sql", case.folder / f"{name}.sql"):
                if path.exists():
                    connection.execute(f'CREATE VIEW "{path.stem}" AS\n{path.read_text(encoding="utf-8")}')
        yield Views(connection, {name: each.keys for name, each in passes.items()})


def drawn_market(
    draw: Draw,
    contract: Contract,
    resolution: Resolution = "ns",
    sequences: Sequences = "unique",
    added: st.SearchStrategy[dict[str, Any]] | None = None,
) -> Market:
    """Draw a market with market states, which ``added`` columns of a vendor have among them."""
    market = draw(markets(st.just(contract), st.just(sequences), st.just(resolution), added=added))
    if added is not None:
        return market
    return replace(market, rows=[{**row, "MarketState": draw(_MARKET_STATES)} for row in market.rows])


def canonical(market: Market) -> pa.Table:
    """Return a market as a source table with all canonical columns."""
    tickers = [ticker(row["ListingId"]) for row in market.rows]
    return market.table.append_column("Ticker", pa.array(tickers, pa.string()))


def ticker(listing: int) -> str:
    """What a listing is called."""
    return f"T{listing}"


def carried(trades: Iterable[Trade], contract: Contract) -> Result:
    """What each bucket carries along: venue, ticker and the last market state, of trades in order."""
    found: Result = {}
    for trade in trades:
        names = {"MIC": VENUES[trade.listing], "Ticker": ticker(trade.listing), "MarketState": None}
        row = found.setdefault((trade.listing, contract.label(trade.event)), names)
        row["MarketState"] = trade.market_state or row["MarketState"]
    return found


def assert_bars(actual: Result, measured: Result, along: Result, contract: Contract) -> None:
    """Compare bars with what the oracle measured and carried along, and see that they have no other columns."""
    expected = {key: along[key] | row for key, row in measured.items()}
    assert_same(actual, expected, trade_tolerance(contract))
    for key, row in actual.items():
        assert sorted(row) == sorted(expected[key])


def with_columns(result: Result, *columns: str) -> Result:
    """The same rows with some of their columns."""
    return {key: {name: row[name] for name in columns} for key, row in result.items()}
