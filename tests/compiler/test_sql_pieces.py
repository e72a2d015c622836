"""SQL is put together from pieces that render themselves; a bare string never gets in."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pytest
from hostile import IMPOSSIBLE, NASTY, quoted, texts
from hypothesis import given, settings
from hypothesis import strategies as st

from basalt.compiler.layout import SelectItem, indented, on_one_line, select_list
from basalt.compiler.sql import Fragment, Identifier, Literal, compose, conjunction, join
from basalt.compiler.templates import render, render_text
from basalt.errors import CompileError, TemplateError

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect()
    yield opened
    opened.close()


@given(texts)
@settings(max_examples=50)
def test_a_text_reads_back_as_itself(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert connection.sql(f"SELECT {Literal(text)}").fetchall() == [(text,)]


@given(texts)
@settings(max_examples=50)
def test_a_name_reads_back_as_itself(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    assert connection.sql(f"SELECT 1 AS {Identifier(text)}").columns == [text]
    assert connection.sql(f"SELECT {Identifier('t', text)} FROM (SELECT 7 AS {Identifier(text)}) t").fetchall() == [
        (7,)
    ]


@given(texts, st.integers(1, 4))
@settings(max_examples=36)
def test_moving_lines_in_changes_no_text_and_no_name(
    connection: duckdb.DuckDBPyConnection, text: str, times: int
) -> None:
    statement = f"SELECT\n-- isn't\n{Literal(text)} AS {Identifier(text)},\n/* ' */ $${'x'}\n$$ AS b, E'\\'\n' AS c\n"
    moved = statement
    for _ in range(times):
        moved = indented(moved)
    found = connection.sql(moved)
    assert found.columns == [text, "b", "c"] or text.casefold() in {"b", "c"}
    assert found.fetchall() == [(text, "x\n", "'\n")]
    assert moved.startswith("SELECT\n" + "    " * times + "-- isn't\n" + "    " * times)


def test_every_word_of_duckdb_that_needs_quotes_gets_them(connection: duckdb.DuckDBPyConnection) -> None:
    words = [word for (word,) in connection.sql("SELECT DISTINCT keyword_name FROM duckdb_keywords()").fetchall()]
    assert len(words) > 300
    for word in words:
        name = Identifier(word)
        statement = f"SELECT {name}, {name} + 1 AS {name} FROM (SELECT 1 AS {name}) AS {name} GROUP BY {name}"
        assert connection.sql(statement).fetchall() == [(1, 2)]


def test_a_name_is_quoted_when_it_has_to_be_and_not_otherwise() -> None:
    assert [Identifier(name).text for name in ("Close", "_x1", "select", "SELECT", "1a", "é", "a b")] == [
        "Close",
        "_x1",
        '"select"',
        '"SELECT"',
        '"1a"',
        '"é"',
        '"a b"',
    ]
    assert Identifier("a.b", 'c"d').text == '"a.b"."c""d"'


@pytest.mark.parametrize("text", ["", *IMPOSSIBLE], ids=repr)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(CompileError, match="cannot be a SQL name") as caught:
        Identifier("main", text)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("value", [*IMPOSSIBLE, float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_what_is_no_value_is_refused(value: str | float) -> None:
    with pytest.raises(CompileError, match="cannot be a SQL value"):
        Literal(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "NULL"),
        (True, "TRUE"),
        (False, "FALSE"),
        (-3, "-3"),
        (0.1, "0.1"),
        (1e-300, "1e-300"),
        (Decimal("0.10"), "0.10"),
        (date(2025, 3, 3), "DATE '2025-03-03'"),
        (datetime(2025, 3, 3, 9, 0, 0, 5, UTC).replace(tzinfo=None), "TIMESTAMP '2025-03-03 09:00:00.000005'"),
        ("it's", "'it''s'"),
    ],
)
def test_values_are_written_as_sql(value: str | float | None, text: str) -> None:
    assert Literal(value).text == text


@pytest.mark.parametrize("piece", ["x", None, 1.5, ["x"]], ids=repr)
def test_only_pieces_are_composed(piece: object) -> None:
    with pytest.raises(TypeError, match="only SQL pieces"):
        compose("SELECT {}", piece)


def test_a_piece_is_placed_as_it_is_whatever_braces_it_has() -> None:
    assert compose("{} = {}", Identifier("{0}"), Literal("{1} {}")).text == "\"{0}\" = '{1} {}'"
    assert join([Literal("{}"), Literal("%s")]).text == "'{}', '%s'"
    both = conjunction([Fragment("a"), None, Fragment("b")])
    assert both is not None
    assert both.text == "a AND b"
    assert conjunction([None]) is None


@pytest.mark.parametrize("value", ["x", "", True, None, 1.5, ["x"], {"a": Literal("x")}, b"x"], ids=repr)
def test_a_template_takes_nothing_but_pieces_and_whole_numbers(value: object) -> None:
    with pytest.raises(TemplateError, match="must be wrapped as SQL"):
        render_text("SELECT {{ value }}", value=value)


@pytest.mark.parametrize(
    "text", ["{{ value | upper }}", "{{ value ~ value }}", "{{ value.text }}", "{{ [value] | join }}", "{{ 'x' }}"]
)
def test_a_piece_that_a_template_turned_into_a_string_is_no_piece_any_more(text: str) -> None:
    with pytest.raises(TemplateError, match="must be wrapped as SQL"):
        render_text(text, value=Literal("a'b"))


def test_the_values_of_a_template_are_not_templates() -> None:
    for name in NASTY:
        rendered = render_text("{{ a }} = {{ b }} + {{ c }}", a=Identifier(name), b=Literal(name), c=7)
        assert rendered.text == f"{Identifier(name)} = {Literal(name)} + 7"


def test_a_shape_takes_nothing_but_pieces() -> None:
    with pytest.raises(TemplateError, match="str 'trades; DROP TABLE x'"):
        render(
            "shapes/select",
            columns=Fragment("*"),
            source="trades; DROP TABLE x",
            where=None,
            group_by=None,
            distinct=False,
        )


@pytest.mark.parametrize(
    ("text", "told"),
    [("{{ missing }}", "'missing' is undefined"), ("{{ a", "does not parse"), ("{% if %}", "does not parse")],
)
def test_a_template_that_cannot_be_filled_in_is_an_error(text: str, told: str) -> None:
    with pytest.raises(TemplateError, match=told) as caught:
        render_text(text, a=Literal(1))
    assert text in str(caught.value)


def test_a_comment_stays_on_its_line() -> None:
    for name in NASTY:
        for separator in ("\n", "\r", "\x0b", "\x0c", "\x85", "\u2028"):
            text = on_one_line(f"rows of {name}{separator}DROP TABLE x").text
            assert text.splitlines() == [text]


def test_a_select_list_has_a_line_for_each_column_and_aligns_names() -> None:
    items = [
        SelectItem.column("ListingId"),
        SelectItem(Fragment("sum(Size)"), "Volume"),
        SelectItem(Fragment("max(LocalPrice)"), "High"),
        SelectItem(Fragment("x" * 80), "Long"),
    ]
    assert select_list(items).text.split(",\n") == [
        "ListingId",
        "    sum(Size)       AS Volume",
        "    max(LocalPrice) AS High",
        f"    {'x' * 80} AS Long",
    ]


def test_quoted_is_what_identifier_does() -> None:
    assert all(Identifier(f" {name}").text == quoted(f" {name}") for name in NASTY)
