"""A small, strict reader of JSON Schema: what it does not know it refuses, so that no rule goes unchecked."""

from __future__ import annotations

from datetime import date
from typing import Any

_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}
_NOTES = {"$schema", "$defs", "title", "description", "default", "examples"}


def faults(value: Any, schema: dict[str, Any], root: dict[str, Any] | None = None) -> list[str]:  # noqa: ANN401
    """Return the rules of ``schema`` that ``value`` breaks."""
    root = schema if root is None else root
    if wrong_type := _type(value, schema["type"]) if "type" in schema else []:
        return wrong_type
    rules = [rule for rule in schema if rule not in _NOTES]
    return [fault for rule in rules for fault in _RULES[rule](value, schema[rule], schema, root)]


def _reference(value: Any, argument: str, _schema: Any, root: Any) -> list[str]:  # noqa: ANN401
    return faults(value, root["$defs"][argument.removeprefix("#/$defs/")], root)


def _type(value: Any, argument: str, *_: Any) -> list[str]:  # noqa: ANN401
    fits = isinstance(value, _TYPES[argument]) and (argument == "boolean" or not isinstance(value, bool))
    return [] if fits else [f"{value!r} is no {argument}"]


def _any_of(value: Any, argument: list[Any], _schema: Any, root: Any) -> list[str]:  # noqa: ANN401
    attempts = [faults(value, each, root) for each in argument]
    return [] if [] in attempts else [f"{value!r} fits none: {attempts}"]


def _one_of(value: Any, argument: list[Any], _schema: Any, root: Any) -> list[str]:  # noqa: ANN401
    attempts = [faults(value, each, root) for each in argument]
    return [] if attempts.count([]) == 1 else [f"{value!r} fits {attempts.count([])}: {attempts}"]


def _properties(value: Any, argument: dict[str, Any], _schema: Any, root: Any) -> list[str]:  # noqa: ANN401
    known = [key for key in argument if isinstance(value, dict) and key in value]
    return [fault for key in known for fault in faults(value[key], argument[key], root)]


def _additional(value: Any, argument: Any, schema: Any, root: Any) -> list[str]:  # noqa: ANN401
    others = [key for key in value if key not in schema.get("properties", {})] if isinstance(value, dict) else []
    if argument is False:
        return [f"unknown key {key}" for key in others]
    return [fault for key in others for fault in faults(value[key], argument, root)]


def _items(value: Any, argument: Any, _schema: Any, root: Any) -> list[str]:  # noqa: ANN401
    elements = value if isinstance(value, list) else []
    return [fault for element in elements for fault in faults(element, argument, root)]


def _is_date(value: Any) -> bool:  # noqa: ANN401
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


_RULES: dict[str, Any] = {
    "$ref": _reference,
    "type": _type,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "properties": _properties,
    "additionalProperties": _additional,
    "items": _items,
    "required": lambda value, keys, *_: [f"{key} is missing" for key in keys if key not in value],
    "enum": lambda value, words, *_: [] if value in words else [f"{value!r} is none of {words}"],
    "const": lambda value, word, *_: [] if value == word else [f"{value!r} is not {word!r}"],
    "minItems": lambda value, least, *_: [] if len(value) >= least else ["too few elements"],
    "maxItems": lambda value, most, *_: [] if len(value) <= most else ["too many elements"],
    "minProperties": lambda value, least, *_: [] if len(value) >= least else ["too few keys"],
    "minimum": lambda value, least, *_: [] if value >= least else [f"{value!r} is below {least}"],
    "format": lambda value, kind, *_: [] if kind == "date" and _is_date(value) else [f"{value!r} is no {kind}"],
}
