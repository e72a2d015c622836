"""The composition law for every metric of the catalogue, whatever templates it has.

Bars by listing, regrouped and resampled on each metric's own rule, equal one pass over the trades of each group in wide
buckets: counts, extremes, first and last exactly, sums and ratios to 1e-12. What the library says cannot be composed
is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets.catalogue import everything, narrowed
from markets.large import annotated_market
from markets.moments import FOUR_CONTRACTS, contracts
from markets.pipelines import BY_INSTRUMENT, BY_LISTING, Config, analytics_config, generic_pass_config, run_pass
from markets.trades import Market, markets, vendor_columns
from oracles.buckets import SECOND, Contract
from oracles.results import Result, Tolerance, assert_same
from oracles.tolerances import SUM_RELATIVE, scale

import basalt
from basalt.catalog.library import load_library
from basalt.errors import ReaggregationError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from basalt.compiler.columns import Column

NARROW = contracts(st.sampled_from([SECOND // 10, SECOND, 60 * SECOND]), st.sampled_from([0, 0, 30 * SECOND + 1_000]))
MARKETS = markets(NARROW, sequences=st.just("unique"), most=24, added=vendor_columns)
MINUTES = Contract(60 * SECOND)
LIBRARY = load_library()
EVERYTHING = everything(LIBRARY)


@dataclass(frozen=True)
class Regrouping:
    """The keys of a coarser group, and the group of a trade as an expression over its columns."""

    keys: tuple[str, ...]
    group: str

    def by_group(self, result: Result) -> Result:
        """A result by these keys, as one by group and bucket; a market without groups is one, called 0."""
        return result if len(self.keys) > 1 else {(0, *key): row for key, row in result.items()}


BY_GROUP = {
    "listing": Regrouping(BY_LISTING, "ListingId"),
    "instrument": Regrouping(BY_INSTRUMENT, "InstrumentId"),
    "venue": Regrouping(("MIC", "TimeBucket"), "MIC"),
    "market": Regrouping(("TimeBucket",), "0"),
}
regroupings = st.sampled_from(sorted(BY_GROUP)).map(BY_GROUP.__getitem__)


@dataclass(frozen=True)
class Asked:
    """Analytics of a trade pass over a market, and the columns of it that the catalogue says can be composed."""

    market: Market
    analytics: Config
    columns: tuple[Column, ...]
    templates: tuple[str, ...] = ()

    @classmethod
    def of(cls, market: Market, analytics: Config, *templates: str) -> Asked:
        asked = cls(market, analytics, (), templates)
        compiled = basalt.compile(asked.pipeline(asked.bars())).passes["bars"]
        return cls(market, analytics, tuple(column for column in compiled.columns if column.metric), templates)

    @property
    def composable(self) -> list[Column]:
        return [column for column in self.columns if column.aggregation != "none"]

    @property
    def names(self) -> list[str]:
        return [column.name for column in self.composable]

    def bars(self, contract: Contract | None = None) -> Config:
        return analytics_config(contract or self.market.contract, self.analytics)

    def pipeline(self, *passes: Config, group: str = "ListingId") -> Config:
        trades = {"data": self.market.table, "columns": {"ListingId": group}}
        tables = {"trades": trades, "reference": self.market.reference}
        return {"TABLES": tables, "TEMPLATE_PATHS": list(self.templates), "PASSES": list(passes)}

    def direct(self, contract: Contract, regrouping: Regrouping) -> Result:
        """One pass over the trades of each group."""
        result = run_pass(self.pipeline(self.bars(contract), group=regrouping.group), "bars")
        return {key: {name: row[name] for name in self.names} for key, row in result.items()}

    def composed(self, *steps: tuple[Contract, Regrouping]) -> Result:
        """Bars by listing, and passes after it that aggregate every metric by its own rule."""
        passes = [self.bars()]
        for number, (contract, regrouping) in enumerate(steps):
            source, rule = passes[-1]["name"], f"{contract.width // 1_000_000}ms"
            step = generic_pass_config(source, self.names, rule=rule, group_by=regrouping.keys, name=f"step{number}")
            passes.append(step)
        last = steps[-1][1]
        return last.by_group(run_pass(self.pipeline(*passes), passes[-1]["name"], last.keys))

    @property
    def tolerance(self) -> Tolerance:
        repeated = ("first", "last", "min", "max")
        exact = {column.name for column in self.composable if column.aggregation in repeated or column.type == "BIGINT"}
        sums = set(self.names) - exact
        return Tolerance(dict.fromkeys(sums, SUM_RELATIVE), {name: scale(name) * SUM_RELATIVE for name in sums})


@pytest.mark.parametrize("group", EVERYTHING)
@given(st.data(), MARKETS, st.integers(2, 20), regroupings)
@settings(max_examples=5)
def test_a_few_metrics_compose(
    group: str, data: st.DataObject, market: Market, factor: int, regrouping: Regrouping
) -> None:
    asked = Asked.of(market, {group: narrowed(data.draw, EVERYTHING[group])})
    wide = market.contract.coarser(factor)
    if asked.composable:
        assert_same(asked.composed((wide, regrouping)), asked.direct(wide, regrouping), asked.tolerance)


@pytest.mark.parametrize(("group", "ends"), list(zip(EVERYTHING, FOUR_CONTRACTS * 2, strict=False)))
def test_every_metric_composes_over_three_passes(group: str, ends: tuple[Any, Any]) -> None:
    asked = Asked.of(annotated_market(Contract(60 * SECOND, *ends), 400, seed=8), {group: EVERYTHING[group]})
    wide, wider = (asked.market.contract.coarser(factor) for factor in (2, 6))
    expected = asked.direct(wider, BY_GROUP["instrument"])
    assert len(expected) >= 3 * 2
    assert_all_measured(expected, asked.composable)
    steps = [(wide, BY_GROUP["listing"]), (wider, BY_GROUP["instrument"])]
    assert_same(asked.composed(*steps), expected, asked.tolerance)


def assert_all_measured(result: Result, columns: Iterable[Column]) -> None:
    """Check that every column has some value: equal nulls would show nothing."""
    empty = [column.name for column in columns if all(row[column.name] is None for row in result.values())]
    assert empty == []


@pytest.fixture(scope="module")
def asked() -> Asked:
    """Everything of a small market."""
    return Asked.of(annotated_market(MINUTES, 40, seed=5), EVERYTHING)


def test_every_metric_of_the_catalogue_is_asked_for(asked: Asked) -> None:
    assert {column.metric for column in asked.columns} == {
        metric.name for metric in LIBRARY.metrics if metric.module == "trade"
    }


def test_every_metric_that_does_not_compose_is_refused_with_the_reason(asked: Asked) -> None:
    refused = [column for column in asked.columns if column.aggregation == "none"]
    step = generic_pass_config("bars", [column.name for column in refused], rule="15m")
    with pytest.raises(ReaggregationError) as caught:
        basalt.compile(asked.pipeline(asked.bars(), step))
    assert [problem.place for problem in caught.value.problems] == [
        f"pass generic: aggregations.{column.name}" for column in refused
    ]
    for column, problem in zip(refused, caught.value.problems, strict=True):
        assert f"{column.metric} of a coarser group cannot be computed from finer ones: " in problem.message
        assert "or compute it from the events at the wider bucket" in problem.suggestion


def test_what_later_passes_merge_is_carried_and_not_shown(asked: Asked) -> None:
    step = generic_pass_config("bars", asked.names, rule="15m", group_by=BY_INSTRUMENT)
    with basalt.run(asked.pipeline(asked.bars(), step)) as result:
        shown, compiled = result["bars"].arrow().column_names, result.compiled.passes["bars"]
        stored = result.connection.sql("FROM bars__states").columns
    assert shown == [column.name for column in compiled.columns]
    assert not any("__" in name for name in shown)
    assert stored == [*shown, *compiled.hidden]
    many_states = [column for column in asked.composable if column.aggregation == "auto"]
    ordered = [column for column in asked.composable if column.aggregation in ("first", "last")]
    assert many_states
    assert ordered
    for column in many_states:
        assert any(name.startswith(f"{column.name}__") for name in compiled.hidden)
    for column in ordered:
        assert {f"{column.name}__time", f"{column.name}__sequence"} <= set(compiled.hidden)


MEAN_SQUARE = """/* ---
name: MeanSquare
measure: MeanSquare
column: Trade{side}MeanSquare
title: Mean of squared prices, and the last size
unit: price squared
kind: ratio
type: DOUBLE
requires: [LocalPrice, Size]
null_rule: null when nothing traded
known_at: end of the bucket
source: Our desk, note 12
states:
  squares: {aggregate: sum, of: LocalPrice * LocalPrice, where: isfinite(LocalPrice)}
  squared: {aggregate: count, of: LocalPrice, where: isfinite(LocalPrice)}
  latest: {aggregate: last, of: Size}
--- */
{{ squares }} / nullif({{ squared }}, 0) + {{ latest }}
"""


def test_a_template_of_ones_own_composes_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "trade").mkdir()
    (tmp_path / "trade" / "mean_square.sql").write_text(MEAN_SQUARE)
    entries = everything(load_library([tmp_path]))["generic_metrics"]
    own = [entry for entry in entries if entry["measures"] == "MeanSquare"]
    asked = Asked.of(annotated_market(MINUTES, 200, seed=3), {"generic_metrics": own}, str(tmp_path))
    assert len(asked.composable) == 4
    wide = MINUTES.coarser(15)
    expected = asked.direct(wide, BY_GROUP["venue"])
    assert_all_measured(expected, asked.composable)
    assert_same(asked.composed((wide, BY_GROUP["venue"])), expected, asked.tolerance)
