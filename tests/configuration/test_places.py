"""A place is written as a person reads it, and read back as the same place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from basalt.configuration.diagnosis.places import Named, Place, Step, show_place, split_assignment

KEYS = st.text(st.characters(codec="utf-8")) | st.sampled_from(["a", "a.b", "a b", 'a"b', "a'b", "a[0]", "=", "", "0"])
PLACES = st.builds(lambda first, rest: (first, *rest), KEYS, st.lists(KEYS | st.integers(0, 99), max_size=4))


@given(place=PLACES, value=st.text())
def test_a_place_that_is_written_is_read_back(place: Place, value: str) -> None:
    assert split_assignment(f"{show_place(place)}={value}") == (place, value)


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (("PASSES", 1, "generic_analytics", "aggregations", "Close"), "PASSES[1].generic_analytics.aggregations.Close"),
        (("TABLES", "trades", "columns", "Local.Price"), 'TABLES.trades.columns."Local.Price"'),
        (("a b",), '"a b"'),
        ((), ""),
    ],
)
def test_a_place_reads_well(place: Place, text: str) -> None:
    assert show_place(place) == text


@pytest.mark.parametrize(
    ("text", "steps", "value"),
    [
        ("a=", ("a",), ""),
        ("a=b=c", ("a",), "b=c"),
        ("PASSES[0].x=1", ("PASSES", 0, "x"), "1"),
        ("PASSES[-1].x=1", ("PASSES", -1, "x"), "1"),
        ("PASSES[pass-1].x=1", ("PASSES", Named("pass-1"), "x"), "1"),
        ("PASSES['0'].x=1", ("PASSES", Named("0"), "x"), "1"),
        ('PASSES["0"].x=1', ("PASSES", Named("0"), "x"), "1"),
        ("a[0][1]=[2]", ("a", 0, 1), "[2]"),
        ("a.'b.c'=1", ("a", "b.c"), "1"),
    ],
)
def test_an_assignment_is_split(text: str, steps: tuple[Step, ...], value: str) -> None:
    assert split_assignment(text) == (steps, value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no '='; write PLACE=VALUE"),
        ("PASSES[0].x", "there is no '='; write PLACE=VALUE"),
        ("=1", "the place before '=' is missing or malformed"),
        (".a=1", "the place before '=' is missing or malformed"),
        ("a b=1", "cannot read the place at ' b=1'"),
        ("a..b=1", "cannot read the place at '..b=1'"),
        ("a.=1", "cannot read the place at '.=1'"),
        ("a[=1", "cannot read the place at '[=1'"),
        ("a[0]b=1", "cannot read the place at 'b=1'"),
        ('"a"b=1', "cannot read the place at 'b=1'"),
    ],
)
def test_what_is_no_assignment(text: str, message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011 - the whole message is compared
        split_assignment(text)
    assert str(refused.value) == message
