"""What a compile yields: SQL, columns and dependencies per pass, as plain data that goes to JSON and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict

from basalt.compiler.columns import Column
from basalt.compiler.events import EventTable
from basalt.compiler.indicators import Indicator
from basalt.compiler.indicators.form import ChosenForm
from basalt.compiler.layout import on_one_line
from basalt.compiler.plan import standing_name
from basalt.compiler.sql import Identifier

STATES_SUFFIX = "__states"


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


class CompiledPass(BaseModel):
    """One pass as SQL.

    ``sql`` yields ``columns``, but for those of ``added_indicators``, which a runner adds afterwards. When a later pass
    needs more than the user asked for, ``states_sql`` yields ``hidden`` columns as well, or rows of the days around,
    and the later pass reads it under the name ``<pass>__states``. ``refusals`` must count nothing before the pass runs,
    ``cautions`` warn after.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
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
        columns = ",\n    ".join(Identifier(name).text for name in self.plain_columns)
        shown = f"\nWHERE {self.shown}" if self.shown else ""
        return (
            f"CREATE OR REPLACE VIEW {Identifier(self.states_name)} AS\n{self.states_sql};\n\n"
            f"{notes}CREATE OR REPLACE VIEW {Identifier(self.name)} AS\n"
            f"SELECT\n    {columns}\nFROM {Identifier(self.states_name)}{shown};\n"
        )


class CompiledPipeline(BaseModel):
    """All passes of a pipeline in an order in which they can be run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    passes: dict[str, CompiledPass]
    """The passes by name, each after those it reads."""
    first_day: date | None
    """The first day that is computed; before START_DATE where that cuts a bucket."""
    last_day: date | None
    """The last day that is computed."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know about the numbers, over all passes."""
        return tuple(warning for each in self.passes.values() for warning in each.warnings)

    def script(self) -> str:
        """Return the pipeline as one SQL script of CREATE VIEW statements."""
        return "\n".join(each.script() for each in self.passes.values())

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
