"""SQL as HTML with its keywords, functions, numbers, texts and comments marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from markupsafe import Markup
from pygments import format as format_tokens
from pygments.formatters import HtmlFormatter
from pygments.lexers import PostgresLexer
from pygments.token import Comment, Keyword, Name, Token

_Part = tuple[Any, str]


def highlighted(sql: str) -> Markup:
    """Return SQL as a ``pre`` element; classes are those of Pygments."""
    parts = list(PostgresLexer(stripnl=False).get_tokens(sql))
    html = format_tokens(_marked(parts), HtmlFormatter(cssclass="sql", wrapcode=True))
    return Markup(html)  # noqa: S704 - Pygments escapes the text


def _marked(parts: list[_Part]) -> Iterator[_Part]:
    """Yield tokens: what is not in capitals is a name, whatever SQL calls so, and before a bracket a function."""
    for (kind, text), (_, following) in pairwise([*parts, (Token, "")]):
        if kind in Comment or not text.strip():
            yield kind, text
        elif (kind in Keyword or kind in Name) and not text.isupper():
            yield (Name.Function if following == "(" else Name), text
        else:
            yield kind, text
