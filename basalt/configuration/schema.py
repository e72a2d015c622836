"""The JSON Schema of a pipeline file, for editors: completion, help at the cursor, and misspelt keys underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from basalt.configuration.analytics import AnalyticsConfig

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PYTHON_ONLY = {"TableConfig": ("data",)}
"""Fields that a text file cannot give."""


def json_schema(values: Mapping[str, Sequence[str]] | None = None) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a pipeline file, with a description of every key.

    ``values`` are the words that a text field takes beyond what its type says, by model and field:
    ``{"TradeGenericConfig.measures": ["Volume", "VWAP"], "TalibIndicatorConfig.name": ["RSI", "SMA"]}``. A list field
    takes them as its elements. Raises ValueError for a field that is not there or does not hold text.
    """
    schema = AnalyticsConfig.model_json_schema(ref_template="#/$defs/{model}")
    models = {**schema["$defs"], "AnalyticsConfig": schema}
    for model, fields in _PYTHON_ONLY.items():
        for field in fields:
            del models[model]["properties"][field]
    for name, words in (values or {}).items():
        _take_only(_text_of(models, name), words)
    for each in models.values():
        _drop_titles(each)
    schema["properties"]["$schema"] = {"type": "string", "description": "Where this schema is, for editors."}
    return {"$schema": _DRAFT, **schema, "title": "Basalt pipeline"}


def _text_of(models: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the parts of a field's schema that stand for its text."""
    model, _, field = name.partition(".")
    try:
        parts = _text_within(models[model]["properties"][field])
    except KeyError:
        parts = []
    if not parts:
        message = f"{name!r} is not a text field of the configuration"
        raise ValueError(message)
    return parts


def _text_within(schema: dict[str, Any]) -> list[dict[str, Any]]:
    if schema.get("type") == "string":
        return [schema]
    members = [*schema.get("anyOf", []), *([schema["items"]] if "items" in schema else [])]
    return [text for member in members for text in _text_within(member)]


def _take_only(texts: Sequence[dict[str, Any]], words: Sequence[str]) -> None:
    for text in texts:
        text["enum"] = list(words)


def _drop_titles(model: dict[str, Any]) -> None:
    """Leave out the titles that pydantic makes of the keys: they say nothing that the key does not."""
    for field in model["properties"].values():
        field.pop("title", None)
