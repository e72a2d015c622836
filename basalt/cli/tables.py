"""Tables on standard output: folded to a terminal's width, and whole lines in a pipe or a file."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from basalt.cli.output import put

_UNFOLDED = 100_000
"""A width in characters that no line reaches."""


@dataclass(frozen=True)
class Heading:
    """The head of a column; numbers stand to the right."""

    text: str
    number: bool = False


def print_table(headings: Sequence[Heading], rows: Iterable[Sequence[str]]) -> None:
    """Print a table, its cells as they are."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for heading in headings:
        table.add_column(heading.text, justify="right" if heading.number else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    width = None if Console().is_terminal else _UNFOLDED
    console = Console(width=width, markup=False, highlight=False, emoji=False)
    with console.capture() as drawn:
        console.print(table)
    put("".join(f"{line.rstrip()}\n" for line in drawn.get().splitlines()))


def print_described(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table whose last column is text.

    Where a terminal is too narrow for it, the text is folded in its column, or stands indented below its row when the
    column would be too narrow to read.
    """
    listed = list(rows)
    terminal = Console(markup=False, highlight=False, emoji=False)
    widths = [max(map(len, column)) for column in zip(headings, *listed, strict=True)]
    room = terminal.width - sum(widths[:-1]) - len(_GAP) * (len(widths) - 1)
    if not terminal.is_terminal or room >= min(widths[-1], _READABLE):
        print_table([Heading(text) for text in headings], listed)
        return
    with terminal.capture() as drawn:
        terminal.print(Text(_aligned(headings[:-1], widths), style="bold"))
    put(drawn.get())
    for row in listed:
        put("".join(f"{line}\n" for line in _below(row, widths, terminal.width)))


_GAP = "  "
_READABLE = 30
"""The least width in characters of a column of text."""


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=False)).rstrip()


def _below(row: Sequence[str], widths: Sequence[int], width: int) -> Iterator[str]:
    """Yield the lines of a row and, indented, of its text; a last cell that is too long goes on under itself."""
    start = sum(widths[:-2]) + len(_GAP) * (len(widths) - 2)
    yield from textwrap.wrap(_aligned(row[:-1], widths), width, subsequent_indent=" " * start)
    yield from textwrap.wrap(row[-1], width, initial_indent=_GAP * 2, subsequent_indent=_GAP * 2)
