"""Passes are planned in the order in which they read each other, whatever the order they are written in."""

from __future__ import annotations

import itertools

import pytest
from asked import Config, compiled, generic, refused, trade

import basalt
from basalt.compiler.order import ordered_passes, sources_of
from basalt.configuration import AnalyticsConfig
from basalt.errors import PassOrderError

CHAIN = [
    trade("minutes", ["OHLC", "VWAP"]),
    generic("minutes", "quarters", resample_rule="15m", aggregations={"Close": "last", "TradeTotalVWAP": "auto"}),
    generic("quarters", "hours", resample_rule="1h", aggregations={"Close": "last", "TradeTotalVWAP": "auto"}),
    generic("minutes", "days", resample_rule="1d", aggregations={"Open": "first"}),
]


@pytest.mark.parametrize(
    "passes", list(itertools.permutations(CHAIN)), ids=lambda passes: "-".join(p["name"] for p in passes)
)
def test_the_order_passes_are_written_in_changes_nothing_but_their_own(passes: tuple[Config, ...]) -> None:
    config = AnalyticsConfig.model_validate({"PASSES": list(passes)})
    names = [each.name for each in ordered_passes(config)]
    position = {name: place for place, name in enumerate(names)}
    assert position["minutes"] < position["quarters"] < position["hours"]
    assert position["minutes"] < position["days"]


def test_every_order_compiles_to_the_same_passes() -> None:
    expected = compiled(*CHAIN).passes
    for passes in (reversed(CHAIN), [CHAIN[2], CHAIN[0], CHAIN[3], CHAIN[1]]):
        assert compiled(*passes).passes == expected


def test_passes_that_do_not_read_each_other_stay_in_the_order_they_are_written_in() -> None:
    names = ["c", "a", "b"]
    assert list(compiled(*(trade(name) for name in names)).passes) == names
    mixed = [generic("a", "d"), trade("c"), trade("a"), generic("c", "b")]
    assert list(compiled(*mixed).passes) == ["c", "a", "d", "b"]


@pytest.mark.parametrize(
    ("passes", "told"),
    [
        ([generic("a", "a")], "a reads a"),
        ([generic("b", "a"), generic("a", "b")], "reads"),
        ([trade(), generic("c", "a"), generic("a", "b"), generic("b", "c"), generic("c", "d")], "reads"),
    ],
    ids=["itself", "each other", "in a ring"],
)
def test_passes_that_read_each_other_are_refused_with_the_circle(passes: list[Config], told: str) -> None:
    (problem,) = refused(PassOrderError, *passes)
    circle = problem.message.removeprefix("passes read each other in a circle: ").split(" reads ")
    reads = {
        (each["name"], each["generic_analytics"]["source_pass"]) for each in passes if each["modules"] == "generic"
    }
    assert told in problem.message
    assert circle[0] == circle[-1]
    assert set(itertools.pairwise(circle)) <= reads


def test_every_pass_that_reads_nothing_there_is_told_with_the_nearest() -> None:
    passes = [
        trade("pass1"),
        generic("pas1", "a"),
        generic("Pass1", "b"),
        generic("vendr", "c"),
        generic("nowhere", "d"),
    ]
    problems = refused(PassOrderError, *passes, TABLES={"vendor": {"table": "v"}})
    assert [(problem.place, problem.suggestion) for problem in problems] == [
        ("PASSES[1].generic_analytics.source_pass", "did you mean 'pass1'?"),
        ("PASSES[2].generic_analytics.source_pass", "did you mean 'pass1'?"),
        ("PASSES[3].generic_analytics.source_pass", "did you mean 'vendor'?"),
        ("PASSES[4].generic_analytics.source_pass", ""),
    ]
    assert problems[0].message.startswith("pass a reads 'pas1', which is neither a pass nor a table; there are pass1, ")


def test_a_pass_says_what_it_reads() -> None:
    reads_reference = generic("minutes", "regrouped", group_by=["InstrumentId"], aggregations={"Close": "last"})
    pipeline = compiled(*CHAIN, reads_reference)
    assert {name: (each.depends_on, each.tables) for name, each in pipeline.passes.items()} == {
        "minutes": ((), ("trades",)),
        "quarters": (("minutes",), ()),
        "days": (("minutes",), ()),
        "regrouped": (("minutes",), ("reference",)),
        "hours": (("quarters",), ()),
    }
    assert list(pipeline.closure("hours")) == ["minutes", "quarters", "hours"]
    assert list(pipeline.closure("minutes")) == ["minutes"]


def test_a_universe_reads_the_reference_only_where_the_source_lacks_its_columns() -> None:
    own = compiled(trade(), UNIVERSE={"MIC": ["XPAR"]}).passes["minutes"]
    assert (own.tables, "reference" in own.sql) == (("trades",), False)
    other = compiled(trade(), UNIVERSE={"MIC": ["XPAR"], "CurrencyCode": ["EUR"]}).passes["minutes"]
    assert other.tables == ("trades", "reference")
    assert "ListingId IN (SELECT ListingId FROM reference WHERE CurrencyCode IN ('EUR'))" in other.sql


def test_the_sources_of_a_pass_are_what_it_names() -> None:
    config = basalt.compile({"PASSES": CHAIN[:2]}, schemas={})
    assert [each.depends_on for each in config.passes.values()] == [(), ("minutes",)]
    model = AnalyticsConfig.model_validate({"PASSES": CHAIN})
    assert [sources_of(each) for each in model.PASSES] == [(), ("minutes",), ("quarters",), ("minutes",)]
