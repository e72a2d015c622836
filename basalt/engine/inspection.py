"""Asks the checks of a pass: in each slice that is computed, and for a verdict before its rows land."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import uuid4

import duckdb

from basalt.compiler.sql import Identifier, Sql
from basalt.engine.failures import of_pass
from basalt.quality.model import (
    SAMPLES,
    CheckResult,
    Evidence,
    Groups,
    Merge,
    PassChecks,
    QualityCheck,
    Reading,
    Samples,
    Total,
    result_of,
)
from basalt.quality.queries import groups_query, offenders_query, relation_of, samples_query, totals_query

_LONGEST = 60
"""How much of a value a sample shows, in characters."""

_MERGED: dict[Merge, Callable[[float, float], float]] = {"sum": lambda one, other: one + other, "min": min, "max": max}


@dataclass
class Inspection:
    """The checks of a pass while it is computed: what their states have come to over the slices so far.

    ``relation`` returns what stands after FROM for the rows of a pass that there are now, ``moment`` is what ages are
    counted from, in nanoseconds since the Unix epoch.
    """

    connection: duckdb.DuckDBPyConnection
    checks: PassChecks
    relation: Callable[[str], Sql]
    moment: int
    _numbers: dict[Total, float] = field(default_factory=dict)
    _samples: dict[int, list[str]] = field(default_factory=dict)
    _tables: dict[int, dict[str, Identifier]] = field(default_factory=dict)

    def observe(self, checks: PassChecks) -> None:
        """Add the rows that there are now; ``checks`` are those of the pass, as compiled for their days.

        Raises RunError when a query fails.
        """
        with of_pass(self.checks.pass_name):
            found = {total: value for reading in checks.readings for total, value in self._totals(checks, reading)}
            for total, value in found.items():
                self._merge(total, value)
            for number, check in enumerate(checks.checks):
                self._look_closer(number, check, {total.name: found[total] for total in check.rule.totals})

    def results(self) -> list[CheckResult]:
        """Return how each check came out over all that was added. Raises RunError when a query fails."""
        with of_pass(self.checks.pass_name):
            return [self._judged(number, check) for number, check in enumerate(self.checks.checks)]

    def discard(self) -> None:
        """Drop the tables in which groups were collected."""
        tables = [table for each in self._tables.values() for table in each.values()]
        self._tables.clear()
        with suppress(duckdb.ConnectionException):  # closed meanwhile, and they with it
            for table in tables:
                self.connection.execute(f"DROP TABLE IF EXISTS {table}")

    def _totals(self, checks: PassChecks, reading: Reading) -> list[tuple[Total, float | None]]:
        totals = checks.totals(reading)
        if not totals:
            return []
        row = self.connection.execute(totals_query(totals, self._from(reading)).text).fetchall()[0]
        return list(zip(totals, row, strict=True))

    def _merge(self, total: Total, value: float | None) -> None:
        if value is not None:
            before = self._numbers.get(total)
            self._numbers[total] = value if before is None else _MERGED[total.merge](before, value)

    def _look_closer(self, number: int, check: QualityCheck, found: dict[str, float | None]) -> None:
        """Take samples and groups of the rows that there are now, where their numbers give a reason to."""
        samples, taken = check.rule.samples, self._samples.setdefault(number, [])
        if samples is not None and found[samples.when] and len(taken) < SAMPLES:
            taken += self._sampled(samples)[: SAMPLES - len(taken)]
        for groups in check.rule.groups:
            if groups.when is None or found[groups.when]:
                self._collect(number, groups)

    def _sampled(self, samples: Samples) -> list[str]:
        rows = self.connection.execute(samples_query(samples, self._from(samples.of)).text).fetchall()
        return [_told(samples.shown, row) for row in rows]

    def _collect(self, number: int, groups: Groups) -> None:
        tables = self._tables.setdefault(number, {})
        query = groups_query(groups, self._from(groups.of))
        if groups.name in tables:
            self.connection.execute(f"INSERT INTO {tables[groups.name]}\n{query}")
            return
        table = Identifier("temp", f"basalt_groups_{uuid4().hex}")
        self.connection.execute(f"CREATE TEMP TABLE {table} AS\n{query}")
        tables[groups.name] = table

    def _from(self, reading: Reading) -> Sql:
        passes = {} if reading.pass_name is None else {reading.pass_name: self.relation(reading.pass_name)}
        return relation_of(reading, passes)

    def _judged(self, number: int, check: QualityCheck) -> CheckResult:
        offenders, samples = self._offenders(number, check)
        evidence = Evidence(
            totals={total.name: self._numbers[total] for total in check.rule.totals if total in self._numbers},
            moment=self.moment,
            samples=samples or self._samples.get(number, []),
            offenders=offenders,
        )
        return result_of(check, check.rule.verdict(evidence))

    def _offenders(self, number: int, check: QualityCheck) -> tuple[int, list[str]]:
        """Return how many of the groups that were collected break a check, and a few of them."""
        tables = self._tables.get(number, {})
        offenders = check.rule.offenders(tables) if tables else None
        if offenders is None:
            return 0, []
        columns = list(self.connection.sql(offenders.text).columns)
        rows = self.connection.execute(offenders_query(offenders, columns).text).fetchall()
        return (rows[0][-1] if rows else 0), [_told(columns, row) for row in rows]


def _told(names: Sequence[str], values: Sequence[str | None]) -> str:
    """Return a row as a message shows it; names and values that are too long to read are cut."""
    return ", ".join(f"{_cut(name)}={_cut(value)}" for name, value in zip(names, values, strict=False))


def _cut(text: str | None) -> str:
    if text is None:
        return "null"
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
