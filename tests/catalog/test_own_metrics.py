"""Metrics of a user's own: read beside those that are shipped, and refused where they contradict them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from own_templates import MEAN_SQUARE, MEAN_SQUARE_VALUE, write_metric

from basalt.catalog.headers import templates_folder
from basalt.catalog.library import load_library
from basalt.errors import TemplateError

if TYPE_CHECKING:
    from pathlib import Path

VOLUME = templates_folder() / "metrics/trade/volume.sql"
FIRST_OF_VOLUME = templates_folder() / "metrics/trade/large_trade_share.sql"
STATE = {"total_size": {"aggregate": "sum", "of": "Size"}}


def problems(*folders: Path | str) -> list[str]:
    with pytest.raises(TemplateError) as refused:
        load_library(folders)
    return [str(each) for each in refused.value.problems]


def test_a_metric_of_ones_own_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    write_metric(tmp_path, "MeanSquare", MEAN_SQUARE_VALUE, **MEAN_SQUARE)
    shipped, library = load_library(), load_library([tmp_path])
    assert set(library.measures("trade")) - set(shipped.measures("trade")) == {"MeanSquare"}
    assert [each for each in library.metrics if each.name != "MeanSquare"] == list(shipped.metrics)
    (metric,) = library.measures("trade")["MeanSquare"]
    assert (metric.natural_aggregation, metric.requires) == ("auto", ("LocalPrice", "Size", "Quality"))


def test_a_folder_is_read_whenever_it_is_asked_for(tmp_path: Path) -> None:
    write_metric(tmp_path, "Sum", "{{ total_size }}", states=STATE, title="Before")
    before = load_library([tmp_path]).measures("trade")["Sum"][0].title
    write_metric(tmp_path, "Sum", "{{ total_size }}", states=STATE, title="After")
    assert (before, load_library([tmp_path]).measures("trade")["Sum"][0].title) == ("Before", "After")


def test_several_folders_are_one_library_and_a_folder_counts_once(tmp_path: Path) -> None:
    write_metric(tmp_path / "a", "One", "{{ total_size }}", states=STATE)
    write_metric(tmp_path / "b", "Two", "{{ total_size }} / 2", states=STATE)
    measures = load_library([tmp_path / "a", tmp_path / "b", str(tmp_path / "a")]).measures("trade")
    assert {"One", "Two", "Volume"} <= set(measures)


def test_a_name_of_a_shipped_metric_is_refused_with_both_paths(tmp_path: Path) -> None:
    path = write_metric(tmp_path, "Volume", "{{ total_size }}", states=STATE, column="Mine{side}")
    assert problems(tmp_path) == [f"{path}: header: name: Volume is the name of {VOLUME} already"]


@pytest.mark.parametrize(
    ("column", "shared"),
    [
        ("Trade{side}Volume", "TradeTotalVolume"),
        ("trade{side}volume", "tradeTotalvolume"),
        ("TradeAskVolume", "TradeAskVolume"),
    ],
)
def test_a_column_of_a_shipped_metric_is_refused_with_both_paths(column: str, shared: str, tmp_path: Path) -> None:
    path = write_metric(tmp_path, "Mine", "{{ total_size }}", states=STATE, column=column)
    assert problems(tmp_path) == [f"{path}: header: column: {shared} is a column of {VOLUME} already"]


def test_a_column_of_another_metric_of_ones_own_is_refused(tmp_path: Path) -> None:
    other = write_metric(tmp_path, "A", "{{ total_size }}", states=STATE, column="{side}Mine")
    path = write_metric(tmp_path, "B", "{{ total_size }}", states=STATE, column="BidMine")
    assert problems(tmp_path) == [
        f"{other}: header: column: BidMine is a column of {path} already",
        f"{path}: header: column: BidMine is a column of {other} already",
    ]


def test_a_column_has_no_other_placeholder_than_the_side(tmp_path: Path) -> None:
    path = write_metric(tmp_path, "A", "{{ total_size }}", states=STATE, column="{side}{horizon}")
    told = "header: column: {horizon} stands for nothing; a column's name may have {side}"
    assert problems(tmp_path) == [f"{path}: {told}"]


def test_a_column_that_only_one_side_shares_is_refused(tmp_path: Path) -> None:
    opening = templates_folder() / "metrics/trade/open.sql"
    path = write_metric(tmp_path, "Mine", "{{ total_size }}", states=STATE, column_total="Open")
    assert problems(tmp_path) == [f"{path}: header: column: Open is a column of {opening} already"]


def test_a_column_that_a_choice_of_a_shipped_metric_makes_is_refused(tmp_path: Path) -> None:
    flag = templates_folder() / "metrics/trade/flag.sql"
    path = write_metric(
        tmp_path, "Mine", "{{ total_size }}", states=STATE, column="BlockTradeVolume{side}", column_total="X"
    )
    assert problems(tmp_path) == [f"{path}: header: column: BlockTradeVolumeBid is a column of {flag} already"]


def test_a_state_that_means_something_else_is_refused_with_both_paths(tmp_path: Path) -> None:
    states = {"volume": {"aggregate": "count"}}
    path = write_metric(tmp_path, "Mine", "{{ volume }}", states=states)
    assert problems(tmp_path) == [f"{path}: header: states.volume: Mine declares it otherwise than {FIRST_OF_VOLUME}"]


def test_a_state_that_means_the_same_is_shared(tmp_path: Path) -> None:
    write_metric(tmp_path, "Mine", "{{ volume }} / 2", states={"volume": {"aggregate": "sum", "of": "Size"}})
    assert "Mine" in load_library([tmp_path]).measures("trade")


def test_a_folder_that_is_not_there_or_holds_none(tmp_path: Path) -> None:
    (tmp_path / "flat").mkdir()
    (tmp_path / "flat" / "metric.sql").write_text("")
    assert problems(tmp_path / "nowhere", tmp_path / "flat") == [
        f"{tmp_path}/nowhere: there is no such folder of templates",
        f"{tmp_path}/flat: the folder has no templates (they stand in it as l2/*.sql or trade/*.sql)",
    ]


def test_a_folder_of_no_module(tmp_path: Path) -> None:
    path = write_metric(tmp_path, "Mine", "{{ total_size }}", states=STATE)
    path.parent.rename(tmp_path / "trades")
    told = f"{tmp_path}/trades: 'trades' is no module with metrics; there are l2, trade (did you mean 'trade'?)"
    assert problems(tmp_path) == [told]


def test_all_that_is_wrong_is_told_together(tmp_path: Path) -> None:
    paths = [write_metric(tmp_path, name, "1", states=STATE, unit=" ") for name in ("A", "B")]
    assert problems(tmp_path) == [f"{path}: header: : Value error, unit is empty" for path in paths]


@pytest.mark.parametrize("field", ["family", "choices", "statistic_of"])
def test_only_a_generic_measure_can_be_ones_own(field: str, tmp_path: Path) -> None:
    values = {
        "family": "impact",
        "choices": {"scope": {"Local": {"title": "the listing's"}}},
        "statistic_of": "LocalPrice",
    }
    path = write_metric(tmp_path, "Mine", "{{ total_size }}", states=STATE, **{field: values[field]})
    rule = "header: a metric of your own is a generic measure, without family, choices, statistics"
    assert problems(tmp_path) == [f"{path}: {rule}"]


@pytest.mark.parametrize("name", ["Big", "1st", "a b", "bucket_seconds", "previous_trade", "time"])
def test_a_state_has_a_plain_name(name: str, tmp_path: Path) -> None:
    write_metric(tmp_path, "Mine", "1", states={name: {"aggregate": "sum", "of": "Size"}})
    (told,) = problems(tmp_path)
    assert f"header: {name!r} is not the name of a state or derived column" in told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("{{ volumen }}", "the value: there is no 'volumen'; there are total_size, bucket_seconds"),
        ("{{ s }}", "the value: there is no 's'; there are total_size, bucket_seconds"),
        ("{{ total_size.text }}", "the value: only names stand in braces, as {{ name }}"),
        ("{{ ''.__class__ }}", "the value: only names stand in braces, as {{ name }}"),
        ("{% for x in [1] %}1{% endfor %}", "the value: only names stand in braces, as {{ name }}"),
        ("{# nothing #} 1", "the value: only names stand in braces, as {{ name }}"),
    ],
)  # fmt: skip
def test_a_value_names_states_and_runs_nothing(value: str, told: str, tmp_path: Path) -> None:
    path = write_metric(tmp_path, "Mine", value, states=STATE)
    assert problems(tmp_path) == [f"{path}: {told}"]


def test_a_state_names_derived_columns_that_stand_before_it(tmp_path: Path) -> None:
    derived = {"doubled": "{{ halved }} * 4", "halved": "Size / 2"}
    states = {"sizes": {"aggregate": "sum", "of": "{{ doubled }}", "where": "{{ missing }} > 0"}}
    path = write_metric(tmp_path, "Mine", "{{ sizes }}", derived=derived, states=states)
    assert problems(tmp_path) == [
        f"{path}: header: derived.doubled: there is no 'halved'; there are previous_trade",
        f"{path}: header: states.sizes.where: there is no 'missing'; there are doubled, halved",
    ]


@pytest.mark.parametrize("name", ["bucket", "Sequence", "aggressor"])
def test_a_column_that_a_pass_adds_itself_cannot_be_required(name: str, tmp_path: Path) -> None:
    path = write_metric(tmp_path, "Mine", "{{ total_size }}", states=STATE, requires=["Size", name])
    hint = f"call it otherwise in TABLES.<table>.columns: {{Own: {name}}}"
    assert problems(tmp_path) == [f"{path}: header: requires: {name} is a column that a pass adds itself ({hint})"]
