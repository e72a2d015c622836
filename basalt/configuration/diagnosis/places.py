"""Places in a configuration as text: ``PASSES[1].generic_analytics.aggregations.Close``, written and read."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""Keys of mappings and positions in lists, from the top down."""

_BARE = r"[^\s.\[\]=\"']+"
_QUOTED = r"\"(?:[^\"\\]|\\.)*\"|'[^']*'"
_STEP = re.compile(rf"\.?(?P<key>{_BARE}|{_QUOTED})|\[(?P<element>{_BARE}|{_QUOTED})\]")


@dataclass(frozen=True)
class Named:
    """The element of a list that has this ``name``."""

    name: str


Step = str | int | Named


def show_place(place: Place) -> str:
    """Return a place as a person writes it; a key with dots, spaces or brackets stands in quotes."""
    return "".join(_show_part(part) for part in place).removeprefix(".")


def parts_within(value: object) -> Sequence[object]:
    """Return the keys of a mapping or the positions of a list; nothing for other values."""
    if isinstance(value, Mapping):
        return list(value)
    return range(len(value)) if isinstance(value, (list, tuple)) else ()


def _show_part(part: str | int) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    return f".{part}" if re.fullmatch(_BARE, part) else f".{json.dumps(part, ensure_ascii=False)}"


def split_assignment(text: str) -> tuple[tuple[Step, ...], str]:
    """Read ``PASSES[pass1].time_bucket_seconds=300`` into its steps and the text after the ``=``.

    A number in brackets is a position, anything else there the name of an element. Raises ValueError with a plain
    message when the text is not of this form.
    """
    steps: list[Step] = []
    end = 0
    while match := _STEP.match(text, end):
        if (match[0].startswith(".") and not steps) or (steps and match[0][0] not in ".["):
            break
        steps.append(_read_step(match))
        end = match.end()
    if not steps or text[end : end + 1] != "=":
        raise ValueError(_malformed(text, end))
    return tuple(steps), text[end + 1 :]


def _read_step(match: re.Match[str]) -> Step:
    if match["key"] is not None:
        return _unquote(match["key"])
    element = match["element"]
    return int(element) if re.fullmatch(r"-?\d+", element) else Named(_unquote(element))


def _unquote(text: str) -> str:
    if text.startswith("'"):
        return text[1:-1]
    return str(json.loads(text)) if text.startswith('"') else text


def _malformed(text: str, end: int) -> str:
    if "=" not in text:
        return "there is no '='; write PLACE=VALUE"
    return f"cannot read the place at {text[end:]!r}" if end else "the place before '=' is missing or malformed"
