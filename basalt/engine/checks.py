"""Asks the checks of compiled passes: what must not be, before a pass runs; what a user should know, after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb

from basalt.compiler.model import CompiledCheck, CompiledPass
from basalt.compiler.sql import Identifier
from basalt.engine.failures import failed
from basalt.errors import AmbiguousReferenceError, Problem


class Checks:
    """The checks of a run; each pass is refused or let through once."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.warnings: list[str] = []
        self._connection = connection
        self._passed: set[str] = set()

    def refuse(self, compiled: CompiledPass) -> None:
        """Raise AmbiguousReferenceError where a pass's checks find something."""
        if compiled.name in self._passed:
            return
        problems = [
            Problem(message, f"pass {compiled.name}") for message in self._found(compiled.name, compiled.refusals)
        ]
        if problems:
            raise AmbiguousReferenceError(problems)
        self._passed.add(compiled.name)

    def caution(self, compiled: CompiledPass, rows: Identifier) -> None:
        """Warn of what the checks on a computed pass find; ``rows`` is the view of the pass."""
        asked = [check for check in compiled.cautions if self._may_find(check, rows)]
        self.warnings += self._found(compiled.name, asked)

    def _may_find(self, check: CompiledCheck, rows: Identifier) -> bool:
        if check.when is None:
            return True
        return bool(self._connection.execute(f"SELECT 1 FROM {rows} WHERE {check.when} LIMIT 1").fetchall())

    def _found(self, name: str, checks: Iterable[CompiledCheck]) -> Iterator[str]:
        for check in checks:
            try:
                count, samples = self._connection.execute(check.query).fetchall()[0]
            except duckdb.Error as error:
                raise failed(name, error) from error
            if count:
                yield check.message.format(count=count, samples=samples)
