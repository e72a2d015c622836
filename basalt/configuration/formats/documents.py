"""A pipeline file as data: YAML, TOML or JSON read into a mapping that remembers where it was written."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from basalt.configuration.diagnosis.wording import shown
from basalt.configuration.formats.json_text import read_json
from basalt.configuration.formats.text import Misreading, UnreadableTextError, spot_at
from basalt.errors import PipelineFileError, Problem

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from basalt.configuration.diagnosis.places import Place


@dataclass(frozen=True)
class Document:
    """The mapping in a file, and ``origin``: a place in it to the file and line where it is written."""

    raw: dict[str, Any]
    origin: Callable[[Place], str]


def read_document(path: Path, name: str) -> Document:
    """Read a YAML, TOML or JSON file; ``name`` is what messages call it.

    A ``$schema`` at the top is for editors and left out. Raises PipelineFileError with file, line and column when the
    file is not a mapping in its format.
    """
    content = path.read_bytes()
    try:
        text = _decoded(content)
        value, origin = _FORMATS[path.suffix.lower()](text, name)
    except UnreadableTextError as error:
        raise PipelineFileError(_problem(each, name) for each in error.misreadings) from None
    except ValueError as error:  # a number with more digits than Python reads
        raise PipelineFileError(str(error), place=name) from None
    if value is None or not text.strip():
        message = "the file is empty"
        raise PipelineFileError(message, place=name, suggestion="a pipeline is a mapping with PASSES in it")
    if not isinstance(value, dict):
        message = f"a pipeline is a mapping with PASSES in it, not {shown(value)}"
        raise PipelineFileError(message, place=name)
    return Document({key: inner for key, inner in value.items() if key != "$schema"}, origin)


def _decoded(content: bytes) -> str:
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        misreading = Misreading("the text is not UTF-8", spot_at(before, len(before)), "save the file as UTF-8")
        raise UnreadableTextError(misreading) from None


def _problem(misreading: Misreading, name: str) -> Problem:
    place = f"{name}:{misreading.spot}" if misreading.spot else name
    return Problem(misreading.message, place, misreading.suggestion)


Reading = tuple[Any, "Callable[[Place], str]"]


def _read_yaml(text: str, name: str) -> Reading:
    from basalt.configuration.formats.yaml_text import read_yaml  # noqa: PLC0415 - PyYAML is loaded for YAML only

    written = read_yaml(text)
    return written.value, lambda place: f"{name}:{written.spot(place)}"


def _read_toml(text: str, name: str) -> Reading:
    from basalt.configuration.formats.toml_text import read_toml  # noqa: PLC0415 - tomllib is loaded for TOML only

    return read_toml(text), lambda _: name


def _read_json(text: str, name: str) -> Reading:
    return read_json(text) if text.strip() else None, lambda _: name


_FORMATS: dict[str, Callable[[str, str], Reading]] = {
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
    ".toml": _read_toml,
    ".json": _read_json,
}
"""Reader of each file name extension."""

DOCUMENT_EXTENSIONS = tuple(_FORMATS)
"""File name extensions of pipelines that are data."""
