"""The tables that passes read, bound to their schemas; and names that stand in each other's way."""

from __future__ import annotations

from collections.abc import Mapping

from basalt.catalog.tables import assumed_schema
from basalt.compiler.binder import Binder, Schema
from basalt.compiler.modules import module_of
from basalt.compiler.sources import SourceTable, bind_source
from basalt.configuration import AnalyticsConfig
from basalt.errors import BasaltError, PassOrderError, Problem, SourceNotFoundError, raise_together


def tables_read(config: AnalyticsConfig) -> tuple[str, ...]:
    """Return the names of the source tables that the passes of a pipeline may read."""
    found = [table for each in config.PASSES for table in module_of(each).tables(each, config)]
    return tuple(dict.fromkeys(found))


def check_names(config: AnalyticsConfig) -> None:
    """Refuse a pass with the name of a table that is read: its view would stand in the table's place."""
    tables = {name.casefold() for name in tables_read(config)}
    problems = [
        Problem(f"pass {each.name} has the name of a table that is read", f"PASSES[{index}].name", "call it otherwise")
        for index, each in enumerate(config.PASSES)
        if each.name.casefold() in tables
    ]
    if problems:
        raise PassOrderError(problems)


def bind_tables(config: AnalyticsConfig, schemas: Mapping[str, Schema], binder: Binder) -> dict[str, SourceTable]:
    """Bind every table that is read; mistakes of all tables are raised together."""
    bound: dict[str, SourceTable] = {}
    errors: list[BasaltError] = []
    for name in tables_read(config):
        schema = schemas[name] if name in schemas else assumed_schema(name)
        if schema is None:
            message = f"there is no source for table {name!r}"
            raise SourceNotFoundError(message, place=f"TABLES.{name}")
        try:
            bound[name] = bind_source(name, config.TABLES.get(name), schema, binder)
        except BasaltError as error:
            errors.append(error)
    raise_together(errors)
    return bound
