"""A mistake in a configuration, before it is put into the words of an error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from basalt.configuration.diagnosis.places import parts_within

if TYPE_CHECKING:
    from collections.abc import Iterable

    from basalt.configuration.diagnosis.places import Place


@dataclass(frozen=True)
class Mistake:
    """What is wrong at a place, and what was probably meant."""

    place: Place
    message: str
    suggestion: str = ""


@dataclass(frozen=True)
class UnknownKey(Mistake):
    """A key that is not known there; ``meant`` is the known one it is probably a misspelling of."""

    meant: str = ""


@dataclass(frozen=True)
class MissingKey(Mistake):
    """A required key that is not there."""


def without_echoes(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Return the mistakes, each once, without the missing keys that are there but misspelt."""
    once = list(dict.fromkeys(mistakes))
    misspelt = {(*each.place[:-1], each.meant) for each in once if isinstance(each, UnknownKey)}
    return [each for each in once if not (isinstance(each, MissingKey) and each.place in misspelt)]


def in_reading_order(mistakes: Iterable[Mistake], raw: object) -> list[Mistake]:
    """Return the mistakes in the order in which ``raw`` has their places; a missing key stands after those there."""
    return sorted(mistakes, key=lambda each: _reading_position(each.place, raw))


def _reading_position(place: Place, raw: Any) -> list[int]:  # noqa: ANN401 - whatever the user wrote
    position = []
    for part in place:
        parts = parts_within(raw)
        written = part in parts
        position.append(parts.index(part) if written else len(parts))
        raw = raw[part] if written else None
    return position
