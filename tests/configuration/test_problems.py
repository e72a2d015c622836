"""Every mistake is reported at once, with its place, what is wrong and what was probably meant."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from pipeline_examples import two_passes

from basalt.configuration.overrides import apply_overrides
from basalt.configuration.problems import validate
from basalt.errors import ConfigurationError, Problem


def problems(raw: object) -> list[Problem]:
    with pytest.raises(ConfigurationError) as refused:
        validate(raw)
    assert refused.value.code == "BAS101"
    return list(refused.value.problems)


def one_problem(raw: object) -> Problem:
    (problem,) = problems(raw)
    return problem


def test_a_right_pipeline_is_returned() -> None:
    config = validate(two_passes())
    assert [each.name for each in config.PASSES] == ["pass1", "pass2"]


def test_every_mistake_is_reported_in_the_order_of_the_text() -> None:
    raw = two_passes()
    raw["PASSES"][1]["generic_analytics"]["aggregations"]["Close"] = "lst"
    raw["PASSES"][1]["generic_analytics"]["resample_rule"] = "15x"
    raw["PASSES"][1]["name"] = "pass1"
    raw["PASSES"][0]["colour"] = "red"
    raw["END_DATE"] = "2025-01-01"
    raw["DATASETNAME"] = 5
    assert [problem.place for problem in problems(raw)] == [
        "DATASETNAME",
        "PASSES[0].colour",
        "PASSES[1].name",
        "PASSES[1].generic_analytics.resample_rule",
        "PASSES[1].generic_analytics.aggregations.Close",
        "END_DATE",
    ]


def test_a_problem_reads_well() -> None:
    raw = two_passes()
    raw["PASSES"][1]["generic_analytics"]["aggregations"]["Close"] = "lst"
    with pytest.raises(ConfigurationError) as refused:
        validate(raw)
    assert str(refused.value) == (
        "BAS101 PASSES[1].generic_analytics.aggregations.Close: pass 'pass2': must be one of "
        "sum, mean, first, last, max, min, count, median, std, var, nunique, auto or weighted_mean by a column, "
        "{weighted_mean: Volume}, not 'lst' (did you mean 'last'?)"
    )


@pytest.mark.parametrize("raw", [None, [], "PASSES", 3])
def test_a_pipeline_is_a_mapping(raw: object) -> None:
    assert one_problem(raw).message.startswith("a pipeline is a mapping with PASSES in it, not ")


def test_an_empty_pipeline_lacks_its_passes() -> None:
    assert one_problem({}) == Problem("missing; it is required", "PASSES")
    assert one_problem({"PASSES": []}) == Problem("must not be empty", "PASSES")


def _written_mistakes() -> list[tuple[str, list[str]]]:
    """Return what is changed in the right pipeline, and the problems that this gives, from the file of mistakes."""
    blocks = (Path(__file__).parent / "mistakes.txt").read_text().strip().split("\n\n")
    return [(change, [line.strip() for line in told]) for change, *told in (block.split("\n") for block in blocks)]


@pytest.mark.parametrize(("change", "told"), _written_mistakes())
def test_a_mistake_is_told_as_written_in_the_file_of_mistakes(change: str, told: list[str]) -> None:
    assert [str(problem) for problem in problems(apply_overrides(two_passes(), [change]).raw)] == told


def test_a_long_value_is_cut() -> None:
    raw = two_passes()
    raw["PASSES"][0]["modules"] = "x" * 1000
    shown = f"must be one of trade, retail_imbalance, l2, l2tw, book, generic, not '{'x' * 55}...'"
    assert one_problem(raw).message == f"pass 'pass1': {shown}"


def test_a_misspelt_required_key_is_one_mistake() -> None:
    raw = two_passes()
    raw["PASSES"][0]["nam"] = raw["PASSES"][0].pop("name")
    assert one_problem(raw) == Problem("unknown key 'nam'", "PASSES[0].nam", "did you mean 'name'?")


def test_a_missing_key() -> None:
    raw = two_passes()
    del raw["PASSES"][1]["generic_analytics"]["source_pass"]
    expected = Problem("pass 'pass2': missing; it is required", "PASSES[1].generic_analytics.source_pass")
    assert one_problem(raw) == expected


def test_every_disagreement_of_a_pass_is_reported() -> None:
    raw = two_passes()
    raw["PASSES"][0]["modules"] = "generic"
    assert [str(problem) for problem in problems(raw)] == [
        "PASSES[0].trade_analytics: pass 'pass1': trade_analytics is given but modules does not name trade",
        "PASSES[0].generic_analytics: pass 'pass1': module generic needs generic_analytics",
    ]


def test_names_and_dates_are_compared_while_fields_are_wrong() -> None:
    raw = two_passes()
    raw["PASSES"].append({"name": "PASS1"})
    raw["TABLES"]["pass2"] = "bars.parquet"
    raw["START_DATE"], raw["END_DATE"] = datetime(2025, 3, 3, 9, tzinfo=UTC), "2025-03-02"
    assert [str(problem) for problem in problems(raw)] == [
        "START_DATE: must be a date such as 2025-03-31, not 2025-03-03T09:00:00+00:00",
        "PASSES[1].name: 'pass2' is both a table and a pass; names must be unique",
        "PASSES[2].name: 'PASS1' is the name of PASSES[0] already; names must be unique",
        "PASSES[2].modules: pass 'PASS1': missing; it is required",
        "END_DATE: 2025-03-02 is before START_DATE 2025-03-03",
    ]


def test_names_and_dates_are_compared_when_all_fields_are_right() -> None:
    raw = two_passes()
    raw["PASSES"][0]["name"] = "PASS2"
    raw["TABLES"]["Trades"] = "more.parquet"
    raw["END_DATE"] = "2025-03-02"
    assert [str(problem) for problem in problems(raw)] == [
        "TABLES.Trades: 'Trades' and 'trades' differ in case only; names must be unique",
        "PASSES[1].name: 'pass2' is the name of PASSES[0] already; names must be unique",
        "END_DATE: 2025-03-02 is before START_DATE 2025-03-03",
    ]


def test_where_a_place_was_written_stands_in_front() -> None:
    raw = {**two_passes(), "DATASETNAME": 5}
    with pytest.raises(ConfigurationError) as refused:
        validate(raw, lambda place: f"file of {place}")
    assert [problem.place for problem in refused.value.problems] == ["file of ('DATASETNAME',): DATASETNAME"]
