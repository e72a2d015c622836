"""Whatever is written, it is either a pipeline or told to be wrong in plain words; nothing else happens."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_examples import TWO_PASSES_YAML, two_passes

from basalt.configuration.load import load_pipeline
from basalt.configuration.problems import validate
from basalt.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

WORDS = st.sampled_from(
    [
        "PASSES",
        "TABLES",
        "name",
        "modules",
        "where",
        "path",
        "data",
        "trades",
        "pass1",
        "trade",
        "[key]",
        "int",
        "15m",
        "",
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | WORDS | st.dates() | st.times()
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.text() | st.integers(), inner, max_size=3),
    max_leaves=6,
)
JARGON = (
    "Input should",
    "valid dictionary",
    "Value error",
    "pydantic",
    "extra_forbidden",
    "function-",
    "something else",
)


def containers(value: Any) -> list[Any]:  # noqa: ANN401
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else None
    return [] if inner is None else [value, *(each for part in inner for each in containers(part))]


def refusal(read: Callable[[], object]) -> ConfigurationError | None:
    """Return the error with which a configuration is refused; None when it is one."""
    try:
        read()
    except ConfigurationError as error:
        return error
    return None


def check(raw: Any) -> None:  # noqa: ANN401
    refused = refusal(lambda: validate(raw))
    if refused is not None:
        assert refused.problems
        assert [problem for problem in refused.problems if not problem.message] == []
        assert [word for word in JARGON if word in str(refused)] == []


@given(raw=VALUES)
def test_any_value(raw: Any) -> None:  # noqa: ANN401
    check(raw)


@given(data=st.data())
def test_any_value_somewhere_in_a_right_pipeline(data: st.DataObject) -> None:
    raw = two_passes()
    for _ in range(data.draw(st.integers(1, 3))):
        container = data.draw(st.sampled_from(containers(raw)))
        keys = list(container) if isinstance(container, dict) else list(range(len(container)))
        if isinstance(container, dict):
            keys.append(data.draw(WORDS))
        if keys:
            container[data.draw(st.sampled_from(keys))] = data.draw(VALUES)
    before = copy.deepcopy(raw)
    check(raw)
    assert repr(raw) == repr(before)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any_input")


@given(data=st.data(), extension=st.sampled_from(["yaml", "toml", "json"]))
def test_any_text(data: st.DataObject, extension: str, folder: Path) -> None:
    start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(TWO_PASSES_YAML))] * 2)))
    text = TWO_PASSES_YAML[:start] + data.draw(st.text(max_size=8)) + TWO_PASSES_YAML[end:]
    file = folder / f"pipeline.{extension}"
    file.write_bytes(text.encode() + data.draw(st.binary(max_size=2)))
    refused = refusal(lambda: load_pipeline(file))
    places = [problem.place for problem in refused.problems] if refused else []
    assert [place for place in places if not place.startswith(str(file))] == []
