"""URLs of databases: what is secret in them comes from the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

_REFERENCE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}")
_SECRET = re.compile(r"pass|pwd|secret|token|key|credential", re.IGNORECASE)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+._-]*")


def check_url(url: str) -> str:
    """Return a database's URL, in which secrets are references such as ``${PGPASSWORD}``.

    Raises ValueError for text that is no URL or has a secret written out; the message never repeats the text.
    """
    scheme, sign, rest = url.partition("://")
    if not sign or not _SCHEME.fullmatch(scheme):
        message = "not the URL of a database; write postgresql://me:${PGPASSWORD}@host/db or sqlite:///file.db"
        raise ValueError(message)
    if any(secret and not _REFERENCE.fullmatch(secret) for secret in _secrets(rest)):
        message = "a secret is written out in the URL; put it into the environment and write ${NAME} in its place"
        raise ValueError(message)
    return url


def references(url: str) -> tuple[str, ...]:
    """Return the names of the environment variables that a URL refers to."""
    return tuple(dict.fromkeys(found["name"] for found in _REFERENCE.finditer(url)))


def filled_in(url: str, values: Mapping[str, str]) -> str:
    """Return a URL with the values of its references, escaped as a URL has them."""
    return _REFERENCE.sub(lambda found: quote(values[found["name"]], safe=""), url)


def _secrets(rest: str) -> list[str]:
    """Return what stands for a password in the part of a URL after ``://``; a password may have any sign in it."""
    user = "" if rest.startswith("/") else rest.rpartition("@")[0]
    named = [value for name, value in parse_qsl(rest.partition("?")[2]) if _SECRET.search(name)]
    return [user.partition(":")[2], *named]
