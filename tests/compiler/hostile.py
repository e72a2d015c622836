"""Text that means something to SQL, to templates, to format strings or to file systems."""

from __future__ import annotations

from hypothesis import strategies as st

NASTY = [
    "'; DROP TABLE canary; --",
    '"; DROP TABLE canary; --',
    '") FROM canary; DROP TABLE canary; SELECT ("',
    "a'b''c",
    'a"b""c',
    "a;b",
    "a.b",
    "a, b",
    "{x}",
    "{0}",
    "{count}",
    "{{ x }}",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "{# x #}",
    "%s %(x)s",
    "${x}",
    "$$a$$",
    "$1",
    "?",
    "a\nb",
    "a\r\nb",
    "\n    a\n",
    "a -- b",
    "a /* b",
    "a */ b",
    "E'\\n'",
    "\\",
    "\\'",
    " ",
    " a ",
    "\t",
    "select",
    "NULL",
    "*",
    "1",
    "1e5",
    "true",
    "é漢字🙂",
    "a\u0301",
    "\u202eab",
    "\u2028",
    "\u00a0",
    "\ufeff",
    "a" * 10_000,
    "'" * 999,
]
"""Every one of these can be a name and a value."""

IMPOSSIBLE = ["a\0b", "\0", "\ud800"]
"""DuckDB can be given none of these."""

texts = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1)


def quoted(name: str) -> str:
    """A name as a careful person writes it in SQL."""
    return '"' + name.replace('"', '""') + '"'


def apart_from(*names: str) -> st.SearchStrategy[str]:
    """Texts that are none of these names, whatever the case."""
    taken = {name.casefold() for name in names}
    return texts.filter(lambda text: text.casefold() not in taken)
