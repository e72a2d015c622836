"""Metrics of a user's own of the book: what they are to say, and what they compute at the last update and over time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from markets.books import book_table
from markets.moments import MORNING
from markets.pipelines import BY_LISTING, generic_pass_config, run_pass
from oracles.buckets import SECOND
from own_templates import PRESSURE, PRESSURE_VALUE, write_book_metric

import basalt
from basalt.catalog.headers import templates_folder
from basalt.catalog.library import load_library
from basalt.catalog.own_book_metrics import VARIABLES
from basalt.compiler.modules.l2.book import BookPoint
from basalt.compiler.sql import Fragment
from basalt.compiler.templates import render_text
from basalt.errors import BindingError, TemplateError, UnknownMetricError

if TYPE_CHECKING:
    from pathlib import Path

DEPENDS = "the value depends on a {0}; the name has to have {{{0}}}"


def problems(folder: Path) -> list[str]:
    with pytest.raises(TemplateError) as refused:
        load_library([folder])
    return [str(each) for each in refused.value.problems]


def update(second: int, bids: tuple[float, float], asks: tuple[float, float], state: str = "OPEN") -> dict[str, Any]:
    row = {"ListingId": 1, "TimestampNanoseconds": MORNING + second * SECOND, "MarketState": state}
    row |= {"BidPrice1": 10.0, "AskPrice1": 11.0, "BidQuantity1": bids[0], "BidQuantity2": bids[1]}
    return row | {"AskQuantity1": asks[0], "AskQuantity2": asks[1]}


UPDATES = [
    update(0, (2.0, 8.0), (6.0, 4.0)),
    update(15, (4.0, 0.0), (6.0, 2.0)),
    update(30, (0.0, 1.0), (3.0, 3.0)),
    update(45, (5.0, 5.0), (1.0, 4.0), "HALTED"),
]


def pipeline(folder: Path, *passes: dict[str, Any]) -> dict[str, Any]:
    return {"TABLES": {"l2": book_table(UPDATES)}, "TEMPLATE_PATHS": [str(folder)], "PASSES": list(passes)}


def book_pass(module: str, *groups: dict[str, Any]) -> dict[str, Any]:
    asked = {f"{module}_analytics": {"generic_metrics": list(groups)}}
    return {"name": "own", "modules": [module], "time_bucket_seconds": 60, **asked}


def only_row(config: dict[str, Any], name: str = "own") -> dict[str, Any]:
    result = run_pass(config, name, BY_LISTING)
    row = result[max(result)]
    row.pop("MarketState", None)
    return row


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder with a measure of a side and a level, and one of the book as a whole."""
    write_book_metric(tmp_path, "Pressure", PRESSURE_VALUE, **PRESSURE)
    relative = "{{ ask.quantity }} / {{ mid }}"
    write_book_metric(tmp_path, "Relative", relative, requires=["AskQuantity1", "BidPrice1", "AskPrice1"])
    return tmp_path


def test_a_measure_of_ones_own_at_the_last_update(mine: Path) -> None:
    asked = {"measures": ["Pressure", "Relative"], "levels": [1, 2]}
    row = only_row(pipeline(mine, book_pass("l2", asked)))
    assert row == {
        "BidPressure1": 1,
        "BidPressure2": 2,
        "AskPressure1": 0.2,
        "AskPressure2": 1,
        "Relative": pytest.approx(1 / 10.5),
    }
    assert list(row) == ["BidPressure1", "BidPressure2", "AskPressure1", "AskPressure2", "Relative"]


def test_groups_with_filters_and_patterns_of_ones_own_measures(mine: Path) -> None:
    groups = [
        {"measures": "Pressure", "sides": "Ask", "market_states": "OPEN", "output_name_pattern": "{measures}{levels}"},
        {"measures": "Pressure", "sides": "Ask", "output_name_pattern": "{sides}{metric}"},
    ]
    assert only_row(pipeline(mine, book_pass("l2", *groups))) == {"Pressure1": None, "AskPressure": 0.2}


def test_a_measure_of_ones_own_weighted_by_time(mine: Path) -> None:
    """At 0 the quarter of the minute before ends; without a best bid there is no value and no weight."""
    groups = [
        {"measures": "Pressure", "sides": "Ask", "levels": 2},
        {"measures": "Pressure", "sides": "Ask", "market_states": "OPEN", "output_name_pattern": "Open"},
    ]
    row = only_row(pipeline(mine, book_pass("l2tw", *groups)))
    assert row == {"AskPressure2TWA": pytest.approx((5 + 2 + 1) / 3), "Open": pytest.approx((3 + 1.5) / 2)}


def test_a_measure_of_ones_own_is_the_last_of_a_later_pass(mine: Path) -> None:
    narrow = book_pass("l2", {"measures": "Pressure", "sides": "Bid", "levels": 2}) | {"time_bucket_seconds": 15}
    later = generic_pass_config("own", {"BidPressure2": "auto"}, rule="1m")
    assert only_row(pipeline(mine, narrow, later), "generic") == {"BidPressure2": 2}


def test_a_column_that_the_source_lacks_is_told(mine: Path) -> None:
    with pytest.raises(BindingError, match="AskQuantity3"):
        run_pass(pipeline(mine, book_pass("l2", {"measures": "Pressure", "levels": 3})), "own")


@pytest.mark.parametrize("module", ["l2", "l2tw"])
def test_an_unknown_measure_is_told_with_those_there_are(module: str, mine: Path) -> None:
    config = pipeline(mine, book_pass(module, {"measures": ["Presure", "Relative"]}))
    place = f"pass own: {module}_analytics.generic_metrics[0]"
    with pytest.raises(UnknownMetricError) as refused:
        basalt.compile(config)
    told = f"{place}: unknown measure 'Presure'; there are Pressure, Relative (did you mean 'Pressure'?)"
    assert [str(each) for each in refused.value.problems] == [told]
    with pytest.raises(UnknownMetricError, match="there are none: they are templates in l2/ of a folder"):
        basalt.compile({**config, "TEMPLATE_PATHS": []})


def test_everything_that_may_be_named_is_read_as_it_says() -> None:
    """The columns that a name stands for are those that its SQL reads."""
    variables = BookPoint("Bid", 2).variables(Fragment)
    for name, columns in VARIABLES.items():
        read = {
            column.replace("{side}", "Bid").replace("{level}", "2").replace("{up_to_level}", number)
            for number in ("1", "2")
            for column in columns
        }
        assert set(re.findall(r"[A-Z]\w+", render_text(f"{{{{ {name} }}}}", **variables).text)) == read


def test_a_name_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    path = write_book_metric(tmp_path, "Mine", "{{ bids.quantities }}", requires=[])
    (told,) = problems(tmp_path)
    assert told.startswith(f"{path}: the value: there is no 'bids.quantities'; there are bid.price, bid.quantity, ")
    assert told.endswith("(did you mean 'bids.quantity'?)")


def test_a_header_says_what_is_read(tmp_path: Path) -> None:
    value = "{{ mid }} - {{ level.price }}"
    requires = ["{side}Price{level}", "BidPrice1", "Quality"]
    path = write_book_metric(tmp_path, "Mine", value, requires=requires, column="{side}Mine{level}")
    assert problems(tmp_path) == [
        f"{path}: header: requires: Quality is no column of the book",
        f"{path}: header: requires: the value reads AskPrice1 as well",
    ]


@pytest.mark.parametrize(
    ("column", "value", "requires", "told"),
    [
        ("Mine{level}", "{{ level.price }}", "{side}Price{level}", DEPENDS.format("side")),
        ("{side}Mine", "{{ levels.orders }}", "{side}NumOrders{up_to_level}", DEPENDS.format("level")),
        ("{side}Mine", "{{ bid.price }}", "BidPrice1", "{side} stands for nothing that the value reads"),
        ("Mine{bps}", "{{ bid.price }}", "BidPrice1", "{bps} stands for nothing that the value reads"),
    ],
)  # fmt: skip
def test_the_name_of_a_column_tells_what_its_value_depends_on(
    column: str, value: str, requires: str, told: str, tmp_path: Path
) -> None:
    path = write_book_metric(tmp_path, "Mine", value, requires=[requires], column=column)
    assert problems(tmp_path) == [f"{path}: header: column: {told}"]


@pytest.mark.parametrize(
    "value", ["{{ bid.price.text }}", "{{ ''.__class__ }}", "{% for x in bids %}1{% endfor %}", "{# nothing #} 1"]
)
def test_a_value_names_the_book_and_runs_nothing(value: str, tmp_path: Path) -> None:
    write_book_metric(tmp_path, "Mine", value, requires=[])
    assert any("the value: " in told for told in problems(tmp_path))


def test_columns_of_the_book_stand_in_braces(tmp_path: Path) -> None:
    path = write_book_metric(tmp_path, "Mine", "BidPrice1 * 2", requires=["BidPrice1"])
    told = "the value: BidPrice1 stands in braces, such as {{ bid.price }} or {{ level.quantity }}"
    assert problems(tmp_path) == [f"{path}: {told}"]


@pytest.mark.parametrize(
    "field",
    [
        {"states": {"updates": {"aggregate": "count"}}},
        {"sides": ["Bid"]},
        {"column_total": "Mine"},
        {"family": "prices"},
    ],
)
def test_only_a_value_of_the_book_as_it_stands_can_be_ones_own(field: dict[str, Any], tmp_path: Path) -> None:
    path = write_book_metric(tmp_path, "Mine", "{{ bid.price }}", requires=["BidPrice1"], **field)
    (name,) = field
    told = f"header: a metric of your own of the book is its value as it stands, without {name}"
    assert problems(tmp_path) == [f"{path}: {told}"]


def test_a_value_of_the_book_is_a_state(tmp_path: Path) -> None:
    path = write_book_metric(tmp_path, "Mine", "{{ bid.price }}", requires=["BidPrice1"], kind="flow")
    assert problems(tmp_path) == [f"{path}: header: kind: a value of the book as it stands is a state, not flow"]


def test_a_column_of_a_shipped_metric_is_refused_with_both_paths(tmp_path: Path) -> None:
    cost = templates_folder() / "metrics/l2/cost_to_trade.sql"
    path = write_book_metric(
        tmp_path, "Mine", "{{ level.price }}", requires=["{side}Price{level}"], column="{side}CostToTrade{level}"
    )
    assert problems(tmp_path) == [f"{path}: header: column: BidCostToTrade1 is a column of {cost} already"]
