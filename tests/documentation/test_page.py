"""The page of a pipeline says everything of every column, and needs nothing but itself."""

from __future__ import annotations

import re

import pytest
from pages import SCHEMAS, Elements, page, pipeline

import basalt


@pytest.fixture(scope="module")
def html() -> str:
    return page()


@pytest.fixture(scope="module")
def elements(html: str) -> Elements:
    return Elements(html)


def test_every_column_has_its_unit_formula_and_lineage(elements: Elements) -> None:
    compiled = basalt.compile(pipeline(), schemas=SCHEMAS)
    columns = {each.attributes["id"]: each for each in elements.tagged("details", "column")}
    expected = [f"{name}.{column.name}" for name, each in compiled.passes.items() for column in each.columns]
    assert list(columns) == expected
    for name, each in compiled.passes.items():
        for column in each.columns:
            (told,) = basalt.explain(pipeline(), column.name, pass_name=name, schemas=SCHEMAS)
            text = columns[f"{name}.{column.name}"].text
            for part in (told.title, told.unit, told.type, told.formula, told.null_rule, told.source, told.asked_by):
                assert part in text
    lineage = columns["quarters.SMA_3"].text
    assert "quarters.Close" in lineage
    assert "minutes.Close" in lineage
    assert "trades.LocalPrice" in lineage


def test_the_sql_is_that_of_the_compile(elements: Elements) -> None:
    written = [each.text for each in elements.tagged("pre")]
    compiled = basalt.compile(pipeline(), schemas=SCHEMAS)
    assert [text.strip() for text in written] == [each.sql.strip() for each in compiled.passes.values()]
    marked = {(each.attributes.get("class"), each.text) for each in elements.tagged("span")}
    assert ("k", "SELECT") in marked
    assert ("nf", "epoch_ns") in marked
    assert ("n", "Close") in marked


def test_it_says_what_a_run_adds_and_what_to_know(elements: Elements) -> None:
    assert [each.text for each in elements.tagged("p", "note")] == [
        "SMA(Close, timeperiod=3) is added to these rows by a run."
    ]
    warnings = basalt.compile(pipeline(), schemas=SCHEMAS).warnings
    assert [each.text for each in elements.tagged("p", "warning")] == list(warnings)
    rules = next(each for each in elements.tagged("details") if each.attributes.get("id") == "rows-quarters")
    assert "looked up by ListingId" in rules.text


def test_nothing_is_loaded_from_anywhere(html: str, elements: Elements) -> None:
    for each in elements.found:
        for name, value in each.attributes.items():
            if name in ("src", "href", "xlink:href", "action", "data"):
                assert value is not None
                assert value.startswith("#") or value == "data:,", (each.tag, name, value)
    assert not re.search(r"@import|url\((?!#)|\bfetch\(|XMLHttpRequest|https?://", html)


def test_every_link_leads_somewhere(elements: Elements) -> None:
    ids = [each.attributes["id"] for each in elements.found if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    links = {str(each.attributes["href"]).removeprefix("#") for each in elements.tagged("a")}
    assert links <= set(ids)
    assert {"of-minutes", "of-quarters", "of-hours", "of-trades", "of-reference", "minutes.Close"} <= links


def test_the_graph_joins_what_reads_what(elements: Elements) -> None:
    for class_ in ("across", "down"):
        (graph,) = elements.tagged("svg", class_)
        boxes = [each.text for each in graph.inside if (each.attributes.get("class") or "") in ("source", "pass")]
        assert sorted(text.split("source")[0].split("trade ·")[0].split("generic ·")[0] for text in boxes) == [
            "hours",
            "minutes",
            "quarters",
            "reference",
            "trades",
        ]
        edges = [each for each in graph.inside if each.attributes.get("class") == "edge"]
        assert len(edges) == 4


def test_what_a_user_writes_is_text_and_never_markup(html: str, elements: Elements) -> None:
    (close,) = [each for each in elements.tagged("details") if each.attributes.get("id") == "minutes.Close"]
    assert "<b>&\"'" in close.text
    assert "<b>&" not in html


def test_the_same_pipeline_gives_the_same_bytes(html: str) -> None:
    assert page() == html
