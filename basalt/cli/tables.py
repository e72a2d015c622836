"""Tables on standard output: folded to a terminal's width, and whole lines in a pipe or a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

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
