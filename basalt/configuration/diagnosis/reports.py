"""Pydantic's report of what it refused, read as mistakes in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from basalt.configuration.analytics import AnalyticsConfig
from basalt.configuration.base import DisagreementError
from basalt.configuration.diagnosis.mistakes import MissingKey, Mistake, UnknownKey
from basalt.configuration.diagnosis.places import parts_within
from basalt.configuration.diagnosis.shapes import (
    alternatives,
    choices,
    expected,
    homes,
    inside,
    kinds,
    of_kind,
    valid_keys,
)
from basalt.configuration.diagnosis.wording import shown
from basalt.errors import listing, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from basalt.configuration.diagnosis.places import Place
    from basalt.configuration.diagnosis.shapes import Model

_UNSEEN = object()
"""Stands for a configuration whose text is not at hand."""


@dataclass(frozen=True)
class _Refusal:
    """One line of pydantic's report, at the place where the user wrote it."""

    place: Place
    details: ErrorDetails
    annotation: object
    """What belongs at the place; for a key the mapping that it stands in."""

    @property
    def kind(self) -> str:
        """Pydantic's name of the error; a key of the wrong type is an error of its own."""
        return "invalid_key" if self.details["loc"][-1:] == ("[key]",) else self.details["type"]

    @property
    def given(self) -> object:
        """What the user wrote."""
        return self.details["input"]


def mistakes_in_report(error: ValidationError, model: Model, raw: object = _UNSEEN) -> list[Mistake]:
    """Return what pydantic refused, one mistake each, with places as in ``raw``, the value that ``model`` refused."""
    found: list[Mistake] = []
    for details in error.errors(include_url=False):
        refusal = _located(details, model, raw)
        found.extend(_EXPLANATIONS.get(refusal.kind, _wrong_value)(refusal))
    return found


def _located(details: ErrorDetails, model: Model, raw: Any) -> _Refusal:  # noqa: ANN401 - whatever the user wrote
    """Follow pydantic's location through the models and the text, leaving out what the user did not write.

    Pydantic also names the member of a union that it tried, and the places that a short form stands for.
    """
    annotation: object = model
    place: list[str | int] = []
    for depth, part in enumerate(details["loc"], start=1):
        names_key = details["type"] in _ABOUT_KEYS and depth == len(details["loc"])
        annotation = of_kind(annotation, part) or annotation
        deeper = inside(annotation, part)
        if deeper is None and not names_key:
            continue
        annotation = annotation if names_key else deeper
        if raw is _UNSEEN or part in parts_within(raw) or (names_key and isinstance(raw, Mapping)):
            place.append(part)
            raw = raw[part] if part in parts_within(raw) else _UNSEEN
    return _Refusal(tuple(place), details, annotation)


def _unknown_key(refusal: _Refusal) -> Iterator[Mistake]:
    key, known = str(refusal.details["loc"][-1]), valid_keys(refusal.annotation)
    suggestion = nearest(key, known)
    meant = next((each for each in known if suggestion == f"did you mean {each!r}?"), "")
    if not meant:
        suggestion = "; ".join([f"valid keys: {listing(known)}", *_elsewhere(key)])
    yield UnknownKey(refusal.place, f"unknown key {key!r}", suggestion, meant)


def _elsewhere(key: str) -> list[str]:
    found = (place or "the top level" for place, model in homes(AnalyticsConfig) if key in model.model_fields)
    places = list(dict.fromkeys(found))
    return [f"{key!r} is a key of {' and '.join(places)}"] if places else []


def _missing_key(refusal: _Refusal) -> Iterator[Mistake]:
    yield MissingKey(refusal.place, "missing; it is required")


def _unusable_key(refusal: _Refusal) -> Iterator[Mistake]:
    yield Mistake(refusal.place, f"a key must be text, not {shown(refusal.given)}", "put it in quotes")


def _disagreement(refusal: _Refusal) -> Iterator[Mistake]:
    error = refusal.details["ctx"]["error"]
    if isinstance(error, DisagreementError):
        yield from (Mistake((*refusal.place, *each.place), each.message) for each in error.disagreements)
    else:
        yield Mistake(refusal.place, str(error))


def _too_few(refusal: _Refusal) -> Iterator[Mistake]:
    yield Mistake(refusal.place, "must not be empty")


def _too_many(refusal: _Refusal) -> Iterator[Mistake]:
    limits = refusal.details["ctx"]
    yield Mistake(refusal.place, f"takes {limits['max_length']} at most, {limits['actual_length']} are given")


def _too_small(refusal: _Refusal) -> Iterator[Mistake]:
    yield Mistake(refusal.place, f"must be at least {refusal.details['ctx']['ge']}, not {shown(refusal.given)}")


def _wrong_value(refusal: _Refusal) -> Iterator[Mistake]:
    given = refusal.given
    suggestion = nearest(given, choices(refusal.annotation)) if isinstance(given, str) else ""
    if str in alternatives(refusal.annotation) and isinstance(given, (int, float)):
        suggestion = "put text in quotes"
    yield Mistake(refusal.place, f"must be {expected(refusal.annotation)}, not {shown(given)}", suggestion)


def _unknown_kind(refusal: _Refusal) -> Iterator[Mistake]:
    given = refusal.given.get("type") if isinstance(refusal.given, Mapping) else None
    known = kinds(refusal.annotation)
    suggestion = nearest(given, known) if isinstance(given, str) else ""
    yield Mistake((*refusal.place, "type"), f"must be one of {', '.join(known)}, not {shown(given)}", suggestion)


_ABOUT_KEYS = {"extra_forbidden", "missing", "invalid_key"}
_EXPLANATIONS: dict[str, Callable[[_Refusal], Iterator[Mistake]]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing_key,
    "invalid_key": _unusable_key,
    "value_error": _disagreement,
    "union_tag_invalid": _unknown_kind,
    "too_short": _too_few,
    "too_long": _too_many,
    "greater_than_equal": _too_small,
}
"""How each kind of pydantic's errors is told; any other is a value of the wrong type."""
