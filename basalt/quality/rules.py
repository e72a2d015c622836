"""What checks demand: of single rows, of groups of rows, of totals, and of the columns alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from basalt.compiler.sql import Fragment, Identifier, Sql, compose, join
from basalt.quality.model import Evidence, Finding, Groups, Reading, Samples, Total

_NS_PER_SECOND = 1_000_000_000


@dataclass(frozen=True)
class _Rule:
    """A rule without states."""

    @property
    def totals(self) -> Sequence[Total]:
        return ()

    @property
    def samples(self) -> Samples | None:
        return None

    @property
    def groups(self) -> Sequence[Groups]:
        return ()

    def offenders(self, tables: Mapping[str, Identifier]) -> Sql | None:  # noqa: ARG002 - there are no groups
        return None


def row_count(of: Reading, name: str = "rows") -> Total:
    """Return the number of rows."""
    return Total(name, Fragment("count(*)"), of)


@dataclass(frozen=True)
class RowRule(_Rule):
    """No more than a share of the rows meets a condition, which says what is wrong with a row."""

    name: str
    condition: Sql
    shown: Sequence[str]
    message: str
    of: Reading
    share: float = 0.0

    @property
    def totals(self) -> Sequence[Total]:
        """The rows, and those that break it."""
        return (row_count(self.of), Total(self.name, compose("count_if({})", self.condition), self.of))

    @property
    def samples(self) -> Samples | None:
        """The rows that break it."""
        return Samples(self.name, self.condition, self.shown, self.of)

    def verdict(self, evidence: Evidence) -> Finding | None:
        """Compare how many rows break it with how many there are."""
        failing, rows = evidence.count(self.name), evidence.count("rows")
        if failing <= self.share * rows:
            return None
        told = f"{failing:,} of {rows:,} rows: {self.message}"
        return Finding(failing, told, tuple(evidence.samples))


@dataclass(frozen=True)
class UniqueRule(_Rule):
    """No two rows agree in some columns.

    ``is_of_slices`` where rows of two slices cannot: they have a TimeBucket. Hashes that are all different show that
    the keys are; only where some are not the keys themselves are counted.
    """

    name: str
    columns: Sequence[str]
    of: Reading
    is_of_slices: bool

    @property
    def totals(self) -> Sequence[Total]:
        """How many rows have a hash that another one has too."""
        hashed = compose("count(*) - count(DISTINCT hash({}))", join(Identifier(name) for name in self.columns))
        return (Total(self.name, hashed, self.of),) if self.is_of_slices else ()

    @property
    def groups(self) -> Sequence[Groups]:
        """How often each key is there."""
        keys = {name: Identifier(name) for name in self.columns}
        return (Groups(self.name, keys, self.of, when=self.name if self.is_of_slices else None),)

    def offenders(self, tables: Mapping[str, Identifier]) -> Sql | None:
        """Return the keys that are there more than once."""
        keys = join(Identifier(name) for name in self.columns)
        query = "SELECT {} FROM {} GROUP BY {} HAVING sum(group_rows) > 1"
        return compose(query, keys, tables[self.name], keys)

    def verdict(self, evidence: Evidence) -> Finding | None:
        """Tell of keys that are there more than once."""
        if not evidence.offenders:
            return None
        told = f"{evidence.offenders:,} times {' and '.join(self.columns)} are those of several rows"
        return Finding(evidence.offenders, told, tuple(evidence.samples))


@dataclass(frozen=True)
class DailyRowsRule(_Rule):
    """The rows of each day that has any are neither too few nor too many; at least one day has some, if any must."""

    name: str
    day: Sql
    of: Reading
    least: int | None
    most: int | None

    @property
    def totals(self) -> Sequence[Total]:
        """The rows of all days."""
        return (row_count(self.of),)

    @property
    def groups(self) -> Sequence[Groups]:
        """How many rows each day has."""
        return (Groups(self.name, {"day": self.day}, self.of),)

    def offenders(self, tables: Mapping[str, Identifier]) -> Sql | None:
        """Return the days that have too few rows or too many."""
        count = "sum(group_rows)"
        limits = [
            Fragment(f"{count} {sign} {limit}")
            for sign, limit in (("<", self.least), (">", self.most))
            if limit is not None
        ]
        query = "SELECT day, sum(group_rows)::BIGINT AS rows FROM {} GROUP BY day HAVING {}"
        return compose(query, tables[self.name], join(limits, " OR "))

    def verdict(self, evidence: Evidence) -> Finding | None:
        """Tell of days outside of the limits."""
        wanted = limits_in_words(self.least, self.most)
        if not evidence.count("rows") and self.least:
            return Finding(0, f"there are no rows on any day, there should be {wanted} on each")
        if not evidence.offenders:
            return None
        told = f"{evidence.offenders:,} days do not have {wanted} rows"
        return Finding(evidence.offenders, told, tuple(evidence.samples))


@dataclass(frozen=True)
class RowCountRule(_Rule):
    """The rows are neither too few nor too many."""

    of: Reading
    least: int | None
    most: int | None

    @property
    def totals(self) -> Sequence[Total]:
        """The rows."""
        return (row_count(self.of),)

    def verdict(self, evidence: Evidence) -> Finding | None:
        """Compare the rows with the limits."""
        rows = evidence.count("rows")
        if (self.least or 0) <= rows and (self.most is None or rows <= self.most):
            return None
        return Finding(rows, f"there are {rows:,} rows, there should be {limits_in_words(self.least, self.most)}")


def limits_in_words(least: int | None, most: int | None) -> str:
    """Return limits as a person says them."""
    if least is None:
        return f"at most {most:,}"
    return f"at least {least:,}" if most is None else f"{least:,} to {most:,}"


@dataclass(frozen=True)
class FreshnessRule(_Rule):
    """The newest moment of a column is not longer ago than ``age`` nanoseconds."""

    name: str
    column: str
    of: Reading
    age: int
    age_text: str

    @property
    def totals(self) -> Sequence[Total]:
        """The newest moment, in nanoseconds since the Unix epoch."""
        return (Total(self.name, compose("epoch_ns(max({}))", Identifier(self.column)), self.of, "max"),)

    def verdict(self, evidence: Evidence) -> Finding | None:
        """Compare the age with what it may be."""
        if self.name not in evidence.totals:
            return Finding(0, f"there is no {self.column}, so nothing is as new as {self.age_text}")
        age = evidence.moment - int(evidence.totals[self.name])
        if age <= self.age:
            return None
        told = f"the newest {self.column} is {_age_in_words(age)} old, older than {self.age_text}"
        return Finding(1, told)


def _age_in_words(nanoseconds: int) -> str:
    hours, seconds = divmod(nanoseconds // _NS_PER_SECOND, 3600)
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if days else f"{hours} h {seconds // 60} min"


@dataclass(frozen=True)
class SameTotalRule(_Rule):
    """A total here is that of what is read, but for a share of the larger one."""

    here: Total
    there: Total
    what: str
    tolerance: float = 0.0

    @property
    def totals(self) -> Sequence[Total]:
        """The two totals."""
        return (self.here, self.there)

    def verdict(self, evidence: Evidence) -> Finding | None:
        """Compare the totals; one over nothing is 0."""
        here, there = evidence.totals.get(self.here.name, 0), evidence.totals.get(self.there.name, 0)
        if abs(here - there) <= self.tolerance * max(abs(here), abs(there)):
            return None
        return Finding(1, f"{self.what} is {here:,}, in {self.there.of.title} it is {there:,}")


@dataclass(frozen=True)
class SameGroupsRule(_Rule):
    """Every listing or group of what is read is there."""

    name: str
    columns: Sequence[str]
    here: Reading
    there: Reading

    @property
    def groups(self) -> Sequence[Groups]:
        """The groups here, and those of what is read."""
        keys = {name: Identifier(name) for name in self.columns}
        return (Groups(f"{self.name}_here", keys, self.here), Groups(f"{self.name}_there", keys, self.there))

    def offenders(self, tables: Mapping[str, Identifier]) -> Sql | None:
        """Return the groups that are not here."""
        keys = join(Identifier(name) for name in self.columns)
        query = "SELECT {} FROM {} EXCEPT SELECT {} FROM {}"
        return compose(query, keys, tables[f"{self.name}_there"], keys, tables[f"{self.name}_here"])

    def verdict(self, evidence: Evidence) -> Finding | None:
        """Tell of groups that are lost."""
        if not evidence.offenders:
            return None
        told = f"{evidence.offenders:,} {' and '.join(self.columns)} of {self.there.title} are lost"
        return Finding(evidence.offenders, told, tuple(evidence.samples))


@dataclass(frozen=True)
class ColumnsRule(_Rule):
    """What is wrong with the columns of a pass, which is known before it runs."""

    finding: Finding | None

    def verdict(self, evidence: Evidence) -> Finding | None:  # noqa: ARG002 - a rule of columns alone
        """Return what is known."""
        return self.finding
