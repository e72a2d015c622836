"""YAML read strictly: no key twice, no objects, and no word taken for something else than text.

YAML 1.1 and 1.2 disagree about plain words: ``NO`` and ``ON`` are truth values in one of them, ``13:30`` and
``0700`` numbers, ``2025-03-03`` a date. A plain word is text here unless both agree that it is not, so a ticker stays
a ticker and a time of day keeps its digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from basalt.configuration.diagnosis.places import show_place
from basalt.configuration.formats.text import Misreading, Spot, UnreadableTextError, spot_at

if TYPE_CHECKING:
    from collections.abc import Callable

    from basalt.configuration.diagnosis.places import Place


def _joined_surrogates(word: str) -> str:
    """Return text with characters escaped in two halves, as JSON does it, put together."""
    return word.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
_SCALARS: dict[str, Callable[[str], object]] = {
    f"{_TAG}str": _joined_surrogates,
    f"{_TAG}null": lambda _: None,
    f"{_TAG}bool": lambda word: word.lower() == "true",
    f"{_TAG}int": int,
    f"{_TAG}float": float,
}
_PLAIN = {
    f"{_TAG}null": r"~|null|Null|NULL|",
    f"{_TAG}bool": r"true|True|TRUE|false|False|FALSE",
    f"{_TAG}int": r"[-+]?(0|[1-9][0-9]*)",
    f"{_TAG}float": r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+][0-9]+)?",
    _MERGE: r"<<",
}
_HINTS = {
    "mapping values are not allowed here": "a text with ': ' in it stands in quotes",
    "found character '\\t' that cannot start any token": "YAML is indented with spaces",
    "expected a single document in the stream": "a pipeline is one document, without '---' between parts",
}


class _Composer(yaml.SafeLoader):
    """Reads text into nodes; only the words of ``_PLAIN`` are anything else than text."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - as PyYAML declares it


for _tag, _pattern in _PLAIN.items():
    _Composer.add_implicit_resolver(_tag, re.compile(f"(?:{_pattern})$"), None)


@dataclass(frozen=True)
class YamlText:
    """A YAML text that was read: its value, and where everything in it stands."""

    value: Any
    root: yaml.Node | None

    def spot(self, place: Place) -> Spot:
        """Return where a place is written; for one that is not, the innermost around it that is."""
        node, spot = self.root, Spot(1)
        for part in place:
            if node is None:
                break
            key, node = _child(node, part)
            spot = _spot(key) if key is not None else spot
        return spot


def read_yaml(text: str) -> YamlText:
    """Read one YAML document.

    Raises UnreadableTextError when the text is not YAML, names a key twice, or asks for anything but mappings,
    lists, text, numbers, truth values and nulls.
    """
    try:
        root = yaml.compose(text, Loader=_Composer)
        return YamlText(None if root is None else _value(root), root)
    except yaml.MarkedYAMLError as error:
        raise UnreadableTextError(_misreading(error)) from None
    except yaml.reader.ReaderError as error:
        message = f"the character {chr(int(error.character))!r} may not stand in YAML"
        raise UnreadableTextError(Misreading(message, spot_at(text, error.position))) from None
    except RecursionError:
        raise UnreadableTextError(Misreading("nested too deeply, or an anchor that holds itself")) from None


def _value(root: yaml.Node) -> Any:  # noqa: ANN401 - a value of the text
    reading = _Reading({}, [])
    value = reading.value(root, ())
    if reading.misreadings:
        raise UnreadableTextError(reading.misreadings)
    return value


@dataclass(frozen=True)
class _Reading:
    """Turns nodes into values; an anchor's value is made once, however often it is used."""

    values: dict[yaml.Node, Any]
    misreadings: list[Misreading]

    def value(self, node: yaml.Node, place: Place) -> Any:  # noqa: ANN401 - a value of the text
        if node not in self.values:
            self.values[node] = self._read(node, place)
        return self.values[node]

    def _read(self, node: yaml.Node, place: Place) -> Any:  # noqa: ANN401 - a value of the text
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self.value(element, (*place, position)) for position, element in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self._mapping(node, place)
        if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
            return self._scalar(node)
        self._refuse(node, f"the tag {node.tag.replace(_TAG, '!!')!r} has no meaning here")
        return None

    def _scalar(self, node: yaml.ScalarNode) -> object:
        try:
            return _SCALARS[node.tag](node.value)
        except ValueError as error:
            self._refuse(node, str(error))
            return None

    def _mapping(self, node: yaml.MappingNode, place: Place) -> dict[Any, Any]:
        merged: dict[Any, Any] = {}
        first: dict[object, yaml.Node] = {}
        own: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            if key_node.tag == _MERGE:
                merged = {**self._merged(value_node, place), **merged}
            elif not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, "a key must be text, not a list or a mapping")
            else:
                key = self.value(key_node, place)
                inner = (*place, key)
                if first.setdefault(key, key_node) is not key_node:
                    again = f"{show_place(inner)} is given twice, first on line {_spot(first[key]).line}"
                    self._refuse(key_node, again)
                own[key] = self.value(value_node, inner)
        return {**merged, **own}

    def _merged(self, node: yaml.Node, place: Place) -> dict[Any, Any]:
        sources = node.value if isinstance(node, yaml.SequenceNode) else [node]
        merged: dict[Any, Any] = {}
        for source in sources:
            if isinstance(source, yaml.MappingNode):
                merged = {**self.value(source, place), **merged}
            else:
                self._refuse(source, "'<<' takes a mapping or a list of mappings")
        return merged

    def _refuse(self, node: yaml.Node, message: str) -> None:
        self.misreadings.append(Misreading(message, _spot(node)))


def _misreading(error: yaml.MarkedYAMLError) -> Misreading:
    mark = error.problem_mark or error.context_mark
    context = f"{error.context}, " if error.context else ""
    problem = error.problem or "this is not YAML"
    spot = Spot(mark.line + 1, mark.column + 1) if mark else None
    return Misreading(f"{context}{problem}", spot, _HINTS.get(problem, _HINTS.get(error.context or "", "")))


def _spot(node: yaml.Node) -> Spot:
    return Spot(node.start_mark.line + 1, node.start_mark.column + 1)


def _child(node: yaml.Node, part: str | int) -> tuple[yaml.Node | None, yaml.Node | None]:
    """Return the node that introduces a part, and the part's value."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == str(part):
                return key, value
    return None, None
