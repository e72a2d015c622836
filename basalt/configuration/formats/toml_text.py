"""TOML, whose own rules are strict already."""

from __future__ import annotations

import re
import tomllib
from typing import Any

from basalt.configuration.formats.text import Misreading, Spot, UnreadableTextError

_WHERE = re.compile(r" \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")


def read_toml(text: str) -> dict[str, Any]:
    """Return the mapping that a TOML text describes.

    Raises UnreadableTextError when the text is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UnreadableTextError(_misreading(str(error), text)) from None
    except RecursionError:
        raise UnreadableTextError(Misreading("nested too deeply")) from None


def _misreading(message: str, text: str) -> Misreading:
    where = _WHERE.search(message)
    if where is None:
        return Misreading(message)
    spot = Spot(int(where["line"]), int(where["column"])) if where["line"] else Spot(text.count("\n") + 1)
    plain = message[: where.start()]
    return Misreading(plain[:1].lower() + plain[1:], spot)
