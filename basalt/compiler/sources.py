"""A source table bound to its schema: its canonical columns as typed SQL expressions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from basalt.catalog.tables import CANONICAL_TABLES, TABLES_OF_STATES, CanonicalTable
from basalt.compiler.binder import Binder, BinderError, Schema
from basalt.compiler.moments import is_event_time
from basalt.compiler.sql import Fragment, Identifier, Sql, compose
from basalt.compiler.types import is_float, is_number
from basalt.configuration import TableConfig
from basalt.errors import (
    BindingError,
    ConfigurationError,
    Problem,
    SourceExpressionError,
    UnknownColumnError,
    listing,
    nearest,
)


@dataclass(frozen=True)
class SourceTable:
    """A table that can be read: each of its columns as an expression over the raw ones, with its type.

    Mapped columns come first, then the source's own. ``mapped`` names those that are computed by the mapping.
    """

    name: str
    raw_schema: Schema
    columns: Mapping[str, Sql]
    types: Mapping[str, str]
    mapped: frozenset[str]
    filter: Sql | None = None
    date_column: Sql | None = None
    sequence: tuple[Sql, str] | None = None
    carries: bool = False
    """Whether a null stands for the value before."""
    kind: str = ""
    """The canonical table whose columns it has, where that is not the one of its name."""

    @classmethod
    def of_pass(cls, name: str, schema: Schema, kind: str) -> SourceTable:
        """Return the rows of a pass as a table."""
        columns = {column: Identifier(column) for column in schema}
        return cls(name, dict(schema), columns, dict(schema), mapped=frozenset(), kind=kind)

    @property
    def canonical(self) -> CanonicalTable:
        """What its columns are called and mean."""
        return CANONICAL_TABLES[self.kind or self.name]

    def __contains__(self, column: str) -> bool:
        return column in self.columns

    def require(self, column: str, needed_by: str) -> Sql:
        """Return a column's expression.

        Raises UnknownColumnError, naming what needs the column and the columns there are.
        """
        if column in self.columns:
            return self.columns[column]
        raise UnknownColumnError(self.lacks(column, needed_by))

    def lacks(self, column: str, needed_by: str) -> Problem:
        """Return the problem that a column is missing."""
        near = nearest(column, self.columns)
        mapping = f"map it: TABLES.{self.name}.columns.{column}"
        return Problem(
            f"{needed_by} needs column {column}, which table {self.name} does not have; it has {listing(self.columns)}",
            f"TABLES.{self.name}",
            f"{near} {mapping}".strip(),
        )

    def number(self, column: str, needed_by: str) -> Fragment:
        """Return a column as DOUBLE, with what is not finite as null.

        Arrow leaves NaN out of a Parquet file's statistics, by which DuckDB takes ``isnan`` and ``nullif`` to be of no
        effect; ``isfinite`` it computes in a CASE.
        """
        known = self.known_number(column, needed_by)
        return compose("CASE WHEN isfinite({}) THEN {} END", known, known) if is_float(self.types[column]) else known

    def known_number(self, column: str, needed_by: str) -> Fragment:
        """Return a column as DOUBLE where it is known to be a number, as ``is_given`` has it."""
        expression = self.require(column, needed_by)
        type_ = self.types[column]
        if not is_number(type_):
            message = f"{needed_by} needs column {column} as a number, it is {type_}"
            raise BindingError(message, place=f"TABLES.{self.name}.columns.{column}", suggestion="map it to a number")
        return compose("{}" if type_ == "DOUBLE" else "CAST({} AS DOUBLE)", expression)

    def is_given(self, column: str, needed_by: str) -> Fragment:
        """Return the condition that a number is given, and finite.

        In a WHERE DuckDB takes ``isfinite`` to hold as well, where a file's statistics say that all values are equal;
        ``isnan`` it takes to be false where they are not.
        """
        self.number(column, needed_by)
        value = self.columns[column]
        if is_float(self.types[column]):
            return compose("NOT isnan({}) AND isfinite({})", value, value)
        return compose("{} IS NOT NULL", value)

    def text(self, column: str, needed_by: str) -> Fragment:
        """Return a column as VARCHAR."""
        expression = self.require(column, needed_by)
        return compose("{}" if self.types[column] == "VARCHAR" else "CAST({} AS VARCHAR)", expression)

    def event_time(self) -> tuple[Sql, str]:
        """Return the event time's expression and type: the first present of the table's canonical ones.

        Raises UnknownColumnError when there is none, BindingError when it is not a time.
        """
        candidates = self.canonical.event_times
        for name in candidates:
            if name in self.columns:
                if is_event_time(self.types[name]):
                    return self.columns[name], self.types[name]
                message = f"{name} must be a timestamp or integer nanoseconds, it is {self.types[name]}"
                place = f"TABLES.{self.name}.columns.{name}"
                raise BindingError(message, place=place, suggestion=f"map it: {name}: CAST(... AS TIMESTAMP)")
        raise UnknownColumnError(self.lacks(candidates[-1], f"table {self.name}"))

    def event_column(self) -> str | None:
        """Return the source's own column that is the event time as it stands; None when it is computed."""
        expression, _ = self.event_time()
        return next((name for name in self.raw_schema if Identifier(name) == expression), None)

    def order(self) -> tuple[Sql, str] | None:
        """Return the expression and type that order events of equal time, or None when the source has none."""
        if self.sequence is not None:
            return self.sequence
        names = (name for name in self.canonical.sequences if name in self.columns)
        return next(((self.columns[name], self.types[name]) for name in names), None)


def bind_source(name: str, table: TableConfig | None, schema: Schema, binder: Binder) -> SourceTable:
    """Return a table's columns as typed expressions.

    Raises SourceExpressionError listing every expression in ``columns``, ``filter``, ``sequence`` or ``date_column``
    that is not one scalar expression over the source's columns, BindingError when the schema is not one.
    """
    config = table or TableConfig(table=name)
    if config.nulls == "unchanged" and name not in TABLES_OF_STATES:
        message = f"nulls: unchanged is for tables of what stands ({listing(TABLES_OF_STATES)}), not for {name}"
        raise ConfigurationError(message, place=f"TABLES.{name}.nulls")
    try:
        binder.declare(_RAW, schema)
    except BinderError as error:
        message = f"the schema of {name} is not one of a DuckDB table: {error.message}"
        raise BindingError(message, place=f"TABLES.{name}") from None
    written = {f"columns.{column}": text for column, text in config.columns.items()}
    written |= {
        key: text for key in ("filter", "sequence", "date_column") if (text := getattr(config, key)) is not None
    }
    bound, problems = _bind_expressions(written, binder, schema, f"TABLES.{name}")
    if problems:
        raise SourceExpressionError(problems)
    mapped = {column: bound[f"columns.{column}"] for column in config.columns}
    taken = {column.casefold() for column in mapped}  # SQL knows no case: a mapped Close stands for the source's close
    own = {column: (Identifier(column), type_) for column, type_ in schema.items() if column.casefold() not in taken}
    columns: dict[str, tuple[Sql, str]] = {**mapped, **own}
    return SourceTable(
        name=name,
        raw_schema=dict(schema),
        columns={column: expression for column, (expression, _) in columns.items()},
        types={column: type_ for column, (_, type_) in columns.items()},
        mapped=frozenset(config.columns),
        filter=bound["filter"][0] if "filter" in bound else None,
        date_column=bound["date_column"][0] if "date_column" in bound else None,
        sequence=bound.get("sequence"),
        carries=config.nulls == "unchanged",
    )


_RAW = "basalt_source"
_CALL = re.compile(r"(?P<function>\w+)\([^()]*\)")
_LONGEST = 200


def _bind_expressions(
    written: Mapping[str, str], binder: Binder, schema: Schema, place: str
) -> tuple[dict[str, tuple[Sql, str]], list[Problem]]:
    bound: dict[str, tuple[Sql, str]] = {}
    problems: list[Problem] = []
    for key, text in written.items():
        try:
            bound[key] = _bind_expression(text, binder, schema)
        except BinderError as error:
            hint = f"did you mean {error.candidates[0]}?" if error.candidates else f"the source has {listing(schema)}"
            message = f"{_shown(text)} does not fit the source: {error.message}"
            problems.append(Problem(message, f"{place}.{key}", hint))
            continue
        if key == "filter" and bound[key][1] != "BOOLEAN":
            message = f"{_shown(text)} is not a condition but {bound[key][1]}"
            problems.append(Problem(message, f"{place}.filter", "compare it with something"))
    return bound, problems


def _bind_expression(text: str, binder: Binder, schema: Schema) -> tuple[Sql, str]:
    """Return an expression and its type.

    Raises BinderError when it is not one scalar expression over the source's columns, and nothing else.
    """
    is_column = text.strip() in schema
    if not is_column:
        binder.check_expression(text)
    expression = _placed(text, schema)
    types = binder.describe(
        compose("SELECT {} AS value FROM {} WHERE ({}) IS NOT NULL", expression, Identifier(_RAW), expression)
    )
    if not is_column:
        binder.check_reads(text, schema)
    return expression, types["value"]


def _shown(text: str) -> str:
    """Return a user's text as a message shows it: quoted, and cut when it is too long to read."""
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "...")


def _placed(text: str, schema: Schema) -> Sql:
    """Return a user's expression so that it stays one wherever it is placed; a bare column name needs nothing."""
    text = text.strip()
    if text in schema:
        return Identifier(text)
    if "--" in text or "\n" in text or "/*" in text:
        return Fragment(f"(\n{text}\n)")
    call = _CALL.fullmatch(text)
    is_call = call is not None and Identifier(call["function"]).text == call["function"]  # and not a NOT (...)
    return Fragment(text if is_call else f"({text})")
