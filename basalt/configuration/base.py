"""What all configuration models share: strict keys, fields that explain themselves, and a few kinds of values."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetJsonSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic.json_schema import JsonSchemaValue


class ConfigModel(BaseModel):
    """A model that refuses keys it does not know and checks values that are assigned later."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True, use_attribute_docstrings=True)


@dataclass(frozen=True)
class Disagreement:
    """One thing wrong between several fields: the place, counted from the model that found it, and what it is."""

    place: tuple[str | int, ...]
    message: str


class DisagreementError(ValueError):
    """Fields that are right one by one and do not fit together; ``disagreements`` holds each."""

    def __init__(self, disagreements: Iterable[Disagreement]) -> None:
        self.disagreements = tuple(disagreements)
        super().__init__("; ".join(each.message for each in self.disagreements))


class _OneOrMany(BeforeValidator):
    """A list that may be written as its only element, and says so in the JSON Schema."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        many = handler(schema)
        return {"anyOf": [many["items"], many]}


def _as_list(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    """Read a single value as a list of one."""
    if isinstance(value, (list, tuple)):
        return list(value)
    return [value]


def _as_text(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    """Read a ``pathlib`` path as its text."""
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _no_truth_value(value: Any) -> Any:  # noqa: ANN401 - whatever the user wrote; pydantic judges it next
    """Refuse a truth value, which Python would count as 0 or 1."""
    if isinstance(value, bool):
        kind = "truth_value"
        raise PydanticCustomError(kind, "Input should not be true or false")
    return value


def duplicates(names: Iterable[str]) -> list[str]:
    """Return the names that occur more than once, compared as DuckDB compares them: without case."""
    seen: set[str] = set()
    twice: list[str] = []
    for name in names:
        if name.casefold() in seen:
            twice.append(name)
        seen.add(name.casefold())
    return twice


OneOrMany = _OneOrMany(_as_list)
"""Marks a list field that also takes a single value: ``measures: Volume`` means ``measures: [Volume]``."""

NotTruth = BeforeValidator(_no_truth_value)
"""Marks a number, which must not be written ``true`` or ``false``."""

PathText = Annotated[str, BeforeValidator(_as_text)]
"""A path as text; Python may give a ``pathlib`` path."""

Seconds = Annotated[float, NotTruth]
"""A number of seconds."""

Scalar = Annotated[str | int | float, NotTruth]
"""Text or a number."""
