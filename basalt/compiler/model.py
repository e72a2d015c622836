"""What a compile yields: SQL, columns and dependencies per pass, as plain data that goes to JSON and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Self

from pydantic import BaseModel, ConfigDict

from basalt.compiler.columns import Column
from basalt.compiler.day_range import DayParameter
from basalt.compiler.events import EventTable
from basalt.compiler.indicators import Indicator
from basalt.compiler.indicators.form import ChosenForm
from basalt.compiler.layout import names_per_line, on_one_line
from basalt.compiler.plan import standing_name
from basalt.compiler.sql import Identifier
from basalt.errors import UnknownPassError, listing, nearest

if TYPE_CHECKING:
    import duckdb
    import ibis
    import sqlalchemy

    from basalt.compiler.scripts import ScriptForm

STATES_SUFFIX = "__states"

_PARAMETER = re.compile(r"(?<![:\w\\]):(?=\w)")
"""What SQLAlchemy takes to begin a parameter."""


class CompiledCheck(BaseModel):
    """A query that counts offenders and gives samples; without ``when`` holding for some row it need not be asked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    query: str
    message: str
    when: str | None = None


class CompiledStep(BaseModel):
    """One named SELECT of a pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    sql: str
    comment: str
    is_computed_again: bool = False
    is_kept: bool = False


class CompiledPass(BaseModel):
    """One pass as SQL.

    ``sql`` yields ``columns``, but for those of ``added_indicators``, which a runner adds afterwards. When a later pass
    needs more than the user asked for, ``states_sql`` yields ``hidden`` columns as well, or rows of the days around,
    and the later pass reads it under the name ``<pass>__states``. ``refusals`` must count nothing before the pass runs,
    ``cautions`` warn after.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    title: str
    """What it does and in which time buckets, in a line."""
    sql: str
    states_sql: str | None
    shown: str | None
    """The condition that a row is to be seen, where later passes read rows of the days around as well."""
    columns: tuple[Column, ...]
    hidden: tuple[str, ...]
    keys: tuple[str, ...]
    label_offset: int | None
    """How many nanoseconds before its ``TimeBucket`` a row's bucket is counted to start, by which it belongs to a UTC
    day; None where rows have no ``TimeBucket``."""
    steps: tuple[CompiledStep, ...]
    indicators: tuple[Indicator, ...]
    indicator_form: ChosenForm
    """Whether the SQL computes the indicators, and why so."""
    depends_on: tuple[str, ...]
    tables: tuple[str, ...]
    standing_sql: str | None
    """What stands at the end of the dates, from which the pass of the days after can go on; None where nothing does."""
    events: tuple[EventTable, ...]
    """The tables of events that are read; none for a pass over bars."""
    is_within_days: bool
    """Whether each row comes from rows of the pass it reads that start on one UTC day."""
    refusals: tuple[CompiledCheck, ...]
    cautions: tuple[CompiledCheck, ...]
    warnings: tuple[str, ...]
    fingerprint: str
    """A hash of everything that decides the numbers: the SQL and the indicators."""

    @property
    def full_sql(self) -> str:
        """The SQL that yields every column a later pass reads."""
        return self.states_sql or self.sql

    @property
    def added_indicators(self) -> tuple[Indicator, ...]:
        """The indicators that a runner adds to what the SQL yields."""
        return self.indicators if self.indicator_form.form == "arrow" else ()

    @property
    def series_keys(self) -> tuple[str, ...]:
        """The columns that make a series: the keys without TimeBucket."""
        return tuple(key for key in self.keys if key != "TimeBucket")

    @property
    def described(self) -> str:
        """What the pass does, and what makes a row of it."""
        return f"{self.title}; one row per {', '.join(self.keys)}"

    @property
    def standing_name(self) -> str:
        """The name under which the pass of the days after reads what stands."""
        return standing_name(self.name)

    @property
    def states_name(self) -> str:
        """The name a later pass reads when it needs hidden columns."""
        return f"{self.name}{STATES_SUFFIX}"

    @property
    def plain_columns(self) -> tuple[str, ...]:
        """The names of the columns that ``sql`` yields."""
        added = {output.column for indicator in self.added_indicators for output in indicator.outputs}
        return tuple(column.name for column in self.columns if column.name not in added)

    def only_shown(self, rows: str) -> str:
        """Return a query of all columns of a relation of the pass's rows, of the days that are to be seen."""
        return f"SELECT * FROM {rows} WHERE {self.shown}" if self.shown else f"SELECT * FROM {rows}"

    def script(self) -> str:
        """Return the pass as CREATE VIEW statements, its states first where a later pass reads them."""
        added = (
            on_one_line(f"{indicator} is added to {self.name} by the runner") for indicator in self.added_indicators
        )
        notes = "".join(f"-- {note}\n" for note in added)
        if self.states_sql is None:
            return f"{notes}CREATE OR REPLACE VIEW {Identifier(self.name)} AS\n{self.sql};\n"
        where = f"\nWHERE {self.shown}" if self.shown else ""
        return (
            f"CREATE OR REPLACE VIEW {Identifier(self.states_name)} AS\n{self.states_sql};\n\n"
            f"{notes}CREATE OR REPLACE VIEW {Identifier(self.name)} AS\n"
            f"SELECT\n    {names_per_line(self.plain_columns)}\nFROM {Identifier(self.states_name)}{where};\n"
        )

    def _repr_html_(self) -> str:
        from basalt.compiler.display.notebook import pass_html  # noqa: PLC0415 - Pygments is imported when it is used

        return str(pass_html(self))


class CompiledSource(BaseModel):
    """A source table as the SQL reads it.

    ``relation`` is what stands after FROM, for ``is_files`` a reader of files. ``database`` is the DuckDB file that has
    to be attached under the name ``alias`` for it; ``is_in_memory`` says that the rows are where the pipeline was made,
    and nowhere else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    relation: str
    is_files: bool = False
    database: str | None = None
    alias: str | None = None
    is_in_memory: bool = False


class CompiledPipeline(BaseModel):
    """All passes of a pipeline in an order in which they can be run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    passes: dict[str, CompiledPass]
    """The passes by name, each after those it reads."""
    first_day: date | None
    """The first day that is computed; before START_DATE where that cuts a bucket."""
    last_day: date | None
    """The last day that is computed."""
    sources: dict[str, CompiledSource] = {}
    """The source tables by name."""
    parameters: tuple[DayParameter, ...] = ()
    """What the SQL leaves open and a macro is given: the first and the last day."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the numbers, over all passes."""
        return tuple(warning for each in self.passes.values() for warning in each.warnings)

    def script(self) -> str:
        """Return the pipeline as one SQL script of CREATE VIEW statements, as a run makes them."""
        return "\n".join(each.script() for each in self.passes.values())

    def scripts(self, form: ScriptForm) -> dict[str, str]:
        """Return every pass by name as SQL that stands without Basalt: views, tables, ctes or macros, in run order.

        ``ctes`` is one statement per pass, ``macros`` needs a pipeline that was compiled as ``parametric``. Raises
        CallError where it was not, IncompleteSqlError where a run adds to what the SQL yields.
        """
        from basalt.compiler.scripts import scripts  # noqa: PLC0415 - scripts are made of what is defined here

        return scripts(self, form, self.passes)

    def statement(self, name: str) -> str:
        """Return a pass as one SELECT, the passes that it reads as CTEs; for SQLAlchemy as ``text(...)`` of it.

        Raises UnknownPassError, and as ``scripts("ctes")``.
        """
        from basalt.compiler.scripts import scripts  # noqa: PLC0415 - scripts are made of what is defined here

        if name not in self.passes:
            message = f"there is no pass {name!r}; there are {listing(self.passes)}"
            raise UnknownPassError(message, suggestion=nearest(name, self.passes))
        return scripts(self, "ctes", [name])[name]

    def relation(self, name: str, connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
        """Return a pass as a relation of a DuckDB connection that has its source tables.

        Databases that it reads are attached. SQL that calls TA-Lib needs ``basalt.register_functions(connection)``.
        Raises as ``statement``.
        """
        return connection.sql(self._ready(name, connection))

    def to_ibis(self, name: str, connection: duckdb.DuckDBPyConnection) -> ibis.Table:
        """Return a pass as an Ibis table over a DuckDB connection; needs the extra ``ibis``, which reads DuckDB 1.

        Raises as ``relation``.
        """
        import ibis  # noqa: PLC0415 - an extra, which takes long to import

        return ibis.duckdb.from_connection(connection).sql(self._ready(name, connection))

    def to_sqlalchemy(self, name: str) -> sqlalchemy.TextClause:
        """Return a pass as ``text()`` of SQLAlchemy, in which no colon is a parameter; needs the extra ``sqlalchemy``.

        Raises as ``statement``.
        """
        from sqlalchemy import text  # noqa: PLC0415 - an extra

        return text(_PARAMETER.sub(r"\\:", self.statement(name)))

    def _ready(self, name: str, connection: duckdb.DuckDBPyConnection) -> str:
        """Return a pass as one statement, and attach to a connection the databases that it reads."""
        from basalt.compiler.scripts.sources import attachments  # noqa: PLC0415 - as above

        query = self.statement(name)
        for each in attachments(self, self.closure(name)):
            connection.execute(each)
        return query

    def _repr_html_(self) -> str:
        from basalt.compiler.display.notebook import pipeline_html  # noqa: PLC0415 - as for a pass

        return str(pipeline_html(self))

    def closure(self, name: str) -> Iterator[str]:
        """Yield the passes that ``name`` is computed from, in run order, and ``name`` itself last."""
        needed = {name}
        for each in reversed(self.passes):
            if each in needed:
                needed.update(self.passes[each].depends_on)
        yield from (each for each in self.passes if each in needed)

    def to_json(self) -> str:
        """Return the pipeline as JSON; ``from_json`` reads it back."""
        return self.model_dump_json(indent=2)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the pipeline that ``to_json`` wrote."""
        return cls.model_validate_json(text)
