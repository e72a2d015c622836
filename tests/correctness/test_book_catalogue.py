"""The composition law for every metric of the book in the catalogue, whatever templates it has.

Minutes that are merged on each metric's own rule equal one pass over the updates in wide buckets, and instruments the
listings they are made of: flows to 1e-12, everything else exactly.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from markets.book_catalogue import every_book_metric, full_books
from markets.books import book_table
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, book_pass_config, generic_pass_config, run_pass
from markets.trades import INSTRUMENTS
from oracles.buckets import SECOND, Contract
from oracles.results import Result, Tolerance, assert_same

import basalt
from basalt.catalog.library import load_library

if TYPE_CHECKING:
    from collections.abc import Sequence

    from basalt.compiler.columns import Column

LIBRARY = load_library()
ASKED = every_book_metric(LIBRARY)
ROWS = full_books(600, seed=4)
METRICS = {metric.name: metric for metric in LIBRARY.metrics if metric.module == "l2"}
FLOW_ERROR = 1e-9
"""How far the sum of quantities of either sign may be off, where they cancel."""


def tolerance(columns: Sequence[Column]) -> Tolerance:
    flows = [column.name for column in columns if column.kind == "flow" and column.type == "DOUBLE"]
    return Tolerance(dict.fromkeys(flows, 1e-12), dict.fromkeys(flows, FLOW_ERROR))


def pipeline(rows: list[dict[str, Any]], *passes: dict[str, Any]) -> dict[str, Any]:
    reference = pa.table({"ListingId": list(INSTRUMENTS), "InstrumentId": list(INSTRUMENTS.values())})
    return {"TABLES": {"l2": book_table(rows), "reference": reference}, "PASSES": list(passes)}


MINUTES = book_pass_config(Contract(60 * SECOND), ASKED)
COLUMNS = [each for each in basalt.compile(pipeline(ROWS, MINUTES)).passes["books"].columns if each.metric]


def of_columns(result: Result, columns: Sequence[Column]) -> Result:
    return {key: {column.name: row[column.name] for column in columns} for key, row in result.items()}


def merged(narrow: Contract, columns: Sequence[Column], keys: tuple[str, ...], *wide: Contract) -> Result:
    """Pass after pass of wider buckets over the first one, by each metric's own rule."""
    passes, names = [book_pass_config(narrow, ASKED)], [column.name for column in columns]
    for number, contract in enumerate(wide):
        rule, source = f"{contract.width // SECOND}s", passes[-1]["name"]
        passes.append(generic_pass_config(source, names, rule=rule, group_by=keys, name=f"step{number}"))
    return run_pass(pipeline(ROWS, *passes), passes[-1]["name"], keys)


def assert_all_measured(result: Result, columns: Sequence[Column]) -> None:
    """Check that every column has several values: equal nulls, or noughts, would show nothing."""
    same = [column.name for column in columns if len({row[column.name] for row in result.values()}) < 2]
    assert same == []


def test_every_metric_of_the_book_is_asked_for_and_composes() -> None:
    assert {column.metric for column in COLUMNS} == set(METRICS)
    assert [column.name for column in COLUMNS if column.aggregation == "none"] == []


@pytest.mark.parametrize("ends", [("end", "right"), ("start", "left")])
def test_every_metric_composes_over_time(ends: tuple[Any, Any]) -> None:
    narrow = Contract(60 * SECOND, *ends)
    wide, wider = narrow.coarser(3), narrow.coarser(15)
    direct = run_pass(pipeline(ROWS, book_pass_config(wider, ASKED)), "books")
    expected = of_columns(direct, COLUMNS)
    assert len(expected) >= 4 * len(INSTRUMENTS)
    assert_all_measured(expected, COLUMNS)
    assert_same(merged(narrow, COLUMNS, BY_LISTING, wide, wider), expected, tolerance(COLUMNS))


def test_the_books_of_an_instrument_are_those_of_its_listings() -> None:
    """What updates change is by listing: one of a venue says nothing against that of another."""
    alone = [column for column in COLUMNS if not METRICS[column.metric].derived]
    narrow = Contract(60 * SECOND)
    wide = narrow.coarser(5)
    rows = [{**row, "ListingId": INSTRUMENTS[row["ListingId"]]} for row in ROWS]
    expected = of_columns(run_pass(pipeline(rows, book_pass_config(wide, ASKED)), "books"), alone)
    assert_same(merged(narrow, alone, BY_INSTRUMENT, wide), expected, tolerance(alone))
