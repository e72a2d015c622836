"""The configuration models as a tree: what stands at a place, which keys it takes, how to say it in plain words."""

from __future__ import annotations

from datetime import date
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel

from basalt.configuration.analytics import UniverseConfig
from basalt.configuration.generic import MembershipConfig, WeightedMean
from basalt.configuration.tables import TableConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

Model = type[BaseModel]

_WORDS: dict[object, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date such as 2025-03-31",
    list: "a list",
    dict: "a mapping",
    TableConfig: "a path, a list of paths or a mapping",
    MembershipConfig: "the name of a table, or a mapping",
    WeightedMean: "weighted_mean by a column, {weighted_mean: Volume}",
    UniverseConfig: "a list of ListingIds, or a mapping of columns to their values",
}


def alternatives(annotation: object) -> list[Any]:
    """Return the types a value may have, without ``None``, ``Annotated`` and unions."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return alternatives(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [leaf for member in get_args(annotation) if member is not NoneType for leaf in alternatives(member)]
    return [annotation]


def inside(annotation: object, part: str | int) -> object | None:
    """Return what stands at a key or position inside a value of this type; None where there is nothing."""
    for each in alternatives(annotation):
        origin, arguments = get_origin(each), get_args(each)
        if is_model(each) and part in each.model_fields:
            return cast("object", each.model_fields[part].annotation)
        if origin is list and isinstance(part, int):
            return cast("object", arguments[0])
        if origin is dict:
            return cast("object", arguments[1])
    return None


def kinds(annotation: object) -> list[str]:
    """Return the words by which the models of a union are told apart: what each has for its ``type``."""
    return [each.model_fields["type"].default for each in _told_apart(annotation)]


def of_kind(annotation: object, kind: str | int) -> Model | None:
    """Return the model of a union that has this ``type``; None where there is none."""
    return next((each for each in _told_apart(annotation) if each.model_fields["type"].default == kind), None)


def _told_apart(annotation: object) -> list[Model]:
    models = [each for each in alternatives(annotation) if is_model(each) and "type" in each.model_fields]
    return models if len(models) > 1 else []


def is_model(annotation: object) -> bool:
    """Tell whether a type is one of the configuration models."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def valid_keys(annotation: object) -> list[str]:
    """Return the keys a mapping of this type takes; empty when any are taken."""
    return [key for each in alternatives(annotation) if is_model(each) for key in each.model_fields]


def choices(annotation: object) -> list[str]:
    """Return the words a ``Literal`` allows."""
    return [str(word) for each in alternatives(annotation) if get_origin(each) is Literal for word in get_args(each)]


def expected(annotation: object) -> str:
    """Say in plain words what a value of this type looks like."""
    types = alternatives(annotation)
    if float in types and int in types:
        types.remove(int)
    return " or ".join(dict.fromkeys(_in_words(each) for each in types))


def _in_words(annotation: object) -> str:
    if words := choices(annotation):
        return words[0] if len(words) == 1 else f"one of {', '.join(words)}"
    if annotation in _WORDS:
        return _WORDS[annotation]
    return "a mapping" if is_model(annotation) else _WORDS.get(get_origin(annotation), "something else")


def homes(model: Model, place: str = "") -> Iterator[tuple[str, Model]]:
    """Yield the model and every model below it, with the place where it stands: ``PASSES[].output``."""
    yield place, model
    for key, field in model.model_fields.items():
        for each in alternatives(field.annotation):
            yield from _homes_within(each, f"{place}.{key}".removeprefix("."))


def _homes_within(annotation: object, place: str) -> Iterator[tuple[str, Model]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from homes(annotation, place)
    origin = get_origin(annotation)
    if origin is list or origin is dict:
        for each in alternatives(get_args(annotation)[-1]):
            yield from _homes_within(each, place + ("[]" if origin is list else ".<name>"))
