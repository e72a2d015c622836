"""JSON and TOML are read strictly, with the line and column of what is wrong."""

from __future__ import annotations

import pytest

from basalt.configuration.formats.json_text import read_json
from basalt.configuration.formats.text import Misreading, Spot, UnreadableTextError
from basalt.configuration.formats.toml_text import read_toml


def test_json_is_read() -> None:
    assert read_json('{"a": [1, 2.5, null, true, "x"], "b": {}}') == {"a": [1, 2.5, None, True, "x"], "b": {}}


@pytest.mark.parametrize(
    ("text", "misreading"),
    [
        ('{"a": 1,\n "b" 2}', Misreading("expecting ':' delimiter", Spot(2, 6))),
        ('{"a": NaN}', Misreading("NaN is not a JSON number")),
        ("[" * 100_000, Misreading("nested too deeply")),
    ],
)
def test_what_json_does_not_allow(text: str, misreading: Misreading) -> None:
    with pytest.raises(UnreadableTextError) as refused:
        read_json(text)
    assert refused.value.misreadings == (misreading,)


def test_every_repeated_json_key_is_named() -> None:
    with pytest.raises(UnreadableTextError) as refused:
        read_json('{"PASSES": [{"name": "a", "name": "b", "x.y": 1, "x.y": 2}], "PASSES": []}')
    assert [each.message for each in refused.value.misreadings] == [
        "PASSES[0].name is given twice",
        'PASSES[0]."x.y" is given twice',
        "PASSES is given twice",
    ]


def test_toml_is_read() -> None:
    assert read_toml("a = [1, 2.5]\n[b]\nc = 'x'") == {"a": [1, 2.5], "b": {"c": "x"}}


@pytest.mark.parametrize(
    ("text", "misreading"),
    [
        ("a = 1\na = 2", Misreading("cannot overwrite a value", Spot(2))),
        ("a = 1\nb = [1,\n", Misreading("invalid value", Spot(3))),
        ("x = = 1", Misreading("invalid value", Spot(1, 5))),
    ],
)
def test_what_toml_does_not_allow(text: str, misreading: Misreading) -> None:
    with pytest.raises(UnreadableTextError) as refused:
        read_toml(text)
    assert refused.value.misreadings == (misreading,)
