"""How the tables and passes that a pass reads stand in its SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from basalt.compiler.day_range import DayRange
from basalt.compiler.parameters import call
from basalt.compiler.relations import database_aliases, relation
from basalt.compiler.sql import Sql
from basalt.configuration import TableConfig


class References(Protocol):
    """What stands after FROM."""

    def table(self, name: str) -> Sql:
        """Return what stands for a source table."""

    def of_pass(self, name: str) -> Sql:
        """Return what stands for a pass; ``name`` is that of its states where these are read."""


@dataclass(frozen=True)
class PlainReferences:
    """Tables where ``TABLES`` says that they are, and passes by name; as calls where days are parameters."""

    tables: Mapping[str, TableConfig]
    days: DayRange

    def table(self, name: str) -> Sql:
        """Return the reader of a table's files, or its name in a database."""
        return relation(name, self.tables.get(name), database_aliases(self.tables.values()))

    def of_pass(self, name: str) -> Sql:
        """Return the name of a pass, or the call of its macro."""
        return call(name, self.days.parameters)
