"""JSON read strictly: no key twice, and no numbers that JSON does not have."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from basalt.configuration.diagnosis.places import show_place
from basalt.configuration.formats.text import Misreading, Spot, UnreadableTextError

if TYPE_CHECKING:
    from basalt.configuration.diagnosis.places import Place


@dataclass(frozen=True)
class _Object:
    """A JSON object as written: its pairs in order, a key perhaps more than once."""

    pairs: list[tuple[str, Any]]


def read_json(text: str) -> Any:  # noqa: ANN401 - a value of the text
    """Return the value of a JSON text.

    Raises UnreadableTextError when the text is not JSON or names a key twice.
    """
    try:
        written = json.loads(text, object_pairs_hook=_Object, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = error.msg[:1].lower() + error.msg[1:]
        raise UnreadableTextError(Misreading(message, Spot(error.lineno, error.colno))) from None
    except RecursionError:
        raise UnreadableTextError(Misreading("nested too deeply")) from None
    repeated: list[Misreading] = []
    value = _value(written, (), repeated)
    if repeated:
        raise UnreadableTextError(repeated)
    return value


def _refuse_constant(word: str) -> NoReturn:
    raise UnreadableTextError(Misreading(f"{word} is not a JSON number"))


def _value(written: Any, place: Place, repeated: list[Misreading]) -> Any:  # noqa: ANN401 - a value of the text
    if isinstance(written, list):
        return [_value(element, (*place, position), repeated) for position, element in enumerate(written)]
    if not isinstance(written, _Object):
        return written
    value: dict[str, Any] = {}
    for key, inner in written.pairs:
        if key in value:
            repeated.append(Misreading(f"{show_place((*place, key))} is given twice"))
        value[key] = _value(inner, (*place, key), repeated)
    return value
