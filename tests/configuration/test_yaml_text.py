"""YAML is read strictly, and a plain word stays the word it is."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from basalt.configuration.formats.text import Misreading, Spot, UnreadableTextError
from basalt.configuration.formats.yaml_text import read_yaml

TEXTS = [
    *["NO", "no", "on", "OFF", "yes", "0700", "007", "1_000", "0x1F", "0o17", "1e5", ".inf", ".NaN", "=", "+", "-1-"],
    *["13:30", "13:30:15", "2025-03-03", "2025-03-03T13:30:00.123456789", "size > 100", "data/**/*.parquet", "5m"],
]
VALUES = [
    *[("true", True), ("False", False), ("null", None), ("~", None), ("", None)],
    *[("0", 0), ("-12", -12), ("+3", 3), ("1.5", 1.5), ("-.5", -0.5), ("2.", 2.0), ("1.0e-3", 0.001)],
    *[('"1"', "1"), ("'true'", "true"), ("!!str 1", "1"), (r'"\ud83d\ude00"', "\U0001f600")],
]


@pytest.mark.parametrize("word", TEXTS)
def test_a_word_that_formats_disagree_about_is_text(word: str) -> None:
    assert read_yaml(f"key: {word}").value == {"key": word}


@pytest.mark.parametrize(("word", "value"), VALUES)
def test_a_word_that_formats_agree_about_is_its_value(word: str, value: object) -> None:
    read = read_yaml(f"key: {word}").value["key"]
    assert (read, type(read)) == (value, type(value))


_TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(tree=_TREES, flow=st.booleans())
def test_what_pyyaml_writes_is_read_back(tree: Any, flow: bool) -> None:  # noqa: ANN401, FBT001
    assert read_yaml(yaml.safe_dump(tree, default_flow_style=flow)).value == tree


def test_anchors_and_merges() -> None:
    text = """
base: &base {width: 60, side: Total}
more: &more {side: Bid, unit: s}
one: {<<: *base, width: 30}
two: {<<: [*base, *more]}
again: *base
"""
    value = read_yaml(text).value
    assert value["one"] == {"width": 30, "side": "Total"}
    assert value["two"] == {"width": 60, "side": "Total", "unit": "s"}
    assert value["again"] == {"width": 60, "side": "Total"}


@pytest.mark.parametrize(
    ("text", "misreadings"),
    [
        ("a: 1\nb: 2\na: 3", [Misreading("a is given twice, first on line 1", Spot(3, 1))]),
        (
            "p:\n  - {x: 1, x: 2}\n  - y: 1\n    'y': 2\n",
            [
                Misreading("p[0].x is given twice, first on line 2", Spot(2, 12)),
                Misreading("p[1].y is given twice, first on line 3", Spot(4, 5)),
            ],
        ),
        (
            "a: !!python/object/apply:os.getcwd []",
            [Misreading("the tag '!!python/object/apply:os.getcwd' has no meaning here", Spot(1, 4))],
        ),
        ("a: !mine 3", [Misreading("the tag '!mine' has no meaning here", Spot(1, 4))]),
        ("? [1, 2]\n: 3", [Misreading("a key must be text, not a list or a mapping", Spot(1, 3))]),
        ("a: {<<: 3}", [Misreading("'<<' takes a mapping or a list of mappings", Spot(1, 9))]),
        ("a: \x07", [Misreading("the character '\\x07' may not stand in YAML", Spot(1, 4))]),
    ],
)
def test_what_is_refused(text: str, misreadings: list[Misreading]) -> None:
    with pytest.raises(UnreadableTextError) as refused:
        read_yaml(text)
    assert list(refused.value.misreadings) == misreadings


@pytest.mark.parametrize(
    ("text", "spot", "words"),
    [
        ("a: b: c", Spot(1, 5), "mapping values are not allowed here"),
        ("a:\n\t- b", Spot(2, 1), "cannot start any token"),
        ("a: [1, 2", Spot(1, 9), "expected ',' or ']'"),
        ("a: 1\n---\nb: 2", Spot(2, 1), "single document"),
        ("a: *nothing", Spot(1, 4), "undefined alias 'nothing'"),
    ],
)
def test_what_is_not_yaml(text: str, spot: Spot, words: str) -> None:
    with pytest.raises(UnreadableTextError) as refused:
        read_yaml(text)
    (misreading,) = refused.value.misreadings
    assert misreading.spot == spot
    assert words in misreading.message


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "[" * 1000])
def test_what_never_ends_is_refused(text: str) -> None:
    with pytest.raises(UnreadableTextError, match="nested too deeply"):
        read_yaml(text)


def test_an_alias_in_an_alias_costs_nothing() -> None:
    levels = ["a0: &a0 [x, x]"] + [f"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]" for level in range(1, 60)]
    value = read_yaml("\n".join(levels)).value
    assert value["a59"][0] is value["a59"][1]


def test_places_are_found_in_the_text() -> None:
    text = read_yaml("PASSES:\n  - name: a\n  - name: b\n    output: {type: parquet}\nTABLES: {t: x}\n")
    places: list[tuple[tuple[str | int, ...], Spot]] = [
        ((), Spot(1)),
        (("PASSES",), Spot(1, 1)),
        (("PASSES", 1), Spot(3, 5)),
        (("PASSES", 1, "output", "type"), Spot(4, 14)),
        (("PASSES", 1, "modules"), Spot(3, 5)),
        (("TABLES", "t"), Spot(5, 10)),
    ]
    assert [text.spot(place) for place, _ in places] == [spot for _, spot in places]
