"""A pass as its checks see it: its columns, and what it reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from basalt.compiler.columns import Column
from basalt.compiler.model import CompiledPass, CompiledPipeline
from basalt.compiler.sql import Fragment
from basalt.compiler.types import is_float, is_number
from basalt.errors import BindingError, Problem, UnknownColumnError, listing, nearest
from basalt.quality.events import Events
from basalt.quality.model import Reading

TIME = "TimeBucket"


@dataclass(frozen=True)
class CheckedPass:
    """A pass that is asked for checks; ``events_of`` binds a table of events that it reads."""

    compiled: CompiledPass
    pipeline: CompiledPipeline
    events_of: Callable[[str], Events]

    @property
    def name(self) -> str:
        """The name of the pass."""
        return self.compiled.name

    @property
    def rows(self) -> Reading:
        """The rows of the pass."""
        return Reading(f"pass {self.name}", pass_name=self.name)

    @property
    def columns(self) -> dict[str, Column]:
        """The columns by name."""
        return {column.name: column for column in self.compiled.columns}

    def named(self, names: Iterable[str], place: str) -> list[Column]:
        """Return columns of the pass. Raises UnknownColumnError with the nearest name for each that there is not."""
        return _named(self.columns, list(names), f"pass {self.name}", place)

    def numbers(self, names: Iterable[str], place: str) -> list[Column]:
        """Return columns that are numbers. Raises BindingError for one that is not."""
        found = self.named(names, place)
        for column in found:
            if not is_number(column.type):
                message = f"{column.name} of pass {self.name} is {column.type}, not a number"
                raise BindingError(message, place=place)
        return found

    @property
    def floats(self) -> list[str]:
        """The columns that can be NaN."""
        return [column.name for column in self.compiled.columns if is_float(column.type)]

    def time(self, place: str) -> str:
        """Return the column of the time buckets. Raises UnknownColumnError where rows have none."""
        return self.named([TIME], place)[0].name

    def shown(self, *names: str) -> tuple[str, ...]:
        """Return the columns by which a row is told: its keys, and some more."""
        return tuple(dict.fromkeys([*self.compiled.keys, *names]))

    def source_pass(self, place: str) -> CompiledPass:
        """Return the pass that this one reads. Raises BindingError where it reads none."""
        if not self.compiled.depends_on:
            message = f"pass {self.name} reads no earlier pass to compare itself with"
            raise BindingError(message, place=place, suggestion="ask it of a pass that reads another one")
        if tables := [each.table for each in self.compiled.events if each.table not in self.pipeline.passes]:
            message = f"pass {self.name} reads events of {listing(tables)}, not only an earlier pass"
            raise BindingError(message, place=place, suggestion="ask it of a pass over an earlier one alone")
        return self.pipeline.passes[self.compiled.depends_on[0]]

    def source_columns(self, names: Iterable[str], place: str) -> list[Column]:
        """Return numeric columns of the pass that is read. Raises UnknownColumnError or BindingError."""
        source = self.source_pass(place)
        return CheckedPass(source, self.pipeline, self.events_of).numbers(names, place)

    def source_rows(self, place: str) -> Reading:
        """Return the rows of the pass that is read."""
        name = self.source_pass(place).name
        return Reading(f"pass {name}", pass_name=name)

    def event_table(self, named: str | None, place: str) -> str:
        """Return the table of events that is named, or the first that is read. Raises BindingError for another."""
        tables = [each.table for each in self.compiled.events if each.table not in self.pipeline.passes]
        if not tables or (named is not None and named not in tables):
            what = f"pass {self.name} reads no events of table {named!r}" if named else f"pass {self.name} reads none"
            message = f"{what}; it reads events of {listing(tables) or 'no table'}"
            raise BindingError(message, place=place, suggestion=nearest(named or "", tables))
        return named or tables[0]

    def events(self, query: Callable[[Events], Fragment], table: str) -> Reading:
        """Return a query of the events that are read."""
        return Reading(f"table {table}", query=query(self.events_of(table)))


def _named(columns: dict[str, Column], names: list[str], of: str, place: str) -> list[Column]:
    missing = [name for name in names if name not in columns]
    if missing:
        raise UnknownColumnError(
            Problem(f"{of} has no column {name!r}; it has {listing(columns)}", place, nearest(name, columns))
            for name in missing
        )
    return [columns[name] for name in names]
