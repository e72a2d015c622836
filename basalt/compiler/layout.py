"""How compiled SQL looks: one column per line, names aligned, one CTE per step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from basalt.compiler.sql import Fragment, Identifier, Sql

_INDENT = "    "
_WIDEST = 72

# What may hold a line break that must stay as it is comes first: quoted text and names, comments.
_LINE_BREAK = re.compile(
    r"""
      (?<![\w$]) [eE] ' (?: \\. | '' | [^'\\] )* '
    | ' (?: '' | [^'] )* '
    | " (?: "" | [^"] )* "
    | (?<![\w$]) (?P<dollars> \$\w*\$ ) .*? (?P=dollars)
    | -- [^\n]*
    | /\* .*? \*/
    | (?P<line_break> \n )
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class SelectItem:
    """An expression and the name it gets."""

    expression: Sql
    name: str

    @classmethod
    def column(cls, name: str) -> SelectItem:
        """Return a column that keeps its name."""
        return cls(Identifier(name), name)

    @property
    def is_plain(self) -> bool:
        """Whether the expression is the column of that name itself."""
        return self.expression.text == Identifier(self.name).text


def select_list(items: Sequence[SelectItem]) -> Fragment:
    """Return a SELECT list, a column per line, with the names of computed columns aligned."""
    widths = [len(item.expression.text) for item in items if not item.is_plain and "\n" not in item.expression.text]
    width = max((each for each in widths if each <= _WIDEST), default=0)
    return Fragment((",\n" + _INDENT).join(_select_item(item, width) for item in items))


def _select_item(item: SelectItem, width: int) -> str:
    if item.is_plain:
        return item.expression.text
    return f"{indented(item.expression.text):<{width}} AS {Identifier(item.name)}"


def conditions(terms: Iterable[Sql | None]) -> Fragment | None:
    """Return the conditions of a WHERE, one per line; None when there is none."""
    given = [term.text for term in terms if term is not None]
    return Fragment("\n  AND ".join(given)) if given else None


def names(columns: Iterable[str]) -> Fragment:
    """Return column names separated by commas."""
    return Fragment(", ".join(Identifier(column).text for column in columns))


def names_per_line(columns: Iterable[str]) -> Fragment:
    """Return column names as a SELECT list, one per line."""
    return Fragment((",\n" + _INDENT).join(Identifier(column).text for column in columns))


def indented(text: str) -> str:
    """Return text with every line but the first moved in by one level; a line that starts inside quotes stays."""
    if "\n" not in text:
        return text
    return _LINE_BREAK.sub(lambda found: found[0] + (_INDENT if found["line_break"] else ""), text)


def on_one_line(text: str) -> Fragment:
    """Return text as a comment must be: on its line, whatever names it quotes."""
    return Fragment(" ".join(text.split()))
